package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.runtime.Environment;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What stands for a thread: its work runs as an event, some microseconds after it was woken. */
final class SimWorker implements Environment.Worker {
    private final Life life;
    private final Runnable work;

    /** How long it takes from being woken to having done the work. */
    private final LongSupplier delayNanos;

    /** Whether it works on files, and so has to wait where the disk makes it wait. */
    private final boolean usesFiles;

    /** A run is scheduled. */
    private boolean woken;

    /** Work that waits for the disk. */
    private @Nullable SimThread busy;

    /** It was woken while it waited for the disk. */
    private boolean again;

    /** When the work wants to run again, on the node's clock. */
    private long wakeAtLocal = Long.MAX_VALUE;

    /** Virtual time of the timer event that counts; earlier events of other times are void. */
    private long timerAt = Long.MAX_VALUE;

    private boolean closed;

    SimWorker(Life life, Runnable work, LongSupplier delayNanos, boolean usesFiles) {
        this.life = life;
        this.work = work;
        this.delayNanos = delayNanos;
        this.usesFiles = usesFiles;
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
        if (busy != null) {
            again = true;
        } else {
            run();
        }
    }

    private void run() {
        if (closed) {
            return;
        }
        wakeAtLocal = Long.MAX_VALUE;
        if (usesFiles && life.node().disk().mayMakeWait()) {
            SimThread thread = new SimThread(work, () -> life.schedule(0, this::goOn));
            busy = thread;
            life.whenOver(this::unwind);
            proceed(thread);
        } else {
            work.run();
            armTimer();
        }
    }

    private void goOn() {
        SimThread thread = busy;
        if (thread != null && thread.isWaiting()) {
            proceed(thread);
        }
    }

    private void proceed(SimThread thread) {
        if (thread.proceed()) {
            busy = null;
            armTimer();
            if (again) {
                again = false;
                wake();
            }
        }
    }

    /** The process is dead: what waits finds no disk any more, and ends. */
    private void unwind() {
        SimThread thread = busy;
        busy = null;
        while (thread != null && thread.isWaiting() && !thread.proceed()) {
            // It has met another operation, which fails likewise.
        }
    }

    /**
     * One timer event is enough: one that fires too early sets itself anew. Also called when the
     * node's clock changes its pace.
     */
    void armTimer() {
        if (closed || woken || busy != null || wakeAtLocal == Long.MAX_VALUE) {
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
