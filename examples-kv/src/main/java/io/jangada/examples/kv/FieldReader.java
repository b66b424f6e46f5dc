package io.jangada.examples.kv;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads what {@link FieldWriter} wrote. Takes no more memory than the bytes that are there. */
final class FieldReader {
    private final ByteBuffer in;

    private FieldReader(ByteBuffer in) {
        this.in = in;
    }

    /**
     * Reads one thing that takes all of the bytes.
     *
     * @throws IllegalArgumentException if they hold less, more, or something else
     */
    static <T> T readAll(ByteBuffer bytes, Function<FieldReader, T> content) {
        FieldReader reader = new FieldReader(bytes.duplicate());
        try {
            T value = content.apply(reader);
            if (reader.in.hasRemaining()) {
                throw new IllegalArgumentException(reader.in.remaining() + " bytes too many");
            }
            return value;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("bytes are missing at the end", e);
        }
    }

    char letter() {
        return (char) (in.get() & 0xff);
    }

    int count() {
        int value = 0;
        for (int shift = 0; shift < 32; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return requireCount(value);
            }
        }
        throw new IllegalArgumentException("a count takes more than five bytes");
    }

    long number() {
        return in.getLong();
    }

    byte[] bytes() {
        byte[] bytes = new byte[countOfAtLeastByteEach()];
        in.get(bytes);
        return bytes;
    }

    List<byte[]> list() {
        int count = countOfAtLeastByteEach();
        List<byte[]> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(bytes());
        }
        return list;
    }

    /** Checked before memory is taken for what the count promises. */
    int countOfAtLeastByteEach() {
        int count = count();
        if (count > in.remaining()) {
            throw new IllegalArgumentException(
                    "a count of " + count + " with only " + in.remaining() + " bytes left");
        }
        return count;
    }

    private static int requireCount(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("a count is negative");
        }
        return value;
    }
}
