package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.jangada.raft.spi.PeerIdentity;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Starts peers, closes them, and then counts what they did not give back. */
@Timeout(60)
abstract class TransportTestBase {
    final CapturedLog log = new CapturedLog();

    /** Counts each byte that is taken; what is not back after closing is a leak. */
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    private final List<Peer> peers = new ArrayList<>();

    NettyTransport.Builder builder() {
        return NettyTransport.builder()
                .allocator(allocator)
                .backoff(Duration.ofMillis(5), Duration.ofMillis(50));
    }

    Peer start(String id) {
        return start(id, builder());
    }

    Peer start(String id, NettyTransport.Builder settings) {
        return start(Peer.identity(id, Peer.CLUSTER), settings);
    }

    Peer start(PeerIdentity identity, NettyTransport.Builder settings) {
        Peer peer = new Peer(identity, settings);
        peers.add(peer);
        return peer;
    }

    @AfterEach
    void nothingIsLeftBehind() throws InterruptedException {
        peers.forEach(Peer::close);
        log.close();
        for (Thread thread : threads()) {
            thread.join(TimeUnit.SECONDS.toMillis(5)); // It is on its last instructions.
            assertFalse(thread.isAlive(), () -> thread.getName() + " still runs");
        }
        // After the threads: one that closed its own transport gives its buffer back on its way
        // out.
        assertEquals(0, allocator.metric().usedDirectMemory(), "direct bytes not given back");
        assertEquals(0, allocator.metric().usedHeapMemory(), "heap bytes not given back");
        assertEquals(List.of(), log.errors(), "errors logged");
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("raft-transport-"))
                .toList();
    }
}
