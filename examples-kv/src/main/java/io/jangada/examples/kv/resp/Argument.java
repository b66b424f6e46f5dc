package io.jangada.examples.kv.resp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * One argument while its bytes come in. Takes memory as they come, never on the strength of the
 * announced length alone, so that a client has to send what it wants kept.
 */
final class Argument {
    /** Up to this size an argument is allotted at once: nearly all are that small. */
    private static final int FIRST_SIZE = 16 << 10;

    private final int length;
    private byte[] bytes;
    private int filled;

    Argument(int length) {
        this.length = length;
        this.bytes = new byte[Math.min(length, FIRST_SIZE)];
    }

    /** What it takes before anything came. */
    static int firstSize(int length) {
        return Math.min(length, FIRST_SIZE);
    }

    /** How much more it takes if this comes too. */
    int growthFor(int more) {
        return sizeFor(more) - bytes.length;
    }

    void add(ByteBuf content) {
        int more = content.readableBytes();
        if (growthFor(more) > 0) {
            bytes = Arrays.copyOf(bytes, sizeFor(more));
        }
        content.readBytes(bytes, filled, more);
        filled += more;
    }

    /** The bytes, once all have come. */
    byte[] bytes() {
        return bytes;
    }

    private int sizeFor(int more) {
        int needed = filled + more;
        return needed <= bytes.length
                ? bytes.length
                : Math.min(length, Math.max(needed, bytes.length * 2));
    }
}
