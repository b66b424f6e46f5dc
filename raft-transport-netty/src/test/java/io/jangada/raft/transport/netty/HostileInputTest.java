package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever breaks the rules loses his connection, with one line that names his address; the traffic
 * of everybody else goes on.
 */
class HostileInputTest extends TransportTestBase {
    private static final byte[] NOTHING = {};

    private Peer victim;
    private Peer friend;

    @BeforeEach
    void friendsMeet() throws InterruptedException {
        victim = start("victim", builder().handshakeTimeout(Duration.ofMillis(300)));
        friend = start("friend");
        friend.meet(victim);
    }

    /** Sends hostile bytes while friendly frames flow; nothing happens to those. */
    private void assertCostsOnlyThisConnection(RawSocket hostile, byte[] bytes, String line)
            throws Exception {
        String address = hostile.socket.getLocalSocketAddress().toString();
        assertFriendIsHeard(50);
        hostile.write(bytes);
        assertFriendIsHeard(50);
        hostile.awaitClosed();
        assertEquals(
                "victim: closed the connection from " + address + ": " + line,
                log.await("victim", address));
        assertEquals(1, log.lines("victim", "closed the connection").size());
        assertEquals(List.of(), log.lines("friend", "lost"));
        assertFriendIsHeard(50);
    }

    private void assertFriendIsHeard(int count) throws InterruptedException {
        for (int number = 0; number < count; number++) {
            byte[] bytes = {(byte) number, 1, 2, 3};
            assertTrue(friend.send(victim, bytes));
            Peer.Arrived frame = victim.next();
            assertEquals(friend.id(), frame.from());
            assertArrayEquals(bytes, frame.bytes());
        }
    }

    private static byte[] hello(String id) {
        PeerIdentity identity = Peer.identity(id, Peer.CLUSTER);
        return RawSocket.opening(
                RawSocket.HELLO, RawSocket.hello(1, 1, identity, NodeId.of("victim")));
    }

    @Test
    void otherProtocol() throws Exception {
        try (RawSocket raw = RawSocket.dial(victim)) {
            byte[] http = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            assertCostsOnlyThisConnection(
                    raw,
                    http,
                    "does not speak this protocol: it began with 47455420, not 4a4e4744");
        }
    }

    @Test
    void largeHeaderBeforeTheHandshake() throws Exception {
        try (RawSocket raw = RawSocket.dial(victim)) {
            byte[] bytes =
                    ByteBuffer.allocate(16).putInt(0x4A4E4744).putInt(1025).putInt(1).array();
            assertCostsOnlyThisConnection(
                    raw, bytes, "frame of 1025 bytes is over the limit of 1024");
        }
    }

