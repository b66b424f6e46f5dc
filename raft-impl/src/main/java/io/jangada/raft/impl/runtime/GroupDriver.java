package io.jangada.raft.impl.runtime;

import org.jspecify.annotations.Nullable;

/** A group as its loop sees it, and what the loop knows of it. All of it belongs to the loop. */
abstract class GroupDriver {
    /** Whether it is among those that carry out something in this round. */
    boolean touched;

    /** In which order it joined {@link Deadlines}; 0 while it has not. */
    long number;

    /** The earliest of its places there, which alone counts. */
    Deadlines.@Nullable Place place;

    /** Takes in the facts that were signalled. */
    abstract void onSignal(long nowNanos);

    /** Lets due timers fire. */
    abstract void onTick(long nowNanos);

    /** Carries out what the core decided. */
    abstract void carryOut(long nowNanos);

    /** When {@link #onTick} is due at the latest. */
    abstract long nextDeadlineNanos();

    /** Hears what one of the others threw: the group cannot go on. */
    abstract void failed(Throwable cause);
}
