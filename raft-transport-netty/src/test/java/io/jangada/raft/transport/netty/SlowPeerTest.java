package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer that reads slowly, or not at all: memory stays bounded, and both sides hear of it. */
class SlowPeerTest extends TransportTestBase {
    private static final NodeId N2 = NodeId.of("n2");
    private static final int QUEUE_BYTES = 2 << 20;
    private static final int FRAME_BYTES = 20_000;

    private ServerSocket server;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket();
        server.setReceiveBufferSize(64 << 10); // Of the accepted sockets too: full sooner.
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.setSoTimeout(20_000);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    private RawSocket connected(Peer n1) throws Exception {
        n1.transport.connect(N2, "127.0.0.1:" + server.getLocalPort());
        RawSocket raw = new RawSocket(server.accept());
        raw.welcome(Peer.identity("n2", Peer.CLUSTER), n1.id());
        n1.sendOnceConnected(N2, new byte[] {1});
        assertEquals(RawSocket.DATA, raw.read().type());
        return raw;
    }

    private static byte[] numbered(int number) {
        return ByteBuffer.allocate(FRAME_BYTES).putInt(number).array();
    }

    /** Sends until frames are dropped for good; returns how many were taken. */
    private static int fill(Peer n1) {
        int taken = 0;
        int droppedInARow = 0;
        while (droppedInARow < 100) {
            if (n1.send(N2, numbered(taken))) {
                taken++;
                droppedInARow = 0;
            } else {
                droppedInARow++;
                LockSupport.parkNanos(100_000); // The loop may be about to pass some on.
            }
        }
        return taken;
    }

    @Test
    void queueIsBoundedAndDropsAreCountedAndSaidOnce() throws Exception {
        Peer n1 = start("n1", builder().frameBytesMax(1 << 20).queueBytesMax(QUEUE_BYTES));
        Peer n3 = start("n3");
        n1.meet(n3);
        try (RawSocket raw = connected(n1)) {
            long droppedBefore = n1.transport.droppedFrames(N2);
            int taken = fill(n1);
            long dropped = n1.transport.droppedFrames(N2) - droppedBefore;
            assertTrue(dropped >= 100, "dropped " + dropped);
            assertTrue(
                    allocator.metric().usedDirectMemory() < QUEUE_BYTES + (1 << 20),
                    () -> "memory " + allocator.metric().usedDirectMemory());
            assertEquals(
                    1, log.lines("n1", "n2 takes frames too slowly: the queue of 2097152").size());
            // Others are served as before.
            assertTrue(n1.send(n3, new byte[] {3}));
            assertArrayEquals(new byte[] {3}, n3.next().bytes());
            // What was taken arrives, whole and in order, once the peer reads again.
            for (int number = 0; number < taken; number++) {
                RawSocket.Frame frame = raw.read();
                while (frame.type() == RawSocket.PING) {
                    frame = raw.read();
                }
                assertArrayEquals(numbered(number), frame.body());
            }
            assertTrue(n1.send(N2, new byte[] {7}), "room again");
        }
    }

    @Test
    void endOfDroppingIsSummedUp() throws Exception {
        Peer n1 =
                start(
                        "n1",
                        builder()
                                .frameBytesMax(1 << 20)
                                .queueBytesMax(QUEUE_BYTES)
                                .idleTimeout(Duration.ofMillis(600)));
        Peer n2 = start("n2", builder().frameBytesMax(1 << 20));
        n2.onFrame = (from, frame) -> LockSupport.parkNanos(2_000_000);
        n1.connect(n2);
        n1.sendOnceConnected(n2, new byte[] {1});
        fill(n1);
        n2.onFrame = (from, frame) -> {};
        String line = log.await("n1", "the queue for n2 has room again; dropped so far: ");
        long said = Long.parseLong(line.replaceAll(".*: (\\d+) frames", "$1"));
        assertTrue(said >= 100, line);
    }

    @Test
    void tinyFramesAreBoundedByWhatTheyReallyCost() throws Exception {
        Peer n1 = start("n1", builder().frameBytesMax(1 << 10).queueBytesMax(1 << 20));
        Peer n3 = start("n3");
        n3.meet(n1);
        try (RawSocket raw = connected(n1)) {
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            n1.onFrame =
                    (from, frame) -> {
                        busy.countDown();
                        awaitQuietly(release);
                    };
            assertTrue(n3.send(n1, new byte[1])); // Keeps the loop of n1 from sending.
            assertTrue(busy.await(20, TimeUnit.SECONDS));
            int taken = 0;
            while (n1.send(N2, new byte[] {1})) {
                taken++;
            }
            release.countDown();
            assertEquals((1 << 20) / (1 + 12 + 256), taken);
            for (int frame = 0; frame < taken; frame++) {
                assertArrayEquals(new byte[] {1}, raw.read().body());
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void peerThatReadsSlowlyIsAliveThoughItsAnswersToPingsAreLate() throws Exception {
        Peer n1 =
                start(
                        "n1",
                        builder()
                                .frameBytesMax(1 << 20)
                                .queueBytesMax(QUEUE_BYTES)
                                .idleTimeout(Duration.ofMillis(300)));
        try (RawSocket raw = connected(n1)) {
            fill(n1);
            // Reads for four times the idle timeout and never answers: progress is life enough.
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1200);
            while (System.nanoTime() < end) {
                raw.read();
                n1.send(N2, numbered(0));
                LockSupport.parkNanos(2_000_000);
            }
            assertEquals(List.of(), log.lines("n1", "lost the connection"));
        }
    }

    @Test
    void peerThatStopsReadingForGoodIsGivenUp() throws Exception {
        Peer n1 =
                start(
                        "n1",
                        builder()
                                .frameBytesMax(1 << 20)
                                .queueBytesMax(QUEUE_BYTES)
                                .idleTimeout(Duration.ofMillis(300)));
        try (RawSocket silent = connected(n1)) {
            assertTrue(silent.socket.isConnected());
            fill(n1);
            log.await("n1", "lost the connection to n2");
            log.await("n1", "no sign of life for 300 ms");
        }
    }
}
