package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.benchmarks.contender.Completion;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** How operations are paced and timed. */
class LoadTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private static Operation operation(Operation.Start start) {
        return new Operation(false, start);
    }

    @Test
    void aPauseCountsForAllThatWasDueMeanwhile() throws Exception {
        long pause = 100 * MILLI;
        Operation stallsOnce =
                operation(
                        (sequence, done) -> {
                            long end = System.nanoTime() + pause;
                            while (sequence == 0 && System.nanoTime() < end) {
                                LockSupport.parkNanos(end - System.nanoTime());
                            }
                            done.succeed();
                        });

        Load.Outcome outcome = Load.open(stallsOnce, 1000, 1).run(200 * MILLI);

        assertEquals(200, outcome.latencies().getTotalCount(), "all that was due was sent");
        assertTrue(outcome.latencies().getMaxValue() >= pause);
        // Every millisecond one was due: of the first 100, those up to the 90th waited 10 ms or
        // more.
        assertTrue(outcome.latencies().getCountBetweenValues(10 * MILLI, Long.MAX_VALUE) >= 90);
        assertEquals(0, outcome.unsent());
    }

    @Test
    void anOpenLoadThatCannotBeSustainedSaysWhatItDidNotSend() throws Exception {
        Operation slow =
                operation(
                        (sequence, done) -> {
                            long end = System.nanoTime() + 20 * MILLI;
                            while (System.nanoTime() < end) {
                                Thread.onSpinWait();
                            }
                            done.succeed();
                        });

        Load.Outcome outcome = Load.open(slow, 1000, 1).run(50 * MILLI);

        assertTrue(outcome.unsent() > 0);
        assertEquals(50.0, (double) (outcome.unsent() + outcome.latencies().getTotalCount()), 1.0);
    }

    @Test
    void aClosedLoadKeepsNoMoreOutstandingThanItWasTold() throws Exception {
        ExecutorService others = Executors.newFixedThreadPool(3);
        AtomicInteger outstanding = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Operation elsewhere =
                operation(
                        (sequence, done) -> {
                            most.accumulateAndGet(outstanding.incrementAndGet(), Math::max);
                            others.execute(
                                    () -> {
                                        outstanding.decrementAndGet();
                                        done.succeed();
                                    });
                        });

        Load.Outcome outcome = Load.counted(elsewhere, 7, 2, 5_000).run(Long.MAX_VALUE / 2);
        others.shutdown();

        assertEquals(5_000, outcome.latencies().getTotalCount());
        assertTrue(most.get() <= 7, "there were " + most);
    }

    @Test
    void failuresAreCountedApart() throws Exception {
        Operation everyThird =
                operation(
                        (sequence, done) -> {
                            if (sequence % 3 == 0) {
                                fail(sequence, done);
                            } else {
                                done.succeed();
                            }
                        });

        Load.Outcome outcome = Load.counted(everyThird, 4, 1, 300).run(Long.MAX_VALUE / 2);

        assertEquals(100, outcome.failed());
        assertEquals(200, outcome.latencies().getTotalCount());
        assertEquals("no", outcome.failure().getMessage());
    }

    /** By the completion or by an exception: the same. */
    private static void fail(long sequence, Completion done) {
        if (sequence % 2 == 0) {
            throw new IllegalStateException("no");
        }
        done.fail(new IOException("no"));
    }
}
