package io.jangada.benchmarks.contender;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Makes commands: 16 bytes of key, then the value. Keys go round; values differ, and do not
 * compress. Not bound to a thread.
 */
public final class Commands {
    /** Size of a key in bytes. */
    public static final int KEY_BYTES = 16;

    private static final int KEYS_MAX = 1 << 14;
    private static final int VALUES_BYTES_MAX = 16 << 20;

    private final byte[] template;
    private final int keys;

    /**
     * Commands with values of one size.
     *
     * @param valueBytes at least 8
     */
    public Commands(int valueBytes) {
        template = new byte[KEY_BYTES + valueBytes];
        new Random(1).nextBytes(template);
        keys = Math.min(KEYS_MAX, VALUES_BYTES_MAX / valueBytes);
    }

    /**
     * How many keys there are.
     *
     * @return a number such that all values together stay small
     */
    public int keys() {
        return keys;
    }

    /**
     * The key that a sequence of that number writes, or reads.
     *
     * @param sequence not negative
     * @return the key
     */
    public KvMap.Key key(long sequence) {
        return new KvMap.Key(sequence % keys, 0);
    }

    /**
     * A new command.
     *
     * @param sequence not negative
     * @return its bytes
     */
    public byte[] write(long sequence) {
        byte[] command = template.clone();
        ByteBuffer.wrap(command).putLong(sequence % keys).putLong(0).putLong(sequence);
        return command;
    }
}
