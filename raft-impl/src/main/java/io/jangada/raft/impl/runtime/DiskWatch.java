package io.jangada.raft.impl.runtime;

/**
 * Watches how long writes take to become durable. A disk is sick while a write waits for longer
 * than a limit, and for as long again after that. Measures one write at a time; on the loop.
 */
final class DiskWatch {
    private final long limitNanos;
    private long lastStarted;
    private long watched;
    private long watchedSince = Long.MAX_VALUE;
    private long sickUntil = Long.MIN_VALUE;
    private boolean sick;

    DiskWatch(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    void started(long writeSequence, long nowNanos) {
        lastStarted = writeSequence;
        if (watchedSince == Long.MAX_VALUE) {
            watched = writeSequence;
            watchedSince = nowNanos;
        }
    }

    /** Writes up to this one are durable; the latest of the others is watched next. */
    void confirmed(long writeSequence, long nowNanos) {
        if (watchedSince == Long.MAX_VALUE || writeSequence < watched) {
            return;
        }
        if (nowNanos - watchedSince > limitNanos) {
            sickUntil = nowNanos + limitNanos;
        }
        watched = lastStarted;
        watchedSince = lastStarted > writeSequence ? nowNanos : Long.MAX_VALUE;
    }

    /** Looks again; true if the disk has become sick, or well. */
    boolean hasChanged(long nowNanos) {
        boolean stuck = watchedSince != Long.MAX_VALUE && nowNanos - watchedSince > limitNanos;
        boolean now = stuck || nowNanos < sickUntil;
        boolean changed = now != sick;
        sick = now;
        return changed;
    }

    boolean isSick() {
        return sick;
    }

    /** When to look again, {@link Long#MAX_VALUE} if nothing can change by time alone. */
    long nextDeadlineNanos() {
        if (sick) {
            return watchedSince == Long.MAX_VALUE ? sickUntil : Long.MAX_VALUE;
        }
        return watchedSince == Long.MAX_VALUE ? Long.MAX_VALUE : watchedSince + limitNanos + 1;
    }
}
