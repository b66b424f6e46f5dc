package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.runtime.Environment;
import java.util.function.LongSupplier;

/** What stands for a thread: its work runs as an event, some microseconds after it was woken. */
final class SimWorker implements Environment.Worker {
    private final Life life;
    private final Runnable work;

    /** How long it takes from being woken to having done the work. */
    private final LongSupplier delayNanos;

    /** A run is scheduled. */
    private boolean woken;

    /** When the work wants to run again, on the node's clock. */
    private long wakeAtLocal = Long.MAX_VALUE;

    /** Virtual time of the timer event that counts; earlier events of other times are void. */
    private long timerAt = Long.MAX_VALUE;

    private boolean closed;

    SimWorker(Life life, Runnable work, LongSupplier delayNanos) {
        this.life = life;
        this.work = work;
        this.delayNanos = delayNanos;
    }

    @Override
    public void wake() {
        if (!woken && !closed) {
            woken = true;
            life.schedule(delayNanos.getAsLong(), this::onWake);
        }
    }

    @Override
    public void wakeAt(long nanos) {
        wakeAtLocal = nanos;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void onWake() {
        woken = false;
        run();
    }

    private void run() {
        if (!closed) {
            wakeAtLocal = Long.MAX_VALUE;
            work.run();
            armTimer();
        }
    }

    /**
     * One timer event is enough: one that fires too early sets itself anew. Also called when the
     * node's clock changes its pace.
     */
    void armTimer() {
        if (closed || woken || wakeAtLocal == Long.MAX_VALUE) {
            return;
        }
        long at = life.node().clock().virtualAt(wakeAtLocal);
        if (at < timerAt) {
            timerAt = at;
            life.scheduleAt(at, () -> onTimer(at));
        }
    }

    private void onTimer(long scheduledAt) {
        if (timerAt != scheduledAt) {
            return;
        }
        timerAt = Long.MAX_VALUE;
        if (woken || wakeAtLocal == Long.MAX_VALUE) {
            return;
        }
        if (life.node().localNanos() >= wakeAtLocal) {
            wake();
        } else {
            armTimer();
        }
    }
}
