package io.jangada.examples.kv;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Waits for what other threads and processes do. */
public final class Waiting {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofMillis(2);
    private static final Duration QUIET = Duration.ofMillis(300);

    private Waiting() {}

    /** Waits until something is so, and fails if it does not come to that. */
    public static void await(BooleanSupplier condition) {
        await("the condition", PATIENCE, condition);
    }

    /** As {@link #await(BooleanSupplier)}, for as long as said. */
    public static void await(String what, Duration patience, BooleanSupplier condition) {
        await(() -> what, patience, condition);
    }

    /** As {@link #await(BooleanSupplier)}, with words that are known only at the end. */
    public static void await(Supplier<String> what, Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(what.get() + " did not come within " + patience);
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }

    /** Lets time pass where time is what the test is about. */
    public static void pass(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** The value once it has not changed for a while. */
    public static long settled(LongSupplier value) {
        long last = value.getAsLong();
        long started = System.nanoTime();
        long since = started;
        while (System.nanoTime() - since < QUIET.toNanos()) {
            if (System.nanoTime() - started > PATIENCE.toNanos()) {
                throw new AssertionError("still changing after " + PATIENCE + ": " + last);
            }
            long now = value.getAsLong();
            if (now != last) {
                last = now;
                since = System.nanoTime();
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
        return last;
    }
}
