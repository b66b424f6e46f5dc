package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, and whose turn it is to write it: several writers sync at the same
 * time, and one at a time appends.
 *
 * <p>The queue itself has no bound: its content is bounded by what the groups may have uncommitted,
 * which their cores limit.
 */
final class WriteQueue {
    /**
     * A pause after the last write that counts as quiet; long enough not to fall between batches.
     */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * So many entries are worth a sync beside another one. Fewer wait for that to end, as the next
     * batch: a sync each would be more of them for the same writes, where callers are few.
     */
    private static final int ENTRIES_MIN = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final String folder;

    // Guarded by lock.
    /** Those who sleep; the one that fell asleep last is called first, for it is still warm. */
    private final ArrayDeque<Waiter> idle = new ArrayDeque<>();

    private List<Write> waiting = new ArrayList<>();
    private int waitingEntries;
    private int waiters;
    private boolean turnTaken;
    private boolean closing;
    private @Nullable StoreException failure;

    WriteQueue(String folder) {
        this.folder = folder;
    }

    /** One writer's place in the queue. */
    final class Waiter {
        private final Condition called = lock.newCondition();
        private boolean hasTurn;
    }

    /** Before any of them waits. */
    Waiter newWaiter() {
        waiters++;
        return new Waiter();
    }

    /** Says at once that nothing more can be written. */
    void checkWritable() {
        lock.lock();
        try {
            requireWritable();
        } finally {
            lock.unlock();
        }
    }

    private void requireWritable() {
        requireNotFailed();
        if (closing) {
            throw new StoreException("the store in %s is closed".formatted(folder), null);
        }
    }

    private void requireNotFailed() {
        if (failure != null) {
            throw new StoreException(String.valueOf(failure.getMessage()), failure);
        }
    }

    /** Throws what the store failed with, if it did. */
    void checkNotFailed() {
        lock.lock();
        try {
            requireNotFailed();
        } finally {
            lock.unlock();
        }
    }

    boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    void add(Write write) {
        lock.lock();
        try {
            requireWritable();
            waiting.add(write);
            waitingEntries += write.entryCount();
            callNext();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the turn, and takes all that waits: nothing, if it stays quiet and {@code
     * untilQuiet}. Whoever got it has to {@link #passTurn}. Null when there will be nothing more.
     */
    @Nullable List<Write> awaitTurn(Waiter me, boolean untilQuiet) throws InterruptedException {
        lock.lock();
        try {
            long left = QUIET_NANOS;
            while (!me.hasTurn) {
                if (failure != null || closing && waiting.isEmpty()) {
                    callAll(); // Whoever found something left, but not the turn, sleeps again.
                    return null;
                }
                if (!turnTaken && (!waiting.isEmpty() || left <= 0)) {
                    break;
                }
                idle.push(me);
                if (untilQuiet && idle.size() == waiters && left > 0) {
                    // It fell asleep last: before it, somebody was busy.
                    left = me.called.awaitNanos(left);
                } else {
                    me.called.await();
                }
                idle.remove(me);
            }
            me.hasTurn = false;
            turnTaken = true;
            return takeWaiting();
        } finally {
            lock.unlock();
        }
    }

    private List<Write> takeWaiting() {
        List<Write> taken = waiting;
        waiting = new ArrayList<>();
        waitingEntries = 0;
        return taken;
    }

    /** Lets another writer append. */
    void passTurn() {
        lock.lock();
        try {
            turnTaken = false;
            callNext();
        } finally {
            lock.unlock();
        }
    }

    /** If nobody is called, whoever has synced first looks for itself. */
    private void callNext() {
        boolean enough = waitingEntries >= ENTRIES_MIN || idle.size() == waiters;
        if (!turnTaken && !waiting.isEmpty() && !idle.isEmpty() && enough) {
            Waiter next = idle.pop();
            turnTaken = true;
            next.hasTurn = true;
            next.called.signal();
        }
    }

    /** Lets those who sleep look whether there will be more. */
    private void callAll() {
        idle.forEach(waiter -> waiter.called.signal());
    }

    /** Takes no more; writers end when what waits is written. */
    void close() {
        lock.lock();
        try {
            closing = true;
            callAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no more after a failure, and gives back what waits. False if there was a failure
     * before.
     */
    boolean fail(StoreException cause, List<Write> left) {
        lock.lock();
        try {
            boolean first = failure == null;
            if (first) {
                failure = cause;
            }
            left.addAll(takeWaiting());
            callAll();
            return first;
        } finally {
            lock.unlock();
        }
    }
}
