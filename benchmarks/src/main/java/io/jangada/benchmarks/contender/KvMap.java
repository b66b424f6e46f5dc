package io.jangada.benchmarks.contender;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * The state machine of every contender: a hash map. One thread applies at a time; any thread reads,
 * since some libraries answer reads beside the applies.
 */
public final class KvMap {
    private static final long NAP_NANOS = 1_000_000;

    private final Map<Key, byte[]> values = new ConcurrentHashMap<>();
    private volatile long applied;

    /** How much longer each apply takes than it would; 0 unless this is the slow node. */
    private volatile long delayNanos;

    private long sleepDebtNanos;

    /**
     * The 16 bytes before a value.
     *
     * @param high the first eight
     * @param low the others
     */
    public record Key(long high, long low) {}

    /**
     * What can be compared between nodes.
     *
     * @param applied how many commands were applied
     * @param hash of all keys and values
     */
    public record Digest(long applied, long hash) {}

    /**
     * Applies a command and keeps a copy of its value.
     *
     * @param command the bytes from position to limit; its position is not moved
     */
    public void apply(ByteBuffer command) {
        int start = command.position();
        Key key = new Key(command.getLong(start), command.getLong(start + 8));
        byte[] value = new byte[command.remaining() - Commands.KEY_BYTES];
        command.get(start + Commands.KEY_BYTES, value);
        put(key, value);
    }

    /**
     * Applies a command and keeps a copy of its value.
     *
     * @param command all of its bytes
     */
    public void apply(byte[] command) {
        apply(ByteBuffer.wrap(command));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread applies at a time.
    private void put(Key key, byte[] value) {
        values.put(key, value);
        applied++;
        long delay = delayNanos;
        if (delay > 0) {
            sleepDebtNanos += delay;
            if (sleepDebtNanos >= NAP_NANOS) {
                long before = System.nanoTime();
                LockSupport.parkNanos(sleepDebtNanos);
                sleepDebtNanos -= System.nanoTime() - before;
            }
        }
    }

    /**
     * Looks a key up.
     *
     * @param key the key
     * @return its value
     * @throws IllegalStateException if it has none
     */
    public byte[] get(Key key) {
        byte[] value = values.get(key);
        if (value == null) {
            throw new IllegalStateException("nothing was written to " + key);
        }
        return value;
    }

    /**
     * Makes each later apply longer.
     *
     * @param nanos by how much; 0 for not at all
     */
    public void delayEachApply(long nanos) {
        delayNanos = nanos;
    }

    /**
     * How many commands were applied.
     *
     * @return a count that only grows while its node runs
     */
    public long applied() {
        return applied;
    }

    /**
     * The state in short; only meaningful while nothing is applied.
     *
     * @return the same on nodes that applied the same
     */
    public Digest digest() {
        long hash = 0;
        CRC32C crc = new CRC32C();
        for (Map.Entry<Key, byte[]> each : values.entrySet()) {
            crc.reset();
            crc.update(each.getValue());
            hash += mix(each.getKey().high() * 31 + each.getKey().low() + (crc.getValue() << 20));
        }
        return new Digest(applied, hash);
    }

    /** All keys and values, to be put into a snapshot while nothing is applied. */
    Map<Key, byte[]> values() {
        return values;
    }

    /** Becomes what a snapshot holds. */
    void restore(long newApplied, Map<Key, byte[]> newValues) {
        values.clear();
        values.putAll(newValues);
        applied = newApplied;
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
