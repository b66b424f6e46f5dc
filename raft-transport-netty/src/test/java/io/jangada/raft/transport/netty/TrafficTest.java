package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames between transports on loopback: nothing is lost where nothing breaks. */
class TrafficTest extends TransportTestBase {
    private static final int LIMIT = 200_000;

    /** Sizes around everything that could go wrong, the limit itself among them. */
    private static byte[] frame(int number) {
        Random random = new Random(number);
        int[] special = {0, 1, 11, 12, 13, 65_523, 65_524, 65_536, LIMIT - 1, LIMIT};
        int size = number % 50 < special.length ? special[number % 50] : random.nextInt(2000);
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest(name = "native {0}, {1} threads")
    @CsvSource({"true, 1", "false, 1", "true, 2"})
    void thousandsOfMixedFramesBetweenThreeNodesArriveWholeAndInOrder(
            boolean nativeIo, int ioThreads) throws Exception {
        List<Peer> nodes = new ArrayList<>();
        for (String id : List.of("n1", "n2", "n3")) {
            nodes.add(
                    start(
                            id,
                            builder()
                                    .frameBytesMax(LIMIT)
                                    .queueBytesMax(256 << 20)
                                    .ioThreads(ioThreads)
                                    .nativeIo(nativeIo)));
        }
        for (Peer from : nodes) {
            for (Peer to : nodes) {
                if (from != to) {
                    from.connect(to);
                }
            }
        }
        int count = 1500;
        for (Peer from : nodes) {
            for (Peer to : nodes) {
                if (from != to) {
                    from.sendOnceConnected(to, frame(0));
                    for (int number = 1; number < count; number++) {
                        assertTrue(from.send(to, frame(number)), "taken: " + number);
                    }
                }
            }
        }
        for (Peer to : nodes) {
            int[] next = new int[4];
            for (int arrived = 0; arrived < 2 * count; arrived++) {
                Peer.Arrived frame = to.next();
                int from = frame.from().value().charAt(1) - '0';
                assertArrayEquals(frame(next[from]), frame.bytes(), "frame " + next[from]);
                next[from]++;
            }
            assertTrue(to.frames.isEmpty());
        }
    }

    @Test
    void largestFrameArrivesAndOneByteMoreIsRefused() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        byte[] largest = new byte[n1.transport.frameBytesMax()];
        new Random(1).nextBytes(largest);
        assertTrue(n1.send(n2, largest));
        assertArrayEquals(largest, n2.next().bytes());
        byte[] tooLarge = new byte[largest.length + 1];
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> n1.send(n2, tooLarge));
        assertEquals("frame of 16777217 bytes; the limit is 16777216", refused.getMessage());
    }

    @Test
    void frameThatWritesLessOrMoreThanItSaidIsRefused() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        IllegalArgumentException shorter =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> n1.transport.send(n2.id(), liar(10, 9)));
        assertEquals("the frame said 10 bytes and wrote 9", shorter.getMessage());
        IllegalArgumentException longer =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> n1.transport.send(n2.id(), liar(10, 11)));
        assertEquals("the frame said 10 bytes and wrote more", longer.getMessage());
        assertTrue(n1.send(n2, new byte[] {7}));
        assertArrayEquals(new byte[] {7}, n2.next().bytes());
    }

    private static OutboundFrame liar(int size, int written) {
        return new OutboundFrame() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public void writeTo(ByteBuffer target) {
                target.put(new byte[written]);
            }
        };
    }

    @Test
    void byteOrderThatOneFrameSetIsNotTheNextOnes() throws Exception {
        Peer n1 = start("n1");
        Peer n2 = start("n2");
        n1.meet(n2);
        for (int round = 0; round < 100; round++) {
            assertTrue(n1.transport.send(n2.id(), number(ByteOrder.LITTLE_ENDIAN)));
            assertArrayEquals(new byte[] {1, 0, 0, 0}, n2.next().bytes());
            assertTrue(n1.transport.send(n2.id(), number(null)));
            assertArrayEquals(new byte[] {0, 0, 0, 1}, n2.next().bytes());
        }
    }

    private static OutboundFrame number(ByteOrder order) {
        return new OutboundFrame() {
            @Override
            public int size() {
                return 4;
            }

            @Override
            public void writeTo(ByteBuffer target) {
                if (order != null) {
                    target.order(order);
                }
                target.putInt(1);
            }
        };
    }

    @Test
    void frameIsDroppedAndCountedWhileThereIsNoConnection() {
        Peer n1 = start("n1");
        NodeId nobody = NodeId.of("nobody");
        assertFalse(n1.send(nobody, new byte[1]));
        assertEquals(0, n1.transport.droppedFrames(nobody));
        n1.transport.connect(nobody, "127.0.0.1:1");
        assertFalse(n1.send(nobody, new byte[1]));
        assertFalse(n1.send(nobody, new byte[1]));
        assertEquals(2, n1.transport.droppedFrames(nobody));
    }
}
