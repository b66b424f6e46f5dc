package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who talks to whom, and what each side says when it will not. */
class HandshakeTest extends TransportTestBase {
    @Test
    void bothSidesHearWhoTheOtherIs() throws Exception {
        PeerIdentity first =
                new PeerIdentity("é 集群", NodeId.of("n1"), StoreId.of(-1, 5), Long.MIN_VALUE);
        PeerIdentity second = new PeerIdentity("é 集群", NodeId.of("n-2.x_y"), StoreId.of(7, -9), -1);
        Peer n1 = start(first, builder());
        Peer n2 = start(second, builder());
        n1.connect(n2);
        assertEquals(first, n2.nextHello());
        assertEquals(second, n1.nextHello());
    }

    @Test
    void otherClusterIsRefused() throws Exception {
        Peer n1 = start(Peer.identity("n1", "red"), builder());
        Peer n2 = start(Peer.identity("n2", "blue"), builder());
        n1.connect(n2);
        String here = log.await("n2", "closed the connection from /127.0.0.1:");
        String there = log.await("n1", "no connection to n2 at " + n2.address());
        String sentence =
                "n2 (cluster blue, store "
                        + n2.identity.store()
                        + ") refuses n1 (cluster red, store "
                        + n1.identity.store()
                        + "): the clusters differ: check the addresses of the peers";
        assertTrue(here.endsWith(sentence), here);
        assertTrue(there.endsWith(sentence), there);
        assertFalse(n1.send(n2, new byte[1]));
        assertTrue(n2.hellos.isEmpty(), "the listener is not asked about strangers");
    }

    @Test
    void joinerOfAnUnknownClusterIsRefusedOnceItKnowsAnotherOne() throws Exception {
        Peer n1 = start(Peer.identity("n1", "red"), builder());
        Peer n2 = start(Peer.identity("n2", ""), builder());
        n1.meet(n2);
        n2.transport.identify(n2.identity.in("blue"));
        n2.connect(n1);
        log.await("n2", "the clusters differ: check the addresses of the peers");
        assertTrue(n1.send(n2, new byte[] {7}), "what stands is left alone");
        assertArrayEquals(new byte[] {7}, n2.next().bytes());
    }

