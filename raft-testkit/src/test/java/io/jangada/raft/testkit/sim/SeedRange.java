package io.jangada.raft.testkit.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs seeds one after the other, on all cores, and tells how far it is: what is interrupted has
 * run all seeds below some number.
 */
final class SeedRange {
    /** A library that fails so often needs no further seeds. */
    private static final int FAILURES_MAX = 50;

    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long first;
    private final long count;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong simulatedNanos = new AtomicLong();
    private final AtomicLong successes = new AtomicLong();
    private final Set<Long> unjudged = new ConcurrentSkipListSet<>();
    private final Map<Long, Throwable> failures = Collections.synchronizedMap(new TreeMap<>());
    private final AtomicLong reportedNanos = new AtomicLong();
    private long beganNanos;
    private long tookNanos;

    SeedRange(long first, long count) {
        this.first = first;
        this.count = count;
        this.next = new AtomicLong(first);
    }

    /** Runs them all, unless very many fail. */
    void run() {
        beganNanos = System.nanoTime();
        reportedNanos.set(beganNanos);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(this::runSeeds, "seeds-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + summary(), e);
        }
        tookNanos = System.nanoTime() - beganNanos;
    }

    /** Every seed that failed, and how. */
    Map<Long, Throwable> failures() {
        return failures;
    }

    /** Seeds whose histories were too hard to judge. */
    Set<Long> unjudged() {
        return unjudged;
    }

    /** Operations of clients that ended well. */
    long successes() {
        return successes.get();
    }

    private void runSeeds() {
        for (long seed = next.getAndIncrement();
                seed < first + count && failures.size() < FAILURES_MAX;
                seed = next.getAndIncrement()) {
            try {
                Swarm.Result result = Swarm.run(seed, SwarmReplay.options(seed), null);
                simulatedNanos.addAndGet(result.simulatedNanos());
                successes.addAndGet(result.successes());
                if (!result.judged()) {
                    unjudged.add(seed);
                }
            } catch (SimulationFailure | RuntimeException e) {
                failures.put(seed, e);
                System.out.println("swarm: seed " + seed + " failed: " + firstLine(e));
            }
            done.incrementAndGet();
            reportNowAndThen();
        }
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("" + failure);
    }

    private void reportNowAndThen() {
        long now = System.nanoTime();
        long reported = reportedNanos.get();
        if (now - reported >= REPORT_NANOS && reportedNanos.compareAndSet(reported, now)) {
            double perSecond = done.get() * 1e9 / (now - beganNanos);
            System.out.printf(
                    "swarm: %,d of %,d seeds, %.0f a second, %.0f minutes left, %d failures%n",
                    done.get(),
                    count,
                    perSecond,
                    (count - done.get()) / perSecond / 60,
                    failures.size());
        }
    }

    /** What it came to, in a line. */
    String summary() {
        return String.format(
                "swarm: %,d seeds from %d on, %,.0f simulated seconds in %.1f s, %,d operations,"
                        + " %d failures%s",
                done.get(),
                first,
                simulatedNanos.get() / 1e9,
                tookNanos / 1e9,
                successes.get(),
                failures.size(),
                unjudged.isEmpty() ? "" : "; histories not judged: " + unjudged);
    }
}
