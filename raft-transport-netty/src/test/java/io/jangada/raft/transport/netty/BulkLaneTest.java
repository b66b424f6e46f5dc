package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The second connection, for bulk data. */
class BulkLaneTest extends TransportTestBase {
    private static final NodeId N2 = NodeId.of("n2");
    private static final int MAIN = 0;
    private static final int BULK = 1;

    @Test
    void connectionIsOpenedForTheFirstFrameAndClosedWhenItIsNotUsed() throws Exception {
        Peer n1 = start("n1", builder().idleTimeout(Duration.ofMillis(150)));
        Peer n2 = start("n2");
        n1.meet(n2);
        assertEquals(n1.identity, n2.nextHello());
        assertNull(n2.hellos.poll(50, TimeUnit.MILLISECONDS), "nobody asked for the lane yet");
        for (int round = 0; round < 2; round++) {
            assertTrue(n1.sendBulk(N2, new byte[] {1}), "it waits for the connection");
            assertTrue(n1.sendBulk(N2, new byte[] {2}));
            assertArrayEquals(new byte[] {1}, n2.nextBulk().bytes());
            assertArrayEquals(new byte[] {2}, n2.nextBulk().bytes());
            assertEquals(n1.identity, n2.nextHello());
            // Five idle timeouts later it is gone: the next frame needs a new one.
            assertNull(n2.hellos.poll(1200, TimeUnit.MILLISECONDS), "one connection per use");
        }
        assertTrue(n1.send(N2, new byte[] {3}), "the main connection stood all the time");
        assertEquals(List.of(), log.lines("n1", "lost the"));
        assertEquals(1, log.lines("n1", "connected to n2").size(), "and no line about the lane");
    }

