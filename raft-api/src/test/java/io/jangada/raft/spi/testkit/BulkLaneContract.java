package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.raft.spi.LoopThread;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link TransportContract} asks of bulk data. */
abstract class BulkLaneContract extends TransportFixture {
    @ParameterizedTest
    @ValueSource(ints = {1, 64, 4096, 65_536, 262_144, 1_000_000})
    void bulkFrameArrivesWholeAndUnchangedAndAsBulkData(int size) {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        assumeTrue(size <= n1.transport().frameBytesMax(), "larger than this transport allows");
        n1.connect(n2);
        byte[] frame = bytes(size, size);
        n1.deliverBulk(n2, frame);
        assertFalse(n2.received(n1, frame), "it arrived as a frame that is not bulk data");
        byte[] other = bytes(size, size + 1);
        n1.deliver(n2, other);
        assertFalse(n2.receivedBulk(n1, other), "a frame arrived as bulk data");
    }

    @Test
    void bulkFramesGoBothWaysAndEachToItsPeer() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        TestNode n3 = started("n3");
        n1.connect(n2);
        n2.connect(n1);
        n1.connect(n3);
        for (int number = 0; number < 10; number++) {
            n1.deliverBulk(n2, bytes(20, number));
            n1.deliverBulk(n3, bytes(30, number));
            n2.deliverBulk(n1, bytes(40, number));
        }
        assertTrue(n2.allBulkReceived().stream().allMatch(frame -> frame.length() == 20));
        assertTrue(n3.allBulkReceived().stream().allMatch(frame -> frame.length() == 30));
        assertTrue(n1.allBulkReceived().stream().allMatch(frame -> frame.length() == 40));
    }

    @Test
    void largestBulkFrameArrives() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        int size = n1.transport().frameBytesMax();
        assumeTrue(size <= TESTED_BYTES_MAX, "too large a limit for this test's memory");
        n1.connect(n2);
        n1.deliverBulk(n2, bytes(size, 1));
    }

    @Test
    void bulkFramesAreRefusedAndDroppedAsOthersAre() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        assertFalse(n1.sendBulk(n2, bytes(10, 1)), "nobody was named");
        n1.connect(n2);
        n1.deliverBulk(n2, bytes(10, 2));
        byte[] tooLarge = new byte[n1.transport().frameBytesMax() + 1];
        assertThrows(IllegalArgumentException.class, () -> n1.sendBulk(n2, tooLarge));
        n1.transport().disconnect(n2.id());
        assertFalse(n1.sendBulk(n2, bytes(10, 3)), "the peer was forgotten");
        n1.connect(n2);
        n1.deliverBulk(n2, bytes(10, 4));
        n1.transport().close();
        assertFalse(n1.sendBulk(n2, bytes(10, 5)), "closed");
    }

    @Test
    void bulkFramesReachNobodyWhoRefuses() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        TestNode witness = started("n9");
        n2.refuse(n1, "n2 does not talk to n1");
        n1.connect(n2);
        n1.connect(witness);
        n2.awaitHello(n1.identity());
        for (int number = 0; number < 20; number++) {
            n1.sendBulk(n2, bytes(20, number));
            n1.deliverBulk(witness, bytes(30, number)); // Gives the transport time to go wrong.
        }
        assertEquals(List.of(), n2.allBulkReceived());
        n2.accept(n1);
        n1.deliverBulk(n2, bytes(40, 1));
    }

    @Test
    void nothingButItsOwnBulkLaneWaitsForAListenerThatBlocks() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        TestNode n3 = started("n3");
        n1.connect(n2);
        n2.connect(n1);
        n3.connect(n2);
        CountDownLatch release = new CountDownLatch(1);
        n2.onBulkFrame(
                (from, frame) -> {
                    if (from.equals(n1.id())) {
                        awaitQuietly(release);
                    }
                });
        try {
            n1.sendUntil(n2, () -> n1.sendBulk(n2, bytes(10, 1)), n2::isBusyWithBulk);
            assertTrue(bulkSendsUntilDropped(n1, n2.id()) > 0, "no bulk frame was ever dropped");
            for (int number = 0; number < 20; number++) {
                n1.deliver(n2, bytes(20, number));
                n2.deliver(n1, bytes(30, number));
                n3.deliver(n2, bytes(40, number));
                n3.deliverBulk(n2, bytes(50, number));
                n2.deliverBulk(n1, bytes(60, number));
            }
        } finally {
            release.countDown();
        }
        n1.deliverBulk(n2, bytes(70, 2));
    }

    @Test
    void bulkFramesComeOneByOneAndNotOnTheLentThread() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        Optional<LoopThread> lent = n2.transport().lendThread();
        AtomicInteger together = new AtomicInteger();
        List<String> wrong = new CopyOnWriteArrayList<>();
        n2.onBulkFrame(
                (from, frame) -> {
                    if (together.incrementAndGet() > 1) {
                        wrong.add("two calls at once for one peer");
                    }
                    if (lent.isPresent() && lent.get().isCurrent()) {
                        wrong.add("called on the lent thread");
                    }
                    together.decrementAndGet();
                });
        n1.connect(n2);
        n1.deliverBulk(n2, bytes(10, 1));
        for (int number = 0; number < 200; number++) {
            n1.sendBulk(n2, bytes(1000, number));
        }
        n1.deliverBulk(n2, bytes(20, 2));
        assertEquals(List.of(), wrong);
    }

    @Test
    void bulkLaneIsFoundAgainAfterBadContentAndAfterRestarts() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        byte[] bad = bytes(13, 13);
        CountDownLatch seen = new CountDownLatch(1);
        n2.onBulkFrame(
                (from, frame) -> {
                    if (Arrays.equals(frame, bad)) {
                        seen.countDown();
                        throw new IllegalArgumentException("bad content, as the test wants it");
                    }
                });
        n1.sendUntil(n2, () -> n1.sendBulk(n2, bad), () -> seen.getCount() == 0);
        n1.deliver(n2, bytes(20, 1));
        n1.deliverBulk(n2, bytes(20, 2));
        for (int life = 2; life <= 3; life++) {
            nodes.get(nodes.size() - 1).close();
            n1.sendBulk(n2, bytes(10, 99));
            TestNode next = node("n2", n2.address(), life);
            next.start();
            n1.deliverBulk(next, bytes(30, life));
        }
    }

    @Test
    void bulkLaneGoesToTheNewAddress() {
        TestNode n1 = started("n1");
        TestNode before = started("n2");
        TestNode after = node("n2", freeAddress(), 2);
        after.start();
        n1.connect(before);
        n1.deliverBulk(before, bytes(10, 1));
        n1.connect(after);
        n1.deliverBulk(after, bytes(20, 2));
    }
}
