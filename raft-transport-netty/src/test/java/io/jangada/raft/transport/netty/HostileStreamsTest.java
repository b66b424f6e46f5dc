package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import io.jangada.raft.spi.testkit.HostileInput;
import io.jangada.raft.spi.testkit.HostileInputContract;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * What arrives on a connection and no peer sent: frames and introductions are taken or refused, a
 * stranger gets no memory, and nobody who was not accepted is listened to.
 */
@Tag("long")
class HostileStreamsTest implements HostileInputContract {
    private static final int LIMIT = 4096;

    /** Never started; the ends need one to exist. */
    private static IoThreads io;

    private static CapturedLog log;

    @BeforeAll
    static void open() {
        io = new IoThreads("unused", 1, false);
        log = new CapturedLog();
    }

    @AfterAll
    static void close() {
        io.close();
        log.close();
        assertEquals(List.of(), log.errors());
    }

    static Stream<HostileInput> targets() {
        return Stream.of(
                        target("frames", HostileStreamsTest::frames)
                                .from(streams())
                                .refusedWith(MalformedFrameException.class)
                                .repairedBy(HostileStreamsTest::withChecksums)
                                // The search for leaks notes each buffer.
                                .mayAllocate(1 << 20, 200),
                        target("hello", HostileStreamsTest::hello)
                                .from(hellos())
                                .refusedWith(MalformedFrameException.class),
                        target("accepting-end", HostileStreamsTest::acceptingEnd)
                                .from(streams())
                                .repairedBy(HostileStreamsTest::withChecksums)
                                .mayAllocate(4 << 20, 200)
                                .upTo(8 << 10),
                        target("dialing-end", HostileStreamsTest::dialingEnd)
                                .from(streams())
                                .repairedBy(HostileStreamsTest::withChecksums)
                                .mayAllocate(4 << 20, 200)
                                .upTo(8 << 10))
                .filter(HostileInput::isWanted);
    }

    private static HostileInput target(String name, HostileInput.Target target) {
        return HostileInput.into(HostileStreamsTest.class, name, target);
    }

    /** What golden connections carried, and two that the ends here accept. */
    private static List<byte[]> streams() {
        return Stream.concat(
                        GoldenFiles.all("connection").map(GoldenFile::bytes),
                        Stream.of(introduced(RawSocket.HELLO), introduced(RawSocket.WELCOME)))
                .toList();
    }

    private static byte[] introduced(int type) {
        byte[] hello =
                RawSocket.hello(
                        1, 1, Peer.identity(End.OTHER.value(), Peer.CLUSTER), End.SELF.node());
        byte[] opening = RawSocket.opening(type, hello);
        byte[] data = RawSocket.frame(RawSocket.DATA, new byte[] {1, 2, 3});
        byte[] all = Arrays.copyOf(opening, opening.length + data.length);
        System.arraycopy(data, 0, all, opening.length, data.length);
        return all;
    }

    private static List<byte[]> hellos() {
        int start = FrameFormat.MAGIC_BYTES + FrameFormat.HEADER_BYTES;
        return GoldenFiles.all("connection")
                .filter(file -> file.name().startsWith("hello"))
                .map(file -> Arrays.copyOfRange(file.bytes(), start, file.bytes().length))
                .toList();
    }

    private static String frames(byte[] input) throws MalformedFrameException {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        int[] frames = new int[1];
        FrameReader reader =
                new FrameReader(
                        allocator,
                        LIMIT,
                        (type, body) -> {
                            assertTrue(body.remaining() <= LIMIT);
                            frames[0]++;
                        });
        Random pieces = new Random(input.length);
        try {
            for (int from = 0; from < input.length; ) {
                int length = Math.min(input.length - from, 1 + pieces.nextInt(100));
                reader.read(Unpooled.wrappedBuffer(input, from, length));
                assertTrue(allocator.metric().usedDirectMemory() <= LIMIT);
                from += length;
            }
        } finally {
            reader.close();
            assertEquals(0, allocator.metric().usedDirectMemory(), "leak");
        }
        return Math.min(3, frames[0]) + " frames";
    }

    private static String hello(byte[] input) throws MalformedFrameException {
        Hello taken = Hello.decode(ByteBuffer.wrap(input));
        assertTrue(taken.encode().length <= FrameFormat.HANDSHAKE_BODY_BYTES_MAX);
        assertEquals(taken, Hello.decode(ByteBuffer.wrap(taken.encode())));
        return "a hello for lane " + Math.min(3, taken.lane());
    }

    private static String acceptingEnd(byte[] input) {
        End end = End.accepting(io, input.length % 2 == 0);
        end.feed(input, new Random(input.length));
        assertTrue(end.frames == 0 || end.acceptedHellos > 0, "a frame of a stranger");
        return outcome(end);
    }

    private static String dialingEnd(byte[] input) {
        End end = End.dialing(io, input.length % 2 == 0);
        end.feed(input, new Random(input.length));
        assertEquals(0, end.frames, "frames go from the dialer to the acceptor only");
        return outcome(end);
    }

    private static String outcome(End end) {
        boolean open = end.channel.isOpen();
        int frames = end.frames;
        end.end();
        return (open ? "open, " : "closed, ") + Math.min(3, frames) + " frames";
    }

    /** Sets the checksums of all frames as far as their lengths lead. */
    private static byte[] withChecksums(byte[] input) {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        int at = FrameFormat.MAGIC_BYTES;
        while (at + FrameFormat.HEADER_BYTES <= input.length) {
            int length = bytes.getInt(at);
            int body = at + FrameFormat.HEADER_BYTES;
            if (length < 0 || length > input.length - body) {
                break;
            }
            int type = bytes.getInt(at + 4);
            int crc = FrameFormat.checksum(length, type, bytes.slice(body, length));
            bytes.putInt(at + 8, crc);
            at = body + length;
        }
        return input;
    }
}