    @Test
    void storeThatTheListenerDoesNotKnowIsRefusedByTheNodeThatIsCalled() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n2.decision = peer -> Optional.of("n1 had another store");
        n1.connect(n2);
        assertRefusal("n2", "n1", "n1 had another store");
        n2.decision = peer -> Optional.empty();
        n1.sendOnceConnected(n2, new byte[] {1});
        assertArrayEquals(new byte[] {1}, n2.next().bytes());
    }

    @Test
    void storeThatTheListenerDoesNotKnowIsRefusedByTheNodeThatCalls() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.decision = peer -> Optional.of("n2 had another store");
        n1.connect(n2);
        log.await("n1", "n1 (cluster c1, store " + n1.identity.store() + ") refuses n2");
        log.await("n2", "n1 (cluster c1, store " + n1.identity.store() + ") refuses n2");
        n1.decision = peer -> Optional.empty();
        n1.sendOnceConnected(n2, new byte[] {1});
    }

    private void assertRefusal(String refusing, String refused, String reason) throws Exception {
        for (String node : List.of(refusing, refused)) {
            String line = log.await(node, refusing + " (cluster");
            assertTrue(line.contains("refuses " + refused) && line.endsWith(reason), line);
        }
    }

    @Test
    void identicalRefusalsAreRetriedButLoggedOnce() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n2.decision = peer -> Optional.of("not today");
        n1.connect(n2);
        for (int attempt = 0; attempt < 10; attempt++) {
            assertEquals(n1.identity, n2.nextHello());
        }
        assertEquals(1, log.lines("n1", "not today").size());
        assertEquals(1, log.lines("n2", "not today").size());
        n2.decision = peer -> Optional.of("not tomorrow either");
        log.await("n1", "not tomorrow either");
        log.await("n2", "not tomorrow either");
    }

    @Test
    void nodeAtAnotherNodesAddressIsNotMistakenForIt() throws Exception {
        Peer n1 = start("n1");
        Peer n3 = start("n3");
        n1.transport.connect(NodeId.of("n2"), n3.address());
        log.await("n1", "n2 was called and n3 answers: check the address of n2");
        log.await("n3", "n2 was called and n3 answers: check the address of n2");
    }

    @Test
    void answerInTheNameOfAnotherNodeIsRefusedByTheCaller() throws Exception {
        Peer n1 = start("n1");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            n1.transport.connect(NodeId.of("n2"), "127.0.0.1:" + server.getLocalPort());
            try (RawSocket raw = new RawSocket(server.accept())) {
                raw.welcome(Peer.identity("n3", Peer.CLUSTER), n1.id());
                RawSocket.Frame answer = raw.read();
                assertEquals(RawSocket.REFUSAL, answer.type());
                assertTrue(answer.text().endsWith("n2 was called: check its address"));
                raw.awaitClosed();
            }
        }
        log.await("n1", "n2 was called: check its address");
    }

    @Test
    void twoNodesOfOneNameRefuseEachOther() throws Exception {
        Peer n1 = start("n1");
        try (RawSocket raw = RawSocket.dial(n1)) {
            PeerIdentity twin = Peer.identity("n1", Peer.CLUSTER);
            raw.write(RawSocket.opening(RawSocket.HELLO, RawSocket.hello(1, 1, twin, n1.id())));
            assertTrue(raw.read().text().contains("both are called n1"));
            raw.awaitClosed();
        }
    }

    @ParameterizedTest(name = "peer speaks {0} to {1}: welcome {2}")
    @CsvSource({"1, 1, true", "0, 1, true", "1, 65535, true", "2, 3, false", "0, 0, false"})
    void commonVersionIsNeeded(int min, int max, boolean welcome) throws Exception {
        Peer n1 = start("n1");
        try (RawSocket raw = RawSocket.dial(n1)) {
            PeerIdentity n2 = Peer.identity("n2", Peer.CLUSTER);
            raw.write(RawSocket.opening(RawSocket.HELLO, RawSocket.hello(min, max, n2, n1.id())));
            RawSocket.Frame answer = raw.read();
            if (welcome) {
                assertEquals(RawSocket.WELCOME, answer.type());
            } else {
                String reason =
                        "protocol version 1 here, "
                                + min
                                + " to "
                                + max
                                + " there: update the older one";
                assertTrue(answer.text().endsWith(reason), answer.text());
                raw.awaitClosed();
                log.await("n1", reason);
            }
        }
    }

    @Test
    void fieldsThatALaterVersionAddsAreSkipped() throws Exception {
        Peer n1 = start("n1");
        try (RawSocket raw = RawSocket.dial(n1)) {
            byte[] hello =
                    RawSocket.hello(1, 2, Peer.identity("n2", Peer.CLUSTER), NodeId.of("n1"));
            byte[] longer = Arrays.copyOf(hello, hello.length + 100);
            raw.write(RawSocket.opening(RawSocket.HELLO, longer));
            assertEquals(RawSocket.WELCOME, raw.read().type());
        }
    }

    @Test
    void decisionThatTakesLongHoldsUpNobodyElse() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        Peer n3 = start("n3");
        n3.meet(n2);
        CountDownLatch decided = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        n2.decision =
                peer -> {
                    asked.countDown();
                    await(decided);
                    return Optional.empty();
                };
        n1.connect(n2);
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        for (int number = 0; number < 100; number++) {
            byte[] bytes = {(byte) number};
            assertTrue(n3.send(n2, bytes));
            assertArrayEquals(bytes, n2.next().bytes());
        }
        assertFalse(n1.send(n2, new byte[1]), "not decided yet");
        decided.countDown();
        n1.sendOnceConnected(n2, new byte[1]);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted: it may have been writing to a file", e);
        }
    }

    @Test
    void listenerThatFailsRefuses() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n2.decision =
                peer -> {
                    throw new IllegalStateException("disk gone");
                };
        n1.connect(n2);
        log.await("n1", "deciding about it failed: java.lang.IllegalStateException: disk gone");
        assertEquals(
                1, log.errors().stream().filter(e -> e.contains("disk gone")).limit(1).count());
        log.forgetErrors();
        n2.decision = peer -> Optional.empty();
        n1.sendOnceConnected(n2, new byte[1]);
        log.forgetErrors();
    }

    @Test
    void peerThatAcceptsAndNeverAnswersIsGivenUpAndTriedAgain() throws Exception {
        Peer n1 = start("n1", builder().handshakeTimeout(Duration.ofMillis(100)));
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            n1.transport.connect(NodeId.of("n2"), "127.0.0.1:" + server.getLocalPort());
            for (int attempt = 0; attempt < 3; attempt++) {
                try (RawSocket raw = new RawSocket(server.accept())) {
                    assertEquals(RawSocket.HELLO, raw.read().type());
                    raw.awaitClosed();
                }
            }
        }
        log.await("n1", "the handshake took longer than 100 ms");
        assertEquals(1, log.lines("n1", "the handshake took longer").size());
    }

    @Test
    void refusalFromAStrangerStaysOneLineOfBoundedLength() throws Exception {
        Peer n1 = start("n1");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            n1.transport.connect(NodeId.of("n2"), "127.0.0.1:" + server.getLocalPort());
            try (RawSocket raw = new RawSocket(server.accept())) {
                assertEquals(RawSocket.HELLO, raw.read().type());
                String text = "evil\nINFO: all is well\u001b[2J" + "x".repeat(990);
                raw.write(
                        RawSocket.opening(
                                RawSocket.REFUSAL, text.getBytes(StandardCharsets.UTF_8)));
                raw.awaitClosed();
            }
        }
        String line = log.await("n1", "evil?INFO: all is well?[2Jx");
        assertTrue(line.length() < 1100, line);
    }

    @Test
    void clusterIdThatDoesNotFitIsRefusedAtTheStart() {
        try (NettyTransport transport = builder().build()) {
            PeerIdentity self = Peer.identity("n1", "x".repeat(256));
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> transport.start(self, start("n2")));
            assertEquals("cluster id of 256 bytes is longer than 255", refused.getMessage());
        }
        start(Peer.identity("n1", "x".repeat(255)), builder());
    }
}
