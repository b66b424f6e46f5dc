package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.List;

/**
 * The only source of chance in a simulation (SplitMix64): the same seed gives the same numbers on
 * every machine and Java. Not thread-safe.
 */
public final class SimRandom {
    private long state;

    /**
     * A sequence of numbers.
     *
     * @param seed decides all of them
     */
    public SimRandom(long seed) {
        this.state = seed;
    }

    /**
     * The next number.
     *
     * @return any value
     */
    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    /**
     * A number below a bound.
     *
     * @param bound positive
     * @return from 0 to {@code bound - 1}
     */
    public int nextInt(int bound) {
        return (int) between(0, bound - 1L);
    }

    /**
     * A number of a range.
     *
     * @param least the smallest possible
     * @param most the largest possible, at least {@code least}
     * @return from {@code least} to {@code most}
     */
    public long between(long least, long most) {
        return least + Long.remainderUnsigned(nextLong(), most - least + 1);
    }

    /**
     * A duration of a range.
     *
     * @param least the shortest possible
     * @param most the longest possible
     * @return from {@code least} to {@code most}
     */
    public Duration between(Duration least, Duration most) {
        return Duration.ofNanos(between(least.toNanos(), most.toNanos()));
    }

    /**
     * Tosses a coin.
     *
     * @param probability of true, from 0 to 1
     * @return heads
     */
    public boolean chance(double probability) {
        return probability > 0 && (nextLong() >>> 11) * 0x1p-53 < probability;
    }

    /**
     * Picks one of several.
     *
     * @param choices at least one
     * @param <T> what they are
     * @return one of them
     */
    public <T> T pick(List<T> choices) {
        return choices.get(nextInt(choices.size()));
    }

    /** Scrambles a number so that each bit of it changes half of the result's bits. */
    static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
