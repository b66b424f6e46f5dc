package io.jangada.raft.testkit.sim;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Work that may have to wait in its middle for a disk. It has a thread of its own, and either that
 * one or the simulation's runs, never both: who waits has handed over, so that nothing depends on
 * how threads are scheduled.
 */
final class SimThread {
    private static final ThreadLocal<@Nullable SimThread> CURRENT = new ThreadLocal<>();

    private final Runnable work;

    /** What makes the simulation call {@link #proceed} again. */
    private final Runnable whenFree;

    private final Semaphore ownTurn = new Semaphore(0);
    private final Semaphore othersTurn = new Semaphore(0);
    private boolean begun;
    private boolean waiting;
    private boolean ended;
    private @Nullable Throwable failure;

    SimThread(Runnable work, Runnable whenFree) {
        this.work = work;
        this.whenFree = whenFree;
    }

    /** The one that the caller runs on, null on the simulation's own thread. */
    static @Nullable SimThread current() {
        return CURRENT.get();
    }

    /**
     * Goes on until the work ends or waits; called by whoever has the turn.
     *
     * @return whether it has ended
     */
    boolean proceed() {
        waiting = false;
        if (begun) {
            ownTurn.release();
        } else {
            begun = true;
            Thread thread = new Thread(this::run, "sim-disk-work");
            thread.setDaemon(true);
            thread.start();
        }
        othersTurn.acquireUninterruptibly();
        rethrow();
        return ended;
    }

    private void rethrow() {
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Error error) {
            throw error;
        } else if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private void run() {
        CURRENT.set(this);
        try {
            work.run();
        } catch (Throwable e) {
            failure = e; // Thrown again on the simulation's thread.
        }
        ended = true;
        othersTurn.release();
    }

    /** Whether it stands still in the middle of its work. */
    boolean isWaiting() {
        return waiting;
    }

    /** Ends a wait; does nothing if there is none, as when the node has crashed meanwhile. */
    void free() {
        if (waiting) {
            whenFree.run();
        }
    }

    /** Lets the rest of the world go on until {@link #free}. Called by the work. */
    void await() {
        waiting = true;
        othersTurn.release();
        ownTurn.acquireUninterruptibly();
    }
}
