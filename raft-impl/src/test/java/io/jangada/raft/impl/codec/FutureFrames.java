package io.jangada.raft.impl.codec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames as a version to come may send them: each header has more fields, of all kinds that may be
 * added. Written against {@code docs/wire.md}, not against the codec.
 */
public final class FutureFrames {
    private static final int TYPE = 2;
    private static final int ENTRY_COUNT = 7;
    private static final int APPEND_ENTRIES = 3;

    /** The types of messages behind whose header one block follows. */
    private static final List<Long> WITH_A_BLOCK = List.of(9L, 13L, 15L, 16L);

    private FutureFrames() {}

    /**
     * Adds unknown fields to all headers of a frame of messages, those of entries included.
     *
     * @param frame as this version writes it
     * @return a longer frame with the same meaning
     */
    public static byte[] withUnknownFields(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(in.get());
        while (in.hasRemaining()) {
            List<RawMessage.Field> header = RawMessage.fields(RawMessage.block(in));
            RawMessage.writeBlock(out, longer(header));
            long type = number(header, TYPE);
            long entries = type == APPEND_ENTRIES ? number(header, ENTRY_COUNT) : 0;
            for (long entry = 0; entry < entries; entry++) {
                RawMessage.writeBlock(out, longer(RawMessage.fields(RawMessage.block(in))));
                RawMessage.writeBlock(out, RawMessage.block(in));
            }
            if (WITH_A_BLOCK.contains(type)) {
                RawMessage.writeBlock(out, RawMessage.block(in));
            }
        }
        return out.toByteArray();
    }

    /**
     * Adds unknown fields to the header of a frame of bulk data.
     *
     * @param frame as this version writes it
     * @return a longer frame with the same meaning
     */
    public static byte[] withUnknownBulkFields(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(in.get());
        RawMessage.writeBlock(out, longer(RawMessage.fields(RawMessage.block(in))));
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        out.writeBytes(rest);
        return out.toByteArray();
    }

    /** Fields in front, between and behind, with the numbers that tags of two bytes can hold. */
    private static byte[] longer(List<RawMessage.Field> header) {
        byte[] text = "from the future".getBytes(StandardCharsets.UTF_8);
        List<RawMessage.Field> all = new ArrayList<>(header);
        all.add(0, RawMessage.Field.number(63, 1L << 40));
        all.add(header.size() / 2 + 1, RawMessage.Field.bytes(62, text));
        all.add(new RawMessage.Field(61, 1, 0, null));
        all.add(new RawMessage.Field(60, 5, 0, null));
        all.add(RawMessage.Field.number(1000, 1));
        return RawMessage.bytesOf(all);
    }

    private static long number(List<RawMessage.Field> header, int number) {
        return header.stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .orElseThrow()
                .value();
    }
}
