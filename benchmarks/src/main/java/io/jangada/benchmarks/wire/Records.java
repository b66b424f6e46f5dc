package io.jangada.benchmarks.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import java.util.Random;

/** Keys and values. Keys go round, and are those of redis-benchmark; values do not compress. */
public final class Records {
    /** How many keys there are. */
    public static final int KEYS = 1 << 14;

    /** Size of a value in bytes. */
    public static final int VALUE_BYTES = 256;

    private static final byte[][] ALL_KEYS = keys();
    private static final byte[] VALUE = value();

    private Records() {}

    /**
     * The key for an operation of that number.
     *
     * @param sequence not negative
     * @return 16 bytes, not to be modified
     */
    static byte[] key(long sequence) {
        return ALL_KEYS[(int) (sequence % KEYS)];
    }

    /**
     * A value.
     *
     * @return not to be modified
     */
    static byte[] theValue() {
        return VALUE;
    }

    private static byte[][] keys() {
        byte[][] keys = new byte[KEYS][];
        for (int i = 0; i < KEYS; i++) {
            keys[i] = String.format(Locale.ROOT, "key:%012d", i).getBytes(US_ASCII);
        }
        return keys;
    }

    private static byte[] value() {
        byte[] value = new byte[VALUE_BYTES];
        new Random(1).nextBytes(value);
        return value;
    }
}
