package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.testkit.TransportContract;

class MemoryTransportTest extends TransportContract {
    private final MemoryNetwork network = new MemoryNetwork();
    private int addresses;

    @Override
    protected Transport create(String bindAddress) {
        return new MemoryTransport(network, bindAddress);
    }

    @Override
    protected String freeAddress() {
        return "memory:" + ++addresses;
    }
}
