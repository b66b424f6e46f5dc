package io.jangada.raft.impl.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** A worker on a thread of its own, which parks when there is nothing to do and never spins. */
final class ThreadWorker implements Environment.Worker {
    private static final VarHandle ASLEEP;
    private static final long CLOSE_PATIENCE_MILLIS = 5_000;

    static {
        try {
            ASLEEP =
                    MethodHandles.lookup()
                            .findVarHandle(ThreadWorker.class, "asleep", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LongSupplier clock;
    private final Runnable work;
    private final Thread thread;
    private long wakeAtNanos = Long.MAX_VALUE;
    private volatile boolean signalled;
    private volatile boolean asleep;
    private volatile boolean closed;

    ThreadWorker(String name, LongSupplier clock, Runnable work) {
        this.clock = clock;
        this.work = work;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void run() {
        while (!closed) {
            signalled = false;
            wakeAtNanos = Long.MAX_VALUE;
            work.run();
            sleep();
        }
    }

    /**
     * The flag goes up before the signal is looked at, and in {@link #wake} the other way round.
     */
    private void sleep() {
        asleep = true;
        if (!signalled && !closed) {
            if (wakeAtNanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                long rest = wakeAtNanos - clock.getAsLong();
                if (rest > 0) {
                    LockSupport.parkNanos(this, rest);
                }
            }
        }
        asleep = false;
    }

    @Override
    public void wake() {
        signalled = true;
        if (asleep && ASLEEP.compareAndSet(this, true, false)) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void wakeAt(long nanos) {
        wakeAtNanos = nanos;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        try {
            thread.join(CLOSE_PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
