package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.spi.LoopThread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LentWorkerTest {
    /** A thread that runs when the test says so, with a clock that goes when the test says so. */
    private static final class HandThread implements LoopThread {
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final List<Long> timers = new ArrayList<>();
        private final List<Runnable> timed = new ArrayList<>();
        private long now;

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            timers.add(now + delayNanos);
            timed.add(task);
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        void runAll() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        void advanceTo(long time) {
            now = time;
            for (int i = 0; i < timers.size(); i++) {
                if (timers.get(i) <= now) {
                    timers.set(i, Long.MAX_VALUE);
                    timed.get(i).run();
                }
            }
        }
    }

    private final HandThread thread = new HandThread();
    private final List<Long> runs = new ArrayList<>();
    private final Queue<Long> wishes = new ArrayDeque<>();
    private final LentWorker worker = new LentWorker(thread, () -> thread.now, this::work);

    private void work() {
        runs.add(thread.now);
        if (!wishes.isEmpty()) {
            worker.wakeAt(wishes.remove());
        }
    }

    @Test
    void manyWakeUpsAreOneRun() {
        worker.wake();
        worker.wake();
        thread.runAll();
        worker.wake();
        thread.runAll();

        assertEquals(2, runs.size());
    }

    @Test
    void runsAtItsTime() {
        wishes.add(100L);
        worker.wake();
        thread.runAll();

        thread.advanceTo(99);
        assertEquals(List.of(0L), runs);
        thread.advanceTo(100);
        assertEquals(List.of(0L, 100L), runs);
        thread.advanceTo(1000);
        assertEquals(2, runs.size(), "no time was set in the second run");
    }

    @Test
    void aTimeThatMovesAwayIsNotRunEarlyAndArmsNoTimerPerMessage() {
        for (long time = 0; time < 90; time += 10) {
            wishes.add(time + 100);
            thread.advanceTo(time);
            worker.wake();
            thread.runAll();
        }
        assertEquals(1, thread.timers.size());

        thread.advanceTo(100);
        assertEquals(9, runs.size());
        thread.advanceTo(179);
        assertEquals(9, runs.size());
        thread.advanceTo(180);
        assertEquals(10, runs.size());
    }

    @Test
    void aTimeThatComesNearerIsKept() {
        wishes.add(1000L);
        worker.wake();
        thread.runAll();
        wishes.add(50L);
        worker.wake();
        thread.runAll();

        thread.advanceTo(50);

        assertEquals(List.of(0L, 0L, 50L), runs);
        thread.advanceTo(1000);
        assertEquals(3, runs.size(), "the older timer was for nothing");
    }

    @Test
    void aClosedWorkerDoesNoMore() {
        wishes.add(100L);
        worker.wake();
        thread.runAll();
        worker.wake();

        worker.close();
        thread.runAll();
        thread.advanceTo(100);
        worker.wake();
        thread.runAll();

        assertEquals(1, runs.size());
    }

    @Test
    void noWakeUpIsLostBetweenThreads() throws InterruptedException {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        LoopThread real =
                new LoopThread() {
                    @Override
                    public void execute(Runnable task) {
                        executor.execute(task);
                    }

                    @Override
                    public void schedule(Runnable task, long delayNanos) {
                        executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
                    }

                    @Override
                    public boolean isCurrent() {
                        return false;
                    }
                };
        AtomicLong left = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        LentWorker stressed = new LentWorker(real, System::nanoTime, () -> seen.set(left.get()));
        CountDownLatch done = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            new Thread(
                            () -> {
                                for (int round = 0; round < 20_000; round++) {
                                    left.incrementAndGet();
                                    stressed.wake();
                                }
                                done.countDown();
                            })
                    .start();
        }
        Await.until("all have left their facts", done);

        Await.until("all were seen", () -> seen.get() == 60_000);
        stressed.close();
        executor.shutdown();
    }
}
