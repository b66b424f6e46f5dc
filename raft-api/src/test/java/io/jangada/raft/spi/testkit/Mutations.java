package io.jangada.raft.spi.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages valid input in the ways that hostile, buggy and unlucky senders do. */
final class Mutations {
    private static final int CHANGES_MAX = 6;
    private static final int REPEATS_MAX = 64;

    /** Numbers at which decoders break. */
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        16,
        63,
        64,
        127,
        128,
        255,
        256,
        1024,
        4096,
        65_535,
        65_536,
        1 << 20,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xffff_ffffL,
        1L << 32,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final SplittableRandom random;
    private final int lengthMax;

    Mutations(SplittableRandom random, int lengthMax) {
        this.random = random;
        this.lengthMax = lengthMax;
    }

    /** A damaged copy of one input, maybe with pieces of another. */
    byte[] of(byte[] input, List<byte[]> others) {
        byte[] mutated = input.clone();
        int changes = random.nextBoolean() ? 1 : 1 + random.nextInt(CHANGES_MAX);
        for (int i = 0; i < changes; i++) {
            mutated = change(mutated, others);
            if (mutated.length > lengthMax) {
                mutated = Arrays.copyOf(mutated, lengthMax);
            }
        }
        return mutated;
    }

    private byte[] change(byte[] in, List<byte[]> others) {
        if (in.length == 0) {
            return insert(in, 0, garbage());
        }
        int at = random.nextInt(in.length);
        switch (random.nextInt(13)) {
            case 0 -> in[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> in[at] = (byte) random.nextInt(256);
            case 2 -> in[at] += (byte) (random.nextInt(9) - 4);
            case 3 -> putNumber(in, at, number());
            case 4 -> Arrays.fill(in, at, end(in, at), (byte) (random.nextBoolean() ? 0 : 0xff));
            case 5 -> {
                return Arrays.copyOf(in, at);
            }
            case 6 -> {
                return cut(in, at, end(in, at));
            }
            case 7 -> {
                return insert(in, at, garbage());
            }
            case 8 -> {
                return repeat(in, at);
            }
            case 9 -> {
                return splice(in, at, others.get(random.nextInt(others.size())));
            }
            case 10 -> {
                return insert(cut(in, at, Math.min(in.length, at + 1)), at, varint(number()));
            }
            case 11 -> swap(in, at);
            default -> {
                return insert(in, in.length, in);
            }
        }
        return in;
    }

    private int end(byte[] in, int at) {
        int length = 1 + random.nextInt(random.nextBoolean() ? 8 : 200);
        return Math.min(in.length, at + length);
    }

    private long number() {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        return number + random.nextInt(5) - 2;
    }

    /** In 1, 2, 4 or 8 bytes, either end first. */
    private void putNumber(byte[] in, int at, long number) {
        int bytes = 1 << random.nextInt(4);
        boolean littleEnd = random.nextBoolean();
        for (int i = 0; i < bytes && at + i < in.length; i++) {
            int shift = 8 * (littleEnd ? i : bytes - 1 - i);
            in[at + i] = (byte) (number >>> shift);
        }
    }

    private static byte[] varint(long number) {
        byte[] bytes = new byte[10];
        int length = 0;
        long rest = number;
        do {
            bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        } while (rest != 0);
        bytes[length - 1] &= 0x7f;
        return Arrays.copyOf(bytes, length);
    }

    private byte[] garbage() {
        byte[] bytes = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? 300 : 12)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private byte[] repeat(byte[] in, int at) {
        byte[] piece = Arrays.copyOfRange(in, at, end(in, at));
        int times = 1 + random.nextInt(random.nextInt(8) == 0 ? REPEATS_MAX : 3);
        byte[] pieces = new byte[Math.min(lengthMax, piece.length * times)];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = piece[i % piece.length];
        }
        return insert(in, at, pieces);
    }

    private byte[] splice(byte[] in, int at, byte[] other) {
        if (other.length == 0) {
            return in;
        }
        int from = random.nextInt(other.length);
        byte[] tail = Arrays.copyOfRange(other, from, other.length);
        return insert(random.nextBoolean() ? Arrays.copyOf(in, at) : in, at, tail);
    }

    private void swap(byte[] in, int at) {
        int with = random.nextInt(in.length);
        byte kept = in[at];
        in[at] = in[with];
        in[with] = kept;
    }

    private static byte[] insert(byte[] in, int at, byte[] bytes) {
        byte[] out = new byte[in.length + bytes.length];
        System.arraycopy(in, 0, out, 0, at);
        System.arraycopy(bytes, 0, out, at, bytes.length);
        System.arraycopy(in, at, out, at + bytes.length, in.length - at);
        return out;
    }

    private static byte[] cut(byte[] in, int from, int to) {
        byte[] out = new byte[in.length - (to - from)];
        System.arraycopy(in, 0, out, 0, from);
        System.arraycopy(in, to, out, from, in.length - to);
        return out;
    }
}
