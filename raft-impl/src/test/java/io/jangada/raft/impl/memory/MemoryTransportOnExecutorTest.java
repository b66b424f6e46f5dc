package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.testkit.TransportContract;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

/** Transports that share the threads of one pool. */
class MemoryTransportOnExecutorTest extends TransportContract {
    private final MemoryNetwork network = new MemoryNetwork();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int addresses;

    @Override
    protected Transport create(String bindAddress) {
        return new MemoryTransport(network, bindAddress, threads);
    }

    @Override
    protected String freeAddress() {
        return "memory:" + ++addresses;
    }

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }
}
