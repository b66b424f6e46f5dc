package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.TransportException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Starting and closing; the base class counts buffers and threads after each test. */
class CloseTest extends TransportTestBase {
    @RepeatedTest(5)
    void portIsFreeAtOnceThoughConnectionsStood() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.meet(n1);
        String address = n1.address();
        n1.close();
        start("n1", builder().bindAddress(address)).meet(n2);
    }

    @RepeatedTest(5)
    void closingWhileFramesAreSentAndReceivedLeavesNothingBehind() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.meet(n1);
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> senders = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            Thread sender =
                    new Thread(
                            () -> {
                                while (!done.get()) {
                                    n1.send(n2, new byte[500]);
                                    n2.send(n1, new byte[30_000]);
                                }
                            });
            sender.start();
            senders.add(sender);
        }
        for (int frames = 0; frames < 1000; frames++) {
            n2.next();
        }
        n1.close();
        n2.close();
        done.set(true);
        for (Thread sender : senders) {
            sender.join();
        }
        assertFalse(n1.send(n2, new byte[1]));
    }

    @Test
    void closingFromTheCallThatBringsAFrameDoesNotHang() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        CountDownLatch closed = new CountDownLatch(1);
        n2.onFrame =
                (from, frame) -> {
                    n2.close();
                    closed.countDown();
                };
        assertTrue(n1.send(n2, new byte[1]));
        assertTrue(closed.await(3, TimeUnit.SECONDS));
        log.await("n1", "lost the connection to n2");
    }

    @Test
    void closingWaitsLittleForADecisionAndInterruptsNothing() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch undisturbed = new CountDownLatch(1);
        n2.decision =
                peer -> {
                    asked.countDown();
                    try {
                        release.await();
                        undisturbed.countDown();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Optional.empty();
                };
        n1.connect(n2);
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        assertTimeoutPreemptively(Duration.ofSeconds(5), n2::close);
        release.countDown();
        assertTrue(undisturbed.await(20, TimeUnit.SECONDS));
    }

    @Test
    void closingSaysNothingHereAndOneLineThere() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.meet(n1);
        int before = log.lines("n1", "").size();
        n1.close();
        log.await("n2", "lost the connection to n1");
        assertEquals(before, log.lines("n1", "").size(), () -> log.lines().toString());
    }

    @Test
    void closedTransportIgnoresNewPeers() {
        Peer n1 = start("n1");
        n1.close();
        n1.transport.connect(NodeId.of("n2"), "127.0.0.1:7000");
        n1.transport.disconnect(NodeId.of("n2"));
        assertFalse(n1.send(NodeId.of("n2"), new byte[1]));
    }

    @Test
    void transportIsStartedOnceAndBeforeAnythingElse() {
        NettyTransport transport = builder().build();
        Peer listener = start("n2");
        assertThrows(
                IllegalStateException.class,
                () -> transport.send(NodeId.of("n2"), Peer.frame(new byte[1])));
        assertThrows(
                IllegalStateException.class,
                () -> transport.connect(NodeId.of("n2"), "127.0.0.1:1"));
        transport.start(Peer.identity("n1", Peer.CLUSTER), listener);
        assertThrows(
                IllegalStateException.class,
                () -> transport.start(Peer.identity("n1", Peer.CLUSTER), listener));
        assertThrows(
                IllegalArgumentException.class,
                () -> transport.connect(NodeId.of("n1"), "127.0.0.1:1"));
        assertThrows(
                IllegalArgumentException.class,
                () -> transport.connect(NodeId.of("n2"), "nowhere"));
        transport.close();
        assertThrows(
                IllegalStateException.class,
                () -> transport.start(Peer.identity("n1", Peer.CLUSTER), listener));
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            TransportException refused =
                    assertThrows(
                            TransportException.class,
                            () -> start("n1", builder().bindAddress(address)));
            assertTrue(
                    refused.getMessage().startsWith("cannot listen on " + address + ": "),
                    refused.getMessage());
        }
    }

    @Test
    void nameThatIsNotKnownIsNamed() {
        TransportException refused =
                assertThrows(
                        TransportException.class,
                        () -> start("n1", builder().bindAddress("no-such-host.invalid:0")));
        assertEquals(
                "cannot listen on no-such-host.invalid:0: the name is not known; bind to an address of"
                        + " this machine",
                refused.getMessage());
    }

    @Test
    void listeningBeyondLoopbackWithoutEncryptionIsWarnedAboutOnce() throws Exception {
        start("n1", builder().bindAddress("0.0.0.0:0"));
        start("n2", builder().bindAddress("127.0.0.1:0"));
        assertEquals(
                List.of(
                        "n1: listens on 0.0.0.0:0 without encryption: whoever reaches this port can"
                                + " read and change everything"),
                log.lines());
    }
}
