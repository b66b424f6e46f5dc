package io.jangada.raft.transport.netty;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubles up to a bound, with the upper half drawn by lot
 * so that nodes that lost each other at the same moment do not all return at the same moment.
 */
final class Backoff {
    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long nextNanos;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        this.nextNanos = minNanos;
    }

    /** Draws the wait before the next attempt, in [d/2, d], and doubles d. */
    long nextNanos() {
        long nanos = nextNanos;
        nextNanos = Math.min(maxNanos, nanos * 2);
        return nanos / 2 + random.nextLong(nanos / 2 + 1);
    }

    /** To be called when things went well for a while. */
    void reset() {
        nextNanos = minNanos;
    }
}
