package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.LoopThread;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * A worker on a thread that the transport lends. One timer is armed at most, and it is left alone
 * while deadlines move away from it, as they do with every message.
 */
final class LentWorker implements Environment.Worker {
    private static final long CLOSE_PATIENCE_SECONDS = 5;

    private final LoopThread thread;
    private final LongSupplier clock;
    private final Runnable work;
    private final Runnable run = this::run;
    private final AtomicBoolean called = new AtomicBoolean();
    private volatile boolean closed;

    // Of the lent thread only.

    private long dueNanos = Long.MAX_VALUE;
    private long armedNanos = Long.MAX_VALUE;

    /** Names the armed timer: an older one that still fires is ignored. */
    private int timer;

    LentWorker(LoopThread thread, LongSupplier clock, Runnable work) {
        this.thread = thread;
        this.clock = clock;
        this.work = work;
    }

    @Override
    public void wake() {
        if (!closed && called.compareAndSet(false, true)) {
            thread.execute(run);
        }
    }

    @Override
    public void wakeAt(long nanos) {
        dueNanos = nanos;
    }

    private void run() {
        called.set(false);
        if (!closed) {
            dueNanos = Long.MAX_VALUE;
            work.run();
            arm();
        }
    }

    private void arm() {
        if (dueNanos < armedNanos) {
            armedNanos = dueNanos;
            int name = ++timer;
            thread.schedule(() -> onTimer(name), Math.max(0, dueNanos - clock.getAsLong()));
        }
    }

    private void onTimer(int name) {
        if (name != timer || closed) {
            return;
        }
        armedNanos = Long.MAX_VALUE;
        if (clock.getAsLong() >= dueNanos) {
            run();
        } else {
            arm();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (thread.isCurrent()) {
            return;
        }
        CountDownLatch idle = new CountDownLatch(1);
        thread.execute(idle::countDown);
        try {
            if (!idle.await(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return; // The thread is stuck or gone; the worker does no more work either way.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
