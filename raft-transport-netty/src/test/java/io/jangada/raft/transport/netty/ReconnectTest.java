package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections that break, and peers that move. */
class ReconnectTest extends TransportTestBase {
    private static final NodeId N2 = NodeId.of("n2");

    @Test
    void peerThatRestartsOnItsPortIsFoundAgain() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.meet(n1);
        String address = n2.address();
        for (int life = 0; life < 5; life++) {
            n2.close();
            log.await("n1", "lost the connection to n2 at " + address);
            n2 = start("n2", builder().bindAddress(address));
            n2.meet(n1);
            n1.sendOnceConnected(n2, new byte[] {(byte) life});
            assertArrayEquals(new byte[] {(byte) life}, n2.next().bytes());
        }
    }

    @Test
    void peerThatComesBackIsDialledAtOnceWhateverTheBackoff() throws Exception {
        Peer n1 = start("n1", builder().backoff(Duration.ofHours(1), Duration.ofHours(1)));
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.close();
        log.await("n1", "lost the connection");
        n2 = start("n2", builder().bindAddress(n2.address()));
        n2.connect(n1);
        n1.sendOnceConnected(n2, new byte[] {1});
    }

    @Test
    void changedAddressMovesTheConnection() throws Exception {
        Peer n1 = start("n1");
        Peer before = start("n2");
        Peer after = start("n2");
        n1.meet(before);
        n1.connect(after);
        do { // A frame that is sent before the move still goes to the old address.
            n1.sendOnceConnected(after, new byte[] {1});
        } while (after.frames.poll(10, TimeUnit.MILLISECONDS) == null);
        before.frames.clear();
        for (int count = 0; count < 100; count++) {
            assertTrue(n1.send(after, new byte[] {2}));
            assertEquals(n1.id(), after.next().from());
        }
        assertTrue(before.frames.isEmpty());
        assertFalse(log.lines().stream().anyMatch(line -> line.contains("lost")));
    }

    @Test
    void sameAddressKeepsTheConnection() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.nextHello();
        for (int count = 0; count < 100; count++) {
            n1.connect(n2);
            assertTrue(n1.send(n2, new byte[] {1}));
            n2.next();
        }
        assertTrue(n2.hellos.isEmpty());
    }

    @Test
    void forgottenPeerIsHeardNoMoreAndNotDialledAgain() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        n2.meet(n1);
        n1.transport.disconnect(N2);
        assertFalse(n1.send(n2, new byte[1]));
        // Its own connection to us was closed as well; it dials again, and it is for n1 to refuse
        // it.
        log.await("n2", "lost the connection to n1");
        n2.sendOnceConnected(n1, new byte[] {1});
        assertFalse(n1.send(n2, new byte[1]));
        n1.transport.disconnect(N2);
    }

    @Test
    void nameThatIsNotKnownIsTriedAgain() throws Exception {
        Peer n1 = start("n1");
        n1.transport.connect(N2, "no-such-host.invalid:7000");
        assertEquals(
                "n1: no connection to n2 at no-such-host.invalid:7000: the name"
                        + " no-such-host.invalid is not known",
                log.await("n1", "no connection to n2"));
        Peer n2 = start("n2");
        n1.connect(n2);
        n1.sendOnceConnected(n2, new byte[1]);
    }

    @Test
    void connectionsThatAreRefusedAreLoggedOnce() throws Exception {
        Peer n1 = start("n1");
        String address;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + server.getLocalPort();
        }
        n1.transport.connect(N2, address);
        log.await("n1", "no connection to n2 at " + address);
        n1.transport.connect(N2, "127.0.0.1:" + n1.transport.port());
        log.await("n1", "n2 was called and n1 answers");
        assertEquals(1, log.lines("n1", "no connection to n2 at " + address).size());
    }

    @Test
    void deadPeerIsNoticedByItsSilence() throws Exception {
        Peer n1 = start("n1", builder().idleTimeout(Duration.ofMillis(300)));
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            n1.transport.connect(N2, "127.0.0.1:" + server.getLocalPort());
            try (RawSocket raw = new RawSocket(server.accept())) {
                raw.welcome(Peer.identity("n2", Peer.CLUSTER), n1.id());
                n1.sendOnceConnected(N2, new byte[] {1});
                assertEquals(RawSocket.DATA, raw.read().type());
                assertEquals(RawSocket.PING, raw.read().type());
                raw.awaitClosed(); // It got no answer.
            }
            try (RawSocket again = new RawSocket(server.accept())) {
                assertEquals(RawSocket.HELLO, again.read().type());
            }
        }
        log.await("n1", "no sign of life for 300 ms");
    }

    @Test
    void peerThatAnswersPingsIsKept() throws Exception {
        Peer n1 = start("n1", builder().idleTimeout(Duration.ofMillis(150)));
        Peer n2 = start("n2", builder().idleTimeout(Duration.ofMillis(150)));
        n1.meet(n2);
        n2.nextHello();
        assertEquals(
                null, n2.hellos.poll(1, TimeUnit.SECONDS), "a new connection though all was well");
        assertTrue(n1.send(n2, new byte[] {1}));
        n2.next();
        assertFalse(log.lines().stream().anyMatch(line -> line.contains("lost")));
    }

    @Test
    void abandonedConnectionsAreClosedInTheEnd() throws Exception {
        Peer n1 = start("n1", builder().idleTimeout(Duration.ofMillis(30)));
        try (RawSocket raw = RawSocket.introduced(n1, "n2")) {
            raw.awaitClosed();
        }
    }

    @Test
    void newerConnectionOfAPeerReplacesTheOlder() throws Exception {
        Peer n1 = start("n1");
        try (RawSocket older = RawSocket.introduced(n1, "n2");
                RawSocket newer = RawSocket.introduced(n1, "n2")) {
            older.awaitClosed();
            newer.write(RawSocket.frame(RawSocket.DATA, new byte[] {4}));
            assertArrayEquals(new byte[] {4}, n1.next().bytes());
        }
    }

    @Test
    void eachStartGetsAPortOfItsOwn() {
        assertNotEquals(start("n1").transport.port(), start("n2").transport.port());
    }
}