    @Test
    void peerThatKnowsNoLanesKeepsItsOneConnection() throws Exception {
        Peer n1 = start("n1");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(200);
            n1.transport.connect(N2, "127.0.0.1:" + server.getLocalPort());
            try (RawSocket older = new RawSocket(server.accept())) {
                older.welcome(Peer.identity("n2", Peer.CLUSTER), n1.id());
                n1.sendOnceConnected(N2, new byte[] {1});
                assertFalse(n1.sendBulk(N2, new byte[] {2}));
                assertFalse(n1.sendBulk(N2, new byte[] {2}));
                assertTrue(n1.send(N2, new byte[] {3}));
                assertArrayEquals(new byte[] {1}, older.read().body());
                assertArrayEquals(new byte[] {3}, older.read().body());
                assertEquals(1, log.lines("n1", "n2 takes no bulk data: update it").size());
            }
        }
    }

    @Test
    void introductionSaysWhichLaneAConnectionIs() throws Exception {
        Peer n1 = start("n1");
        PeerIdentity self = Peer.identity("n2", Peer.CLUSTER);
        try (RawSocket main = RawSocket.dial(n1);
                RawSocket bulk = RawSocket.dial(n1)) {
            introduce(main, RawSocket.hello(self, n1.id(), MAIN), MAIN);
            introduce(bulk, RawSocket.hello(self, n1.id(), BULK), BULK);
            bulk.write(RawSocket.frame(RawSocket.DATA, new byte[] {1}));
            assertArrayEquals(new byte[] {1}, n1.nextBulk().bytes());
            main.write(RawSocket.frame(RawSocket.DATA, new byte[] {2}));
            assertArrayEquals(new byte[] {2}, n1.next().bytes());
            bulk.write(RawSocket.frame(RawSocket.PING, new byte[0]));
            assertEquals(RawSocket.PONG, bulk.read().type());
        }
    }

    private static void introduce(RawSocket raw, byte[] hello, int lane) throws Exception {
        raw.write(RawSocket.opening(RawSocket.HELLO, hello));
        RawSocket.Frame welcome = raw.read();
        assertEquals(RawSocket.WELCOME, welcome.type());
        assertEquals(lane, welcome.body()[welcome.body().length - 1]);
    }

    @Test
    void laneOfALaterVersionIsRefusedInWords() throws Exception {
        Peer n1 = start("n1");
        try (RawSocket raw = RawSocket.dial(n1)) {
            PeerIdentity self = Peer.identity("n2", Peer.CLUSTER);
            raw.write(RawSocket.opening(RawSocket.HELLO, RawSocket.hello(self, n1.id(), 2)));
            RawSocket.Frame answer = raw.read();
            assertEquals(RawSocket.REFUSAL, answer.type());
            assertTrue(answer.text().endsWith("lane 2 is not known here: update n1"));
            raw.awaitClosed();
        }
    }

    @Test
    void listenerThatBlocksFillsTheSendersQueueAndNobodysMemory() throws Exception {
        Peer n1 = start("n1", builder().frameBytesMax(1 << 20));
        Peer n2 = start("n2", builder().frameBytesMax(1 << 20));
        CountDownLatch release = new CountDownLatch(1);
        n2.onBulkFrame = (from, frame) -> await(release);
        n1.meet(n2);
        byte[] chunk = new byte[256 << 10];
        int taken = 0;
        for (int inARow = 0; inARow < 50; ) {
            if (n1.sendBulk(N2, chunk)) {
                taken++;
                inARow = 0;
            } else {
                inARow++;
                LockSupport.parkNanos(1_000_000);
            }
        }
        assertTrue(allocator.metric().usedDirectMemory() < 8 << 20, "of both ends together");
        assertTrue(n1.transport.droppedFrames(N2) >= 50);
        assertEquals(1, log.lines("n1", "the bulk lane to n2 takes frames too slowly").size());
        AtomicReference<CountDownLatch> left = new AtomicReference<>(new CountDownLatch(taken - 1));
        n2.onBulkFrame = (from, frame) -> left.get().countDown();
        release.countDown();
        assertTrue(left.get().await(20, TimeUnit.SECONDS), "what was taken arrives");
    }

    @Test
    void whatIsSentBeforeTheLaneKnowsItsAddressWaitsForIt() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        CountDownLatch release = new CountDownLatch(1);
        n1.transport.bulkLoop().execute(() -> await(release));
        n1.meet(n2);
        assertTrue(n1.sendBulk(N2, new byte[] {1}));
        release.countDown();
        assertArrayEquals(new byte[] {1}, n2.nextBulk().bytes());
    }

    @Test
    void listenerThatFailsCostsTheBulkConnectionOnly() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.onBulkFrame =
                (from, frame) -> {
                    throw new IllegalStateException("disk gone");
                };
        n1.sendBulkOnceConnected(N2, new byte[] {1});
        log.await("n2", "taking bulk data of n1 failed");
        log.await("n1", "lost the bulk lane to n2");
        log.forgetErrors();
        CountDownLatch again = new CountDownLatch(1);
        n2.onBulkFrame = (from, frame) -> again.countDown();
        while (!again.await(5, TimeUnit.MILLISECONDS)) {
            n1.sendBulk(N2, new byte[] {2});
        }
        assertTrue(n1.send(N2, new byte[] {3}));
        assertEquals(List.of(), log.lines("n1", "lost the connection"));
    }

    @Test
    void peerThatRefusesTheLaneIsNotDialledForEveryFrame() throws Exception {
        Peer n1 = start("n1", builder().backoff(Duration.ofMillis(100), Duration.ofMillis(200)));
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.decision = peer -> Optional.of("not now");
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        n2.hellos.clear();
        while (System.nanoTime() < end) {
            n1.sendBulk(N2, new byte[] {1});
            LockSupport.parkNanos(1_000_000);
        }
        assertTrue(n2.hellos.size() <= 12, () -> "asked " + n2.hellos.size() + " times");
        assertEquals(1, log.lines("n1", "no bulk lane to n2").size());
        n2.decision = peer -> Optional.empty();
        n1.sendBulkOnceConnected(N2, new byte[] {2});
    }

    @Test
    void closingWhileTheListenerBlocksTakesNoLongerThanASecondOrTwo() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        n2.onBulkFrame =
                (from, frame) -> {
                    busy.countDown();
                    await(release);
                };
        n1.meet(n2);
        n1.sendBulkOnceConnected(N2, new byte[] {1});
        n1.sendBulk(N2, new byte[] {2});
        assertTrue(busy.await(20, TimeUnit.SECONDS));
        long begin = System.nanoTime();
        n2.close();
        assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(10));
        release.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted: it may have been writing to a file", e);
        }
    }
}
