package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever arrives, in whatever pieces: frames, or one kind of exception, and bounded memory. */
class FrameReaderPropertiesTest {
    private static final int LIMIT = 4000;

    /** What a reader made of a stream of bytes. */
    private static final class Run {
        final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        final List<byte[]> frames = new ArrayList<>();
        final FrameReader reader =
                new FrameReader(
                        allocator,
                        LIMIT,
                        (type, body) -> {
                            assertTrue(body.remaining() <= LIMIT);
                            byte[] bytes = new byte[body.remaining()];
                            body.get(bytes);
                            frames.add(bytes);
                        });
        boolean malformed;
        long memoryMax;

        Run read(byte[] stream, Random pieces, int pieceMax) {
            int from = 0;
            while (from < stream.length && !malformed) {
                int length = Math.min(stream.length - from, 1 + pieces.nextInt(pieceMax));
                ByteBuf piece = Unpooled.wrappedBuffer(stream, from, length);
                from += length;
                try {
                    reader.read(piece);
                    assertEquals(0, piece.readableBytes(), "all is taken");
                } catch (MalformedFrameException expected) {
                    malformed = true;
                }
                memoryMax = Math.max(memoryMax, allocator.metric().usedDirectMemory());
            }
            reader.close();
            assertEquals(0, allocator.metric().usedDirectMemory(), "leak");
            assertEquals(0, allocator.metric().usedHeapMemory(), "heap is not used");
            assertTrue(memoryMax <= LIMIT, "memory " + memoryMax);
            return this;
        }
    }

    private static byte[] stream(List<byte[]> bodies) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(ByteBuffer.allocate(4).putInt(FrameFormat.MAGIC).array());
        bodies.forEach(body -> stream.writeBytes(RawSocket.frame(RawSocket.DATA, body)));
        return stream.toByteArray();
    }

    @Property(tries = 500)
    void framesComeOutAsTheyWentInHoweverTheyAreCut(
            @ForAll @Size(max = 10) List<@Size(max = LIMIT) byte[]> bodies,
            @ForAll @IntRange(min = 1, max = 6000) int pieceMax,
            @ForAll long seed) {
        Run run = new Run().read(stream(bodies), new Random(seed), pieceMax);
        assertEquals(bodies.size(), run.frames.size());
        for (int number = 0; number < bodies.size(); number++) {
            assertArrayEquals(bodies.get(number), run.frames.get(number));
        }
    }

    @Property(tries = 1000)
    void damageIsFoundAndWhatCameBeforeItIsGood(
            @ForAll @Size(min = 1, max = 5) List<@Size(max = 200) byte[]> bodies,
            @ForAll @IntRange(min = 1, max = 300) int pieceMax,
            @ForAll @IntRange(min = 1, max = 255) int mask,
            @ForAll long seed) {
        byte[] stream = stream(bodies);
        Random random = new Random(seed);
        int damaged = random.nextInt(stream.length);
        stream[damaged] ^= (byte) mask;
        Run run = new Run().read(stream, random, pieceMax);
        int good = 0;
        for (int end = 4; good < bodies.size(); good++) {
            end += 12 + bodies.get(good).length;
            if (damaged < end) {
                break;
            }
        }
        if (damaged < 4) {
            good = 0;
        }
        assertEquals(good, run.frames.size(), "frames up to the damage, and none after it");
        for (int number = 0; number < good; number++) {
            assertArrayEquals(bodies.get(number), run.frames.get(number));
        }
    }

    @Property(tries = 1000)
    void garbageIsNeverAFrame(
            @ForAll @Size(max = 5000) byte[] garbage,
            @ForAll boolean afterMagic,
            @ForAll @IntRange(min = 1, max = 500) int pieceMax,
            @ForAll long seed) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        if (afterMagic) {
            stream.writeBytes(ByteBuffer.allocate(4).putInt(FrameFormat.MAGIC).array());
        }
        stream.writeBytes(garbage);
        Run run = new Run().read(stream.toByteArray(), new Random(seed), pieceMax);
        assertEquals(List.of(), run.frames);
    }

    @Property(tries = 1000)
    void lengthIsCheckedBeforeAnythingIsReserved(
            @ForAll int length, @ForAll int type, @ForAll int crc, @ForAll long seed) {
        byte[] stream =
                ByteBuffer.allocate(24)
                        .putInt(FrameFormat.MAGIC)
                        .putInt(length)
                        .putInt(type)
                        .putInt(crc)
                        .array();
        Run run = new Run().read(stream, new Random(seed), 24);
        if (length < 0 || length > LIMIT) {
            assertTrue(run.malformed);
            assertEquals(0, run.memoryMax);
        }
    }

    @Property(tries = 200)
    void closingInTheMiddleOfAFrameStopsThere(
            @ForAll @Size(min = 2, max = 6) List<@Size(max = 100) byte[]> bodies,
            @ForAll @IntRange(min = 1, max = 50) int pieceMax,
            @ForAll long seed) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        FrameReader[] self = new FrameReader[1];
        int[] count = new int[1];
        self[0] =
                new FrameReader(
                        allocator,
                        LIMIT,
                        (type, body) -> {
                            count[0]++;
                            self[0].close();
                        });
        byte[] stream = stream(bodies);
        Random pieces = new Random(seed);
        for (int from = 0; from < stream.length; ) {
            int length = Math.min(stream.length - from, 1 + pieces.nextInt(pieceMax));
            try {
                self[0].read(Unpooled.wrappedBuffer(stream, from, length));
            } catch (MalformedFrameException e) {
                throw new AssertionError(e);
            }
            from += length;
        }
        assertEquals(1, count[0]);
        assertEquals(0, allocator.metric().usedDirectMemory());
    }
}
