package io.jangada.raft.impl.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A frame of one message, taken apart and put together by hand, so that tests can break one thing
 * at a time. Written against {@code docs/wire.md}, not against the codec.
 */
final class RawMessage {
    /** One field: a number if {@code bytes} is null; fixed ones are written as zero. */
    record Field(int number, int wireType, long value, ByteBuffer bytes) {
        static Field number(int number, long value) {
            return new Field(number, 0, value, null);
        }

        static Field bytes(int number, byte[] bytes) {
            return new Field(number, 2, 0, ByteBuffer.wrap(bytes));
        }

        static Field text(int number, String text) {
            return bytes(number, text.getBytes(UTF_8));
        }
    }

    int version = 1;
    final List<Field> header = new ArrayList<>();

    /** Headers of entries or blocks, each without its length. */
    final List<byte[]> rest = new ArrayList<>();

    RawMessage(Field... fields) {
        header.addAll(List.of(fields));
    }

    static RawMessage parse(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        RawMessage message = new RawMessage();
        message.version = in.get();
        message.header.addAll(fields(block(in)));
        while (in.hasRemaining()) {
            message.rest.add(block(in));
        }
        return message;
    }

    static List<Field> fields(byte[] header) {
        ByteBuffer in = ByteBuffer.wrap(header);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3);
            fields.add(
                    (tag & 7) == 0
                            ? Field.number(number, varint(in))
                            : Field.bytes(number, block(in)));
        }
        return fields;
    }

    RawMessage set(int number, long value) {
        header.replaceAll(f -> f.number() == number ? Field.number(number, value) : f);
        return this;
    }

    RawMessage setText(int number, String text) {
        header.replaceAll(f -> f.number() == number ? Field.text(number, text) : f);
        return this;
    }

    RawMessage remove(int number) {
        header.removeIf(field -> field.number() == number);
        return this;
    }

    RawMessage add(Field field) {
        header.add(field);
        return this;
    }

    byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(version);
        writeBlock(out, bytesOf(header));
        rest.forEach(block -> writeBlock(out, block));
        return out.toByteArray();
    }

    static byte[] bytesOf(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            writeVarint(out, (long) field.number() << 3 | field.wireType());
            switch (field.wireType()) {
                case 1 -> out.writeBytes(new byte[8]);
                case 2 -> writeBlock(out, field.bytes().array());
                case 5 -> out.writeBytes(new byte[4]);
                default -> writeVarint(out, field.value());
            }
        }
        return out.toByteArray();
    }

    static void writeBlock(ByteArrayOutputStream out, byte[] bytes) {
        writeVarint(out, bytes.length);
        out.writeBytes(bytes);
    }

    static void writeVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    static byte[] block(ByteBuffer in) {
        byte[] bytes = new byte[(int) varint(in)];
        in.get(bytes);
        return bytes;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }
}
