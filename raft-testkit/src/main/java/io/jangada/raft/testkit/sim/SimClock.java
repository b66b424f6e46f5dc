package io.jangada.raft.testkit.sim;

/**
 * A node's monotonic clock: begins anywhere and runs a little fast or slow. Exact arithmetic, so
 * that a timer never fires before its time.
 */
final class SimClock {
    private static final long MILLION = 1_000_000;

    /** Further ahead than any run lasts; keeps sums from overflowing. */
    private static final long FAR = 1L << 60;

    private long virtualBase;
    private long localBase;
    private long partsPerMillion;

    SimClock(long localBase) {
        this.localBase = localBase;
    }

    long localAt(long virtualNanos) {
        long passed = virtualNanos - virtualBase;
        return localBase
                + passed
                + Math.floorDiv(passed, MILLION) * partsPerMillion
                + Math.floorDiv(Math.floorMod(passed, MILLION) * partsPerMillion, MILLION);
    }

    /** The first virtual moment at which this clock shows at least a time. */
    long virtualAt(long localNanos) {
        if (localNanos - localBase > FAR || localNanos > FAR) {
            return Long.MAX_VALUE;
        }
        long left = localNanos - localBase;
        long rate = MILLION + partsPerMillion;
        if (rate == 0 && left > 0) {
            return Long.MAX_VALUE; // It stands still.
        } else if (rate == 0) {
            return virtualBase;
        }
        long rest = Math.floorMod(left, rate);
        return virtualBase
                + Math.floorDiv(left, rate) * MILLION
                + (rest * MILLION + rate - 1) / rate;
    }

    /** From now on this clock gains so many nanoseconds in a millisecond. */
    void setRate(long nowVirtualNanos, long newPartsPerMillion) {
        localBase = localAt(nowVirtualNanos);
        virtualBase = nowVirtualNanos;
        partsPerMillion = newPartsPerMillion;
    }

    /** From one moment to the next this clock shows a later time. */
    void jump(long nowVirtualNanos, long nanos) {
        setRate(nowVirtualNanos, partsPerMillion);
        localBase += nanos;
    }

    /** Another life of the machine: its clock begins anywhere again. */
    void restart(long nowVirtualNanos, long newLocalNanos) {
        virtualBase = nowVirtualNanos;
        localBase = newLocalNanos;
    }
}
