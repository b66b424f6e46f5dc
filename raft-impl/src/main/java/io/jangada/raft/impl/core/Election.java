package io.jangada.raft.impl.core;

import io.jangada.raft.api.RaftConfig;

/** The times of elections: random timeouts (paper §5.2, §9.3 of the thesis) from a seed. */
final class Election {
    private static final int SPREAD_MAX = 4;

    private final long timeoutNanos;
    private long randomState;

    /** Elections lost or left undecided since a leader was last heard. */
    private int futile;

    Election(RaftConfig config, long seed) {
        this.timeoutNanos = config.electionTimeout().toNanos();
        this.randomState = seed;
    }

    /** T: what followers promise a leader that they heard, and the least of all timeouts. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    void leaderHeard() {
        futile = 0;
    }

    void lost() {
        futile++;
    }

    /**
     * A timeout in [T, 1.5 T), drawn anew each time (Z9). After futile elections the range widens,
     * so that candidates that keep colliding drift apart.
     */
    long drawTimeoutNanos() {
        long range = timeoutNanos / 2 * (1 + Math.min(futile, SPREAD_MAX));
        return timeoutNanos + Long.remainderUnsigned(nextRandom(), range);
    }

    /**
     * How long a node that has just started waits. What it waited already counts, but for the time
     * in which a leader can be heard and peers be reached.
     *
     * @param heldNanos for how long nobody else can have used its log
     */
    long drawFirstTimeoutNanos(long heldNanos) {
        return drawTimeoutNanos() - Math.min(heldNanos, timeoutNanos / 4 * 3);
    }

    /** A number that hardly ever comes twice, not in another life of this node either. */
    long drawNumber() {
        return nextRandom() >>> 2;
    }

    /** SplitMix64. */
    private long nextRandom() {
        randomState += 0x9E3779B97F4A7C15L;
        long z = randomState;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
