package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.WriteListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Writes down what a store says about writes, and waits for it. Any thread. */
public final class RecordedWrites implements WriteListener {
    private static final long PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Long> persisted = new ArrayList<>();
    private final List<String> breaches = new ArrayList<>();
    private final List<StoreException> failures = new ArrayList<>();
    private @Nullable Thread caller;
    private @Nullable Thread appending;

    @Override
    public void onPersisted(long writeSequence) {
        enter("onPersisted(" + writeSequence + ")");
        lock.lock();
        try {
            if (highest() > writeSequence) {
                breaches.add("confirmed " + writeSequence + " after " + highest());
            }
            if (!failures.isEmpty()) {
                breaches.add("confirmed " + writeSequence + " after a failure");
            }
            persisted.add(writeSequence);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        leave();
    }

    @Override
    public void onFailed(StoreException cause) {
        enter("onFailed");
        lock.lock();
        try {
            failures.add(cause);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        leave();
    }

    /**
     * Runs a call of {@code append} and notes a breach if the store calls back from within it.
     *
     * @param append the call
     */
    public void appending(Runnable append) {
        mark(Thread.currentThread());
        try {
            append.run();
        } finally {
            mark(null);
        }
    }

    /**
     * Waits until a write is confirmed; fails the test if that takes too long, if the store reports
     * a failure, or if it broke a rule of {@link WriteListener} on the way.
     *
     * @param writeSequence the write
     */
    public void awaitPersisted(long writeSequence) {
        awaitFate(writeSequence);
        lock.lock();
        try {
            assertEquals(List.of(), failures, "no write may fail here");
            assertTrue(
                    highest() >= writeSequence,
                    () -> "write " + writeSequence + " is not confirmed; heard: " + persisted);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a write is confirmed or writes have failed.
     *
     * @param writeSequence the write
     */
    public void awaitFate(long writeSequence) {
        long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            while (highest() < writeSequence && failures.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            assertTrue(left > 0, () -> "nothing heard of write " + writeSequence);
            assertNoBreach();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for write " + writeSequence, e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The highest confirmed write.
     *
     * @return 0 if none was confirmed
     */
    public long highestPersisted() {
        lock.lock();
        try {
            return highest();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The failures reported.
     *
     * @return a copy
     */
    public List<StoreException> failures() {
        lock.lock();
        try {
            return List.copyOf(failures);
        } finally {
            lock.unlock();
        }
    }

    /** Fails the test if the store broke a rule of {@link WriteListener}. */
    public void assertNoBreach() {
        lock.lock();
        try {
            assertEquals(List.of(), breaches, "rules of the listener that the store broke");
            assertTrue(failures.size() <= 1, "a failure is reported once");
        } finally {
            lock.unlock();
        }
    }

    private void mark(@Nullable Thread thread) {
        lock.lock();
        try {
            appending = thread;
        } finally {
            lock.unlock();
        }
    }

    private void enter(String call) {
        lock.lock();
        try {
            if (caller != null) {
                breaches.add(call + " while " + caller + " was still in a call");
            }
            if (appending == Thread.currentThread()) {
                breaches.add(call + " from within append()");
            }
            caller = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        Thread.yield(); // Makes a second, concurrent call more likely to be seen.
    }

    private void leave() {
        lock.lock();
        try {
            caller = null;
        } finally {
            lock.unlock();
        }
    }

    private long highest() {
        return persisted.isEmpty() ? 0 : persisted.get(persisted.size() - 1);
    }
}
