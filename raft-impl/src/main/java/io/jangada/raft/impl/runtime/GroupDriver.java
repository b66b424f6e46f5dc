package io.jangada.raft.impl.runtime;

/** A group as its loop sees it. All methods run on the loop. */
interface GroupDriver {
    /** Marks the group for this round's effects; false if it is marked already. */
    boolean touch();

    /** Takes in the facts that were signalled. */
    void onSignal(long nowNanos);

    /** Lets due timers fire. */
    void onTick(long nowNanos);

    /** Carries out what the core decided, and clears the mark. */
    void carryOut(long nowNanos);

    /** When {@link #onTick} is due at the latest. */
    long nextDeadlineNanos();

    /** Hears what one of the others threw: the group cannot go on. */
    void failed(Throwable cause);
}