    @Test
    void oversizeFrame() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            byte[] header =
                    ByteBuffer.allocate(12).putInt((16 << 20) + 1).putInt(4).putInt(0).array();
            assertCostsOnlyThisConnection(
                    raw, header, "frame of 16777217 bytes is over the limit of 16777216");
        }
    }

    @Test
    void negativeLength() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            byte[] header = ByteBuffer.allocate(12).putInt(-2).putInt(4).putInt(0).array();
            assertCostsOnlyThisConnection(
                    raw, header, "frame of 4294967294 bytes is over the limit of 16777216");
        }
    }

    @Test
    void damagedBody() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            byte[] frame = RawSocket.frame(RawSocket.DATA, new byte[] {1, 2, 3});
            int checksum = ByteBuffer.wrap(frame).getInt(8);
            frame[13] ^= 16;
            int actual =
                    ByteBuffer.wrap(RawSocket.frame(RawSocket.DATA, new byte[] {1, 18, 3}))
                            .getInt(8);
            raw.write(RawSocket.frame(RawSocket.DATA, new byte[] {9}));
            assertArrayEquals(new byte[] {9}, victim.next().bytes());
            assertCostsOnlyThisConnection(
                    raw,
                    frame,
                    String.format(
                            "frame of 3 bytes is damaged: checksum %08x, not %08x",
                            actual, checksum));
        }
    }

    @Test
    void damagedType() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            byte[] frame = RawSocket.frame(RawSocket.PING, new byte[] {1, 2, 3});
            int checksum = ByteBuffer.wrap(frame).getInt(8);
            frame[7] ^= RawSocket.PING ^ RawSocket.DATA;
            int actual =
                    ByteBuffer.wrap(RawSocket.frame(RawSocket.DATA, new byte[] {1, 2, 3}))
                            .getInt(8);
            assertCostsOnlyThisConnection(
                    raw,
                    frame,
                    String.format(
                            "frame of 3 bytes is damaged: checksum %08x, not %08x",
                            actual, checksum));
        }
    }

    @Test
    void unknownType() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            assertCostsOnlyThisConnection(raw, RawSocket.frame(7, NOTHING), "unknown frame type 7");
        }
    }

    @Test
    void dataBeforeTheHandshake() throws Exception {
        try (RawSocket raw = RawSocket.dial(victim)) {
            assertCostsOnlyThisConnection(
                    raw, RawSocket.opening(RawSocket.DATA, NOTHING), "sent DATA while WAITING");
        }
    }

    @Test
    void secondHello() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            byte[] hello = hello("n9");
            byte[] frame = Arrays.copyOfRange(hello, 4, hello.length);
            assertCostsOnlyThisConnection(raw, frame, "sent HELLO while OPEN");
        }
    }

    @Test
    void helloThatIsNoHello() throws Exception {
        try (RawSocket raw = RawSocket.dial(victim)) {
            assertCostsOnlyThisConnection(
                    raw,
                    RawSocket.opening(RawSocket.HELLO, new byte[40]),
                    "introduced itself in a form that cannot be read");
        }
    }

    @Test
    void contentThatTheListenerRejects() throws Exception {
        victim.onFrame =
                (from, frame) -> {
                    if (frame.remaining() == 1) {
                        throw new IllegalArgumentException("no such message: " + frame.get());
                    }
                    byte[] bytes = new byte[frame.remaining()];
                    frame.get(bytes);
                    victim.frames.add(new Peer.Arrived(from, bytes));
                };
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            assertCostsOnlyThisConnection(
                    raw,
                    RawSocket.frame(RawSocket.DATA, new byte[] {5}),
                    "n9 sent a frame that cannot be read: no such message: 5");
        }
    }

    @Test
    void listenerThatFailsCostsTheConnection() throws Exception {
        victim.onFrame =
                (from, frame) -> {
                    throw new IllegalStateException("a bug");
                };
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            raw.write(RawSocket.frame(RawSocket.DATA, NOTHING));
            raw.awaitClosed();
        }
        log.await("victim", "taking a frame of n9 failed");
        log.forgetErrors();
    }

    @Test
    void handshakeThatTricklesInIsCutOff() throws Exception {
        try (RawSocket raw = RawSocket.dial(victim)) {
            byte[] hello = hello("n9");
            long begin = System.nanoTime();
            try {
                for (byte b : hello) {
                    raw.write(new byte[] {b});
                    assertFriendIsHeard(1);
                    pause(20);
                }
                raw.awaitClosed();
            } catch (IOException closed) {
                // Cut off while it was still trickling, as it should be.
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(millis >= 290, "cut off after " + millis + " ms");
        }
        log.await("victim", "the handshake took longer than 300 ms");
        assertTrue(victim.hellos.stream().noneMatch(h -> h.node().equals(NodeId.of("n9"))));
        assertFriendIsHeard(50);
    }

    @Test
    void silentStrangersAreCutOffAndThereAreNeverTooMany() throws Exception {
        List<RawSocket> strangers = new ArrayList<>();
        try {
            for (int count = 0; count < 300; count++) {
                strangers.add(RawSocket.dial(victim));
            }
            assertFriendIsHeard(50);
            for (RawSocket stranger : strangers) {
                stranger.awaitClosed();
            }
        } finally {
            for (RawSocket stranger : strangers) {
                stranger.close();
            }
        }
        assertFriendIsHeard(50);
        assertTrue(allocator.metric().usedDirectMemory() < 1 << 20);
    }

    @Test
    void frameInSinglePiecesArrives() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            for (byte b : RawSocket.frame(RawSocket.DATA, new byte[] {1, 2, 3})) {
                assertFriendIsHeard(1);
                raw.write(new byte[] {b});
            }
            assertArrayEquals(new byte[] {1, 2, 3}, victim.next().bytes());
        }
    }

    @Test
    void frameThatBreaksOffIsForgotten() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            byte[] frame = RawSocket.frame(RawSocket.DATA, new byte[100_000]);
            raw.write(Arrays.copyOf(frame, 50_000));
        }
        assertFriendIsHeard(50);
        assertTrue(victim.frames.isEmpty());
    }

    @Test
    void pingIsAnswered() throws Exception {
        try (RawSocket raw = RawSocket.introduced(victim, "n9")) {
            raw.write(RawSocket.frame(RawSocket.PING, NOTHING));
            assertEquals(RawSocket.PONG, raw.read().type());
        }
        assertFalse(log.lines().stream().anyMatch(line -> line.contains("closed")));
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
