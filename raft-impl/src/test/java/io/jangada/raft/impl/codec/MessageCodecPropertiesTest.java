package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.jangada.raft.impl.core.Message;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class MessageCodecPropertiesTest {
    /**
     * What decoding may allocate for each byte of a frame: the worst are many messages of ten
     * bytes.
     */
    private static final int BYTES_PER_BYTE = 24;

    /** The tables of a reader, and an exception with its stack trace. */
    private static final int BYTES_PER_FRAME = 16 << 10;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Provide
    Arbitrary<List<Envelope>> frames() {
        return MessageArbitraries.frames();
    }

    @Property
    void everyFrameComesBackAsItWas(@ForAll("frames") List<Envelope> envelopes) {
        assertEquals(envelopes, Frames.decode(Frames.encode(envelopes)));
    }

    @Property
    void messagesStayWithinTheSizeForetold(@ForAll("frames") List<Envelope> envelopes) {
        long max = 1;
        for (Envelope envelope : envelopes) {
            max += MessageCodec.sizeMax(envelope.message());
        }
        assertTrue(Frames.encode(envelopes).length <= max);
    }

    @Property(tries = 300)
    void changedFramesAreRefusedOrHarmless(
            @ForAll("frames") List<Envelope> envelopes, @ForAll long seed) {
        byte[] frame = Frames.encode(envelopes);
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            assertHarmless(mutated(frame, random));
        }
    }

    @Property
    void truncatedFramesAreRefusedOrHarmless(
            @ForAll("frames") List<Envelope> envelopes, @ForAll long seed) {
        byte[] frame = Frames.encode(envelopes);
        assertHarmless(Arrays.copyOf(frame, new Random(seed).nextInt(frame.length)));
    }

    @Property(tries = 3000)
    void noiseIsRefusedOrHarmless(@ForAll @Size(max = 200) byte[] noise) {
        assertHarmless(noise);
        byte[] versioned = new byte[noise.length + 1];
        versioned[0] = 1;
        System.arraycopy(noise, 0, versioned, 1, noise.length);
        assertHarmless(versioned);
    }

    /** Fields and lengths in any order: what a sender of ill will would try. */
    @Property(tries = 3000)
    void nonsenseWithAFormIsRefusedOrHarmless(@ForAll long seed) {
        Random random = new Random(seed);
        RawMessage raw = new RawMessage();
        for (int i = random.nextInt(12); i > 0; i--) {
            int number = 1 + random.nextInt(34);
            raw.add(
                    random.nextInt(4) == 0
                            ? RawMessage.Field.bytes(number, new byte[random.nextInt(70)])
                            : RawMessage.Field.number(number, anyLong(random)));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] block = new byte[random.nextInt(50)];
            random.nextBytes(block);
            raw.rest.add(block);
        }
        assertHarmless(raw.toBytes());
    }

    /** Ten bytes each: the most objects that a frame can ask for. */
    @Example
    void mostMessagesPerByteStayWithinTheBound() {
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            envelopes.add(new Envelope(Frames.GROUP, new Message.TimeoutNow(1, 1)));
        }
        assertHarmless(Frames.encode(envelopes));
    }

    @Example
    void countsAndLengthsReserveNothing() {
        byte[] frame = Frames.encode(Frames.samples().get(2));
        assertHarmless(RawMessage.parse(frame).set(7, 10_000_000).toBytes());
        assertHarmless(RawMessage.parse(frame).set(7, Integer.MAX_VALUE).toBytes());
        for (int at = 1; at < frame.length; at++) {
            byte[] changed = Arrays.copyOf(frame, frame.length + 4);
            System.arraycopy(frame, at, changed, at + 4, frame.length - at);
            Arrays.fill(changed, at, at + 4, (byte) 0xf0); // Makes a number of it that is huge.
            assertHarmless(changed);
        }
    }

    /** Decodes in whatever way it ends, and what comes out can be sent again. */
    private static void assertHarmless(byte[] frame) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        List<Envelope> decoded = decodeIfPossible(frame);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        long max = BYTES_PER_FRAME + (long) BYTES_PER_BYTE * frame.length;
        assertTrue(
                allocated <= max,
                () -> allocated + " B were allocated for a frame of " + frame.length + " B");
        if (!decoded.isEmpty()) {
            assertEquals(decoded, Frames.decode(Frames.encode(decoded)));
        }
    }

    private static List<Envelope> decodeIfPossible(byte[] frame) {
        try {
            return Frames.decode(frame);
        } catch (BadFrameException e) {
            return List.of();
        }
    }

    private static byte[] mutated(byte[] frame, Random random) {
        byte[] changed = frame.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(4)) {
                case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> changed[at] = (byte) random.nextInt(256);
                case 2 -> changed[at] = (byte) (random.nextBoolean() ? 0xff : 0);
                default -> {
                    int from = random.nextInt(changed.length);
                    int length = random.nextInt(changed.length - Math.max(at, from) + 1);
                    System.arraycopy(frame, from, changed, at, length);
                }
            }
        }
        return changed;
    }

    private static long anyLong(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(14);
            case 1 -> random.nextInt(1 << 16);
            case 2 -> random.nextLong();
            default -> 1L << random.nextInt(64);
        };
    }
}
