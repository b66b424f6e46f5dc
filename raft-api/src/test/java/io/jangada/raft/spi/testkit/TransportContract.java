package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Transport} must do. Extend it, say how one is made, and inherit the checks.
 *
 * <p>A transport may lose frames. The checks therefore send again what did not arrive, and fail
 * only if it never does; what arrives must be exactly what was sent, and must come from whom it
 * says.
 */
public abstract class TransportContract extends BulkLaneContract {
    // ---- frames --------------------------------------------------------------------------------

    @Test
    void bothSidesLearnWhoTheOtherIs() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        assertEquals(n1.identity(), n2.awaitHello());
        assertEquals(n2.identity(), n1.awaitHello());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000, 1024, 4096, 65_535, 65_536, 1_000_000})
    void frameArrivesWholeAndUnchanged(int size) {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        assumeTrue(size <= n1.transport().frameBytesMax(), "larger than this transport allows");
        n1.connect(n2);
        byte[] frame = bytes(size, size);
        assertArrayEquals(frame, n1.deliver(n2, frame));
    }

    @Test
    void largestFrameArrives() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        int size = n1.transport().frameBytesMax();
        assumeTrue(size <= TESTED_BYTES_MAX, "too large a limit for this test's memory");
        n1.connect(n2);
        byte[] frame = bytes(size, 1);
        assertTrue(Arrays.equals(frame, n1.deliver(n2, frame)), "the frame was changed");
    }

    @Test
    void framesOfAllSizesAfterEachOtherStayApart() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        Random random = new Random(7);
        List<byte[]> frames = new ArrayList<>();
        for (int number = 0; number < 500; number++) {
            int size = 4 + (random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(300));
            frames.add(numbered(number, bytes(size, number)));
        }
        n1.deliverAll(n2, frames);
    }

    @Test
    void framesGoBothWays() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        n2.connect(n1);
        n1.deliver(n2, bytes(100, 1));
        n2.deliver(n1, bytes(200, 2));
        n1.deliver(n2, bytes(300, 3));
    }

    @Test
    void frameMayBeAnsweredFromTheCallThatBringsIt() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n2.onFrame(
                (from, frame) -> {
                    byte[] answer = frame.clone();
                    answer[0]++;
                    n2.transport().send(from, new BytesFrame(answer));
                });
        n1.connect(n2);
        n2.connect(n1);
        byte[] question = {1, 2, 3};
        byte[] answer = {2, 2, 3};
        n1.sendUntil(n2, question, () -> n1.received(n2, answer));
    }

    @Test
    void frameBelongsToTheCallerOnceSendReturned() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 10));
        byte[] original = bytes(5000, 3);
        n1.sendUntil(
                n2,
                () -> {
                    byte[] reused = original.clone();
                    n1.transport().send(n2.id(), new BytesFrame(reused));
                    Arrays.fill(reused, (byte) 0x55);
                },
                () -> n2.received(n1, original));
    }

    @Test
    void frameReachesOnlyThePeerItIsFor() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        TestNode n3 = started("n3");
        n1.connect(n2);
        n1.connect(n3);
        n3.connect(n2);
        for (int number = 0; number < 20; number++) {
            n1.deliver(n2, bytes(20, number));
            n1.deliver(n3, bytes(30, number));
            n3.deliver(n2, bytes(40, number));
        }
        assertTrue(n2.allReceived().stream().noneMatch(frame -> frame.length() == 30));
        assertTrue(n3.allReceived().stream().allMatch(frame -> frame.length() == 30));
        assertEquals(List.of(), n1.allReceived());
    }

    @Test
    void frameNeverReachesAnotherNodeThatListensAtThePeersAddress() {
        TestNode n1 = started("n1");
        TestNode n3 = started("n3");
        TestNode witness = started("n4");
        NodeId n2 = NodeId.of("n2");
        n1.transport().connect(n2, n3.address());
        n1.connect(witness);
        for (int number = 0; number < 20; number++) {
            n1.transport().send(n2, new BytesFrame(bytes(20, number)));
            n1.deliver(witness, bytes(30, number)); // Gives the transport time to go wrong.
        }
        assertEquals(List.of(), n3.allReceived());
    }

    @Test
    void manyThreadsSendAtOnce() throws Exception {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        int threads = 8;
        List<byte[]> frames = new ArrayList<>();
        for (int number = 0; number < threads * 250; number++) {
            frames.add(numbered(number, bytes(4 + number % 900, number)));
        }
        ExecutorService senders = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                List<byte[]> share = frames.subList(thread * 250, thread * 250 + 250);
                running.add(senders.submit(() -> share.forEach(frame -> n1.send(n2, frame))));
            }
            for (Future<?> sender : running) {
                sender.get(30, TimeUnit.SECONDS);
            }
        } finally {
            senders.shutdownNow();
        }
        n1.deliverAll(n2, frames); // Sends only what got lost.
    }

    // ---- refusals ------------------------------------------------------------------------------

    @Test
    void tooLargeFrameIsRefused() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        int max = n1.transport().frameBytesMax();
        assertTrue(max > 0 && max < Integer.MAX_VALUE, "a limit");
        OutboundFrame tooLarge =
                new OutboundFrame() {
                    @Override
                    public int size() {
                        return max + 1;
                    }

                    @Override
                    public void writeTo(ByteBuffer target) {
                        throw new AssertionError("written though too large");
                    }
                };
        assertThrows(IllegalArgumentException.class, () -> n1.transport().send(n2.id(), tooLarge));
        n1.deliver(n2, bytes(10, 1));
    }

    @Test
    void frameForAnUnknownPeerIsDropped() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        assertFalse(n1.send(n2, bytes(10, 1)));
    }

    @Test
    void frameForAForgottenPeerIsDropped() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 1));
        n1.transport().disconnect(n2.id());
        assertFalse(n1.send(n2, bytes(10, 2)));
        n1.transport().disconnect(n2.id());
        n1.transport().disconnect(NodeId.of("stranger"));
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 3));
    }

    @Test
    void nodeThatIsCalledRefusesThePeer() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        assertTalksOnlyOnceAccepted(n1, n2, n2, n1);
    }

    @Test
    void nodeThatCallsRefusesThePeer() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        assertTalksOnlyOnceAccepted(n1, n2, n1, n2);
    }

    private void assertTalksOnlyOnceAccepted(
            TestNode from, TestNode to, TestNode refusing, TestNode refused) {
        TestNode witness = started("n9");
        refusing.refuse(refused, refusing.id() + " does not talk to " + refused.id());
        from.connect(to);
        from.connect(witness);
        refusing.awaitHello(refused.identity());
        for (int number = 0; number < 20; number++) {
            from.send(to, bytes(20, number));
            from.deliver(witness, bytes(30, number)); // Gives the transport time to go wrong.
        }
        assertEquals(List.of(), to.allReceived());
        refusing.accept(refused);
        from.deliver(to, bytes(40, 1));
    }

    @Test
    void badContentDisturbsNobodyElse() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        TestNode n3 = started("n3");
        n1.connect(n2);
        n3.connect(n2);
        byte[] bad = bytes(13, 13);
        CountDownLatch seen = new CountDownLatch(1);
        n2.onFrame(
                (from, frame) -> {
                    if (Arrays.equals(frame, bad)) {
                        seen.countDown();
                        throw new IllegalArgumentException("bad content, as the test wants it");
                    }
                });
        n1.deliver(n2, bytes(10, 1));
        n3.deliver(n2, bytes(10, 2));
        n1.sendUntil(n2, bad, () -> seen.getCount() == 0);
        n3.deliver(n2, bytes(20, 3));
        n1.deliver(n2, bytes(20, 4));
        assertTrue(n2.hellosOf(n1) > 1, "the connection of the bad frame was closed");
    }

    @Test
    void takenAddressIsRefused() throws Exception {
        TestNode n1 = started("n1");
        try (Transport second = create(n1.address())) {
            TestNode n2 = new TestNode("n2", n1.address(), second, 1);
            TransportException refused = assertThrows(TransportException.class, n2::start);
            assertNotNull(refused.getMessage());
            assertTrue(
                    refused.getMessage().contains(n1.address()),
                    () -> "the message names no address: " + refused.getMessage());
        }
    }

    // ---- peers that are away, slow, or come back -----------------------------------------------

    @Test
    void sendNeverBlocksOnAPeerThatIsNotThere() {
        TestNode n1 = started("n1");
        NodeId nobody = NodeId.of("nobody");
        n1.transport().connect(nobody, freeAddress());
        assertTrue(sendsUntilDropped(n1, nobody) > 0, "no frame was ever dropped");
        TestNode n2 = started("n2");
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 1));
    }

    @Test
    void sendNeverBlocksOnAPeerThatDoesNotListen() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        CountDownLatch release = new CountDownLatch(1);
        n2.onFrame((from, frame) -> awaitQuietly(release));
        n1.connect(n2);
        try {
            n1.sendUntil(n2, bytes(10, 1), n2::isBusy);
            assertTrue(sendsUntilDropped(n1, n2.id()) > 0, "no frame was ever dropped");
        } finally {
            release.countDown();
        }
        n1.deliver(n2, bytes(50, 2));
    }

    @Test
    void peerThatStartsLateIsFound() {
        TestNode n1 = started("n1");
        TestNode n2 = node("n2", freeAddress(), 1);
        n1.connect(n2);
        n1.send(n2, bytes(10, 1));
        n2.start();
        n1.deliver(n2, bytes(20, 2));
    }

    @Test
    void peerThatRestartsIsFoundAgain() {
        TestNode n1 = started("n1");
        TestNode first = started("n2");
        n1.connect(first);
        n1.deliver(first, bytes(10, 1));
        for (int life = 2; life <= 4; life++) {
            nodes.get(nodes.size() - 1).close();
            n1.send(first, bytes(10, 99));
            TestNode next = node("n2", first.address(), life);
            next.start();
            n1.deliver(next, bytes(20, life));
            assertEquals(n1.identity(), next.awaitHello());
            n1.awaitHello(next.identity());
        }
    }

    @Test
    void nodeThatRestartsFindsItsPeersAgain() {
        TestNode first = started("n1");
        TestNode n2 = started("n2");
        first.connect(n2);
        first.deliver(n2, bytes(10, 1));
        first.close();
        TestNode second = node("n1", first.address(), 2);
        second.start();
        second.connect(n2);
        second.deliver(n2, bytes(20, 2));
        n2.awaitHello(second.identity());
    }

    @Test
    void peerIsFoundAtItsNewAddress() {
        TestNode n1 = started("n1");
        TestNode before = started("n2");
        n1.connect(before);
        n1.deliver(before, bytes(10, 1));
        before.close();
        TestNode after = node("n2", freeAddress(), 2);
        after.start();
        n1.connect(after);
        n1.deliver(after, bytes(20, 2));
    }

    @Test
    void connectingTwiceIsHarmless() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 1));
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 2));
    }

    @Test
    void peerIsFoundAtItsNewAddressWhileSomebodyStillListensAtTheOldOne() {
        TestNode n1 = started("n1");
        TestNode before = started("n2");
        TestNode after = node("n2", freeAddress(), 2);
        after.start();
        n1.connect(before);
        n1.deliver(before, bytes(10, 1));
        n1.connect(after);
        n1.deliver(after, bytes(20, 2));
        for (int number = 0; number < 20; number++) {
            n1.deliver(after, bytes(30, number));
        }
        assertTrue(before.allReceived().stream().noneMatch(frame -> frame.length() == 30));
        n1.connect(before);
        n1.deliver(before, bytes(40, 3));
    }

    @Test
    void forgottenPeerIsFoundAgainAtAnotherAddress() {
        TestNode n1 = started("n1");
        TestNode before = started("n2");
        n1.connect(before);
        n1.deliver(before, bytes(10, 1));
        n1.transport().disconnect(before.id());
        before.close();
        TestNode after = node("n2", freeAddress(), 2);
        after.start();
        n1.connect(after);
        n1.deliver(after, bytes(20, 2));
    }

    // ---- joining -------------------------------------------------------------------------------

    @Test
    void nodeThatDoesNotKnowItsClusterYetIsHeardAndHears() {
        TestNode member = started("n1");
        TestNode joiner = startedIn("", "n2");
        member.connect(joiner);
        joiner.connect(member);
        assertEquals("", member.awaitHello().clusterId());
        assertEquals("testers", joiner.awaitHello().clusterId());
        member.deliver(joiner, bytes(10, 1));
        joiner.deliver(member, bytes(20, 2));
    }

    @Test
    void nodeThatLearntItsClusterShowsItOnLaterConnections() {
        TestNode member = started("n1");
        TestNode joiner = startedIn("", "n2");
        member.connect(joiner);
        member.deliver(joiner, bytes(10, 1));
        joiner.identify("testers");
        member.deliver(joiner, bytes(20, 2)); // The connection stays, or is made again.
        joiner.connect(member);
        member.awaitHello(joiner.identity());
        joiner.deliver(member, bytes(30, 3));
        member.transport().disconnect(joiner.id());
        TestNode late = started("n3");
        late.connect(joiner);
        late.deliver(joiner, bytes(40, 4));
        assertEquals(joiner.identity(), late.awaitHello());
    }

    @Test
    void nothingButTheClusterIdMayChange() {
        TestNode n1 = started("n1");
        PeerIdentity self = n1.identity();
        for (PeerIdentity other :
                List.of(
                        new PeerIdentity("c", NodeId.of("n9"), self.store(), self.incarnation()),
                        new PeerIdentity("c", self.node(), StoreId.of(9, 9), self.incarnation()),
                        new PeerIdentity("c", self.node(), self.store(), 99))) {
            assertThrows(IllegalArgumentException.class, () -> n1.transport().identify(other));
        }
        n1.transport().close();
        n1.transport().identify(self.in("c"));
    }

    @Test
    void transportThatWasNotStartedShowsNoIdentity() throws Exception {
        try (Transport fresh = create(freeAddress())) {
            PeerIdentity self = new PeerIdentity("c", NodeId.of("n1"), StoreId.of(1, 1), 1);
            assertThrows(IllegalStateException.class, () -> fresh.identify(self));
        }
    }

    // ---- closing -------------------------------------------------------------------------------

    @Test
    void closedTransportSendsNothingAndMayBeClosedAgain() {
        TestNode n1 = started("n1");
        TestNode n2 = started("n2");
        n1.connect(n2);
        n1.deliver(n2, bytes(10, 1));
        n1.transport().close();
        n1.transport().close();
        assertFalse(n1.send(n2, bytes(10, 2)));
    }

    @Test
    void transportThatNeverStartedIsClosed() throws Exception {
        create(freeAddress()).close();
    }

    @Test
    void closingGivesTheAddressBack() {
        String address = freeAddress();
        for (int life = 1; life <= 5; life++) {
            TestNode node = node("n1", address, life);
            node.start();
            node.close();
        }
    }
}
