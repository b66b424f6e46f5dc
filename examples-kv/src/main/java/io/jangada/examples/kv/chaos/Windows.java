package io.jangada.examples.kv.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Gives clients the window to work in, and hands out those that are over. Any thread. */
final class Windows {
    private static final Duration LIFE = Duration.ofSeconds(15);
    private static final int OPERATIONS_MAX = 3000;

    /** A window and who is at work in it. */
    private static final class Shift {
        private final Window window;

        /** When the first operation began. */
        private long openedNanos;

        private int begun;
        private int underWay;

        Shift(Window window) {
            this.window = window;
        }
    }

    /** The right to work in a window until {@link #leave}. */
    static final class Pass {
        private final Shift shift;

        private Pass(Shift shift) {
            this.shift = shift;
        }

        Window window() {
            return shift.window;
        }
    }

    private final LongSupplier clock;
    private final BlockingQueue<Window> over = new LinkedBlockingQueue<>();
    private Shift current;
    private boolean ended;

    Windows(LongSupplier clock) {
        this.clock = clock;
        current = new Shift(new Window(1, clock));
    }

    /** Begins an operation. */
    synchronized Pass enter() {
        long now = clock.getAsLong();
        boolean isOld = current.begun > 0 && now - current.openedNanos > LIFE.toNanos();
        if (isOld || current.begun >= OPERATIONS_MAX) {
            Shift old = current;
            current = new Shift(new Window(old.window.number() + 1, clock));
            handOver(old);
        }
        if (current.begun == 0) {
            current.openedNanos = now;
        }
        current.begun++;
        current.underWay++;
        return new Pass(current);
    }

    /** The operation is over. */
    synchronized void leave(Pass pass) {
        pass.shift.underWay--;
        handOver(pass.shift);
    }

    /** Notes what is done to the servers. */
    synchronized void fault(String name, List<String> arguments) {
        current.window.recorder().fault(name, arguments);
    }

    /** No client works any more. */
    synchronized void end() {
        ended = true;
        handOver(current);
    }

    private void handOver(Shift shift) {
        if (shift.underWay == 0 && (ended || shift != current)) {
            over.add(shift.window);
        }
    }

    /** The next window that is over, if there is one in time. */
    Optional<Window> takeOver(Duration time) throws InterruptedException {
        return Optional.ofNullable(over.poll(time.toMillis(), TimeUnit.MILLISECONDS));
    }
}
