package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps operations under way and times them, without allocating anything for each. Closed: a fixed
 * number is outstanding, and a latency begins with the submission. Open: operations are due at a
 * fixed rate whatever becomes of the earlier ones, and a latency begins when the operation was due,
 * however late it could be submitted. So a pause counts for all that it held up (no coordinated
 * omission).
 */
final class Load {
    /**
     * Far above what is needed at a rate that can be sustained, and below the limits of all
     * contenders.
     */
    private static final int OPEN_OUTSTANDING_MAX = 4096;

    private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * An open load that falls behind goes on for so many times its length, to be done with what is
     * due.
     */
    private static final int OVERTIME = 3;

    /** They outlive a load, so that what they allocated can still be asked for. */
    private static final ExecutorService THREADS =
            Executors.newCachedThreadPool(
                    task -> {
                        Thread thread = new Thread(task, "load");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final Operation operation;
    private final int outstanding;
    private final int submitters;
    private final double perSecond;
    private final long countMax;
    private final AtomicLong sequences = new AtomicLong();
    private volatile boolean stopped;

    private Load(
            Operation operation, int outstanding, int submitters, double perSecond, long countMax) {
        this.operation = operation;
        this.outstanding = outstanding;
        this.submitters = Math.min(submitters, outstanding);
        this.perSecond = perSecond;
        this.countMax = countMax;
    }

    /** A closed load. */
    static Load closed(Operation operation, int outstanding, int submitters) {
        return new Load(operation, outstanding, submitters, 0, Long.MAX_VALUE);
    }

    /** An open load. */
    static Load open(Operation operation, double perSecond, int submitters) {
        return new Load(operation, OPEN_OUTSTANDING_MAX, submitters, perSecond, Long.MAX_VALUE);
    }

    /** A closed load that ends after so many operations. */
    static Load counted(Operation operation, int outstanding, int submitters, long count) {
        return new Load(operation, outstanding, submitters, 0, count);
    }

    /** Ends a run before its time. */
    void stop() {
        stopped = true;
    }

    boolean writes() {
        return operation.writes();
    }

    /**
     * What came of a load.
     *
     * @param latencies of the operations that succeeded, in nanoseconds
     * @param nanos from the begin to the end of the last one
     * @param failed how many failed
     * @param unsent how many were due and never submitted
     * @param failure why the first of them failed
     */
    record Outcome(
            Histogram latencies,
            long nanos,
            long failed,
            long unsent,
            @Nullable Throwable failure) {
        double perSecond() {
            return latencies.getTotalCount() * 1e9 / nanos;
        }
    }

    /**
     * Runs for that long and until everything submitted has ended.
     *
     * @throws TimeoutException if something does not end
     */
    Outcome run(long nanos) throws InterruptedException, TimeoutException {
        long begin = System.nanoTime();
        List<Submitter> all = new ArrayList<>();
        for (int i = 0; i < submitters; i++) {
            int share = outstanding / submitters + (i < outstanding % submitters ? 1 : 0);
            all.add(new Submitter(share, begin, nanos, i));
        }
        THREADS.invokeAll(all.stream().map(Executors::callable).toList());
        long end = System.nanoTime();
        Histogram latencies = new Histogram(HIGHEST_NANOS, 3);
        long failed = 0;
        long unsent = 0;
        Throwable failure = null;
        for (Submitter submitter : all) {
            if (submitter.hung) {
                throw new TimeoutException(
                        submitter.missing() + " operations did not end within a minute");
            }
            latencies.add(submitter.latencies);
            failed += submitter.failed;
            unsent += submitter.unsent;
            failure = failure == null ? submitter.failure : failure;
        }
        return new Outcome(latencies, end - begin, failed, unsent, failure);
    }

    /** One operation at a time, again and again. */
    private static final class Slot implements Completion {
        private final Submitter submitter;
        private long startNanos;
        private long endNanos;
        private @Nullable Throwable failure;

        Slot(Submitter submitter) {
            this.submitter = submitter;
        }

        @Override
        public void accept(@Nullable Object result, @Nullable Throwable problem) {
            endNanos = System.nanoTime();
            failure = problem;
            submitter.giveBack(this);
        }
    }

    /** A thread that submits, takes back what has ended, and parks in between. */
    private final class Submitter implements Runnable {
        private final MpscArrayQueue<Slot> ended;
        private final int share;
        private final long begin;
        private final long nanos;
        private final double intervalNanos;
        private final double offsetNanos;
        private final Histogram latencies = new Histogram(HIGHEST_NANOS, 3);
        private final AtomicInteger asleep = new AtomicInteger();
        private long submitted;
        private long takenBack;
        private long failed;
        private long unsent;
        private @Nullable Throwable failure;
        private boolean hung;
        private volatile @Nullable Thread thread;

        Submitter(int share, long begin, long nanos, int number) {
            this.share = share;
            this.begin = begin;
            this.nanos = nanos;
            this.ended = new MpscArrayQueue<>(Math.max(2, share));
            this.intervalNanos = perSecond == 0 ? 0 : submitters * 1e9 / perSecond;
            this.offsetNanos = intervalNanos * number / submitters;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            List<Slot> fresh = new ArrayList<>();
            for (int i = 0; i < share; i++) {
                fresh.add(new Slot(this));
            }
            while (!hung) {
                Slot slot = fresh.isEmpty() ? take() : fresh.remove(fresh.size() - 1);
                if (slot == null || !submit(slot)) {
                    break;
                }
            }
            while (!hung && missing() > 0) {
                take();
            }
        }

        long missing() {
            return submitted - takenBack;
        }

        /** False when the time is up. */
        private boolean submit(Slot slot) {
            if (stopped) {
                return false;
            }
            long now = System.nanoTime();
            if (intervalNanos == 0) {
                if (now - begin >= nanos) {
                    return false;
                }
                slot.startNanos = now;
            } else {
                double due = offsetNanos + submitted * intervalNanos;
                if (due >= nanos) {
                    return false;
                }
                if (now - begin > OVERTIME * nanos) {
                    unsent = (long) ((nanos - due) / intervalNanos);
                    return false;
                }
                slot.startNanos = begin + (long) due;
                pauseUntil(slot.startNanos);
            }
            long sequence = sequences.getAndIncrement();
            if (sequence >= countMax) {
                return false;
            }
            submitted++;
            try {
                operation.start().start(sequence, slot);
            } catch (RuntimeException e) {
                slot.accept(null, e);
            }
            return true;
        }

        private void pauseUntil(long time) {
            for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }

        /** Waits for a slot whose operation has ended; null if that takes too long. */
        private @Nullable Slot take() {
            long patienceEnd = System.nanoTime() + PATIENCE_NANOS;
            while (true) {
                Slot slot = ended.poll();
                if (slot != null) {
                    count(slot);
                    return slot;
                }
                if (System.nanoTime() - patienceEnd > 0) {
                    hung = true;
                    return null;
                }
                asleep.set(1);
                if (ended.isEmpty()) {
                    LockSupport.parkNanos(this, PATIENCE_NANOS);
                }
                asleep.set(0);
            }
        }

        private void count(Slot slot) {
            takenBack++;
            Throwable problem = slot.failure;
            if (problem == null) {
                latencies.recordValue(Math.min(slot.endNanos - slot.startNanos, HIGHEST_NANOS));
            } else {
                failed++;
                failure = failure == null ? problem : failure;
            }
        }

        void giveBack(Slot slot) {
            ended.offer(slot);
            // A full fence, so that either this sees the sleeper or the sleeper sees the slot.
            if (asleep.compareAndSet(1, 0)) {
                LockSupport.unpark(thread);
            }
        }
    }
}
