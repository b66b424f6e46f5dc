package io.jangada.examples.kv;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts that commands and results consist of: a letter is one byte, a count a varint
 * (seven bits a byte, the lowest first, the top bit says that more follows), a byte string its
 * length and its bytes, a list its count and its items. What is written runs twice, first to learn
 * the size: the bytes are copied exactly once, into an array that fits.
 */
final class FieldWriter {
    private final byte @Nullable [] out;
    private int position;

    private FieldWriter(byte @Nullable [] out) {
        this.out = out;
    }

    static int measure(Consumer<FieldWriter> content) {
        FieldWriter counting = new FieldWriter(null);
        content.accept(counting);
        return counting.position;
    }

    static byte[] write(Consumer<FieldWriter> content) {
        byte[] out = new byte[measure(content)];
        content.accept(new FieldWriter(out));
        return out;
    }

    FieldWriter letter(char letter) {
        put((byte) letter);
        return this;
    }

    FieldWriter count(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        put((byte) rest);
        return this;
    }

    /** Eight bytes, the highest first. */
    FieldWriter number(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            put((byte) (value >>> shift));
        }
        return this;
    }

    FieldWriter bytes(byte[] bytes) {
        count(bytes.length);
        if (out != null) {
            System.arraycopy(bytes, 0, out, position, bytes.length);
        }
        position += bytes.length;
        return this;
    }

    FieldWriter list(List<byte[]> list) {
        count(list.size());
        list.forEach(this::bytes);
        return this;
    }

    private void put(byte value) {
        if (out != null) {
            out[position] = value;
        }
        position++;
    }
}
