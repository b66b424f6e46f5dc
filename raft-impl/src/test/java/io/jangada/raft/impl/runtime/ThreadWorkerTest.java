package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadWorkerTest {
    private final List<ThreadWorker> workers = new ArrayList<>();

    @AfterEach
    void close() {
        workers.forEach(ThreadWorker::close);
    }

    /** Each caller leaves a fact and wakes; the last fact must be seen without another wake-up. */
    @Test
    void noWakeUpIsLost() throws InterruptedException {
        int callers = 3;
        int rounds = 20_000;
        AtomicLong left = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        ThreadWorker worker = worker(() -> seen.set(left.get()));

        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Thread thread =
                    new Thread(
                            () -> {
                                for (int round = 0; round < rounds; round++) {
                                    long mine = left.incrementAndGet();
                                    worker.wake();
                                    if (round % 16 == 0) { // Lets it fall asleep now and then.
                                        Await.until("seen " + mine, () -> seen.get() >= mine);
                                    }
                                }
                            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        long all = (long) callers * rounds;
        Await.until(() -> seen + " of " + all, () -> seen.get() == all);
    }

    @Test
    void wakingItselfRunsItOnceMore() {
        AtomicInteger runs = new AtomicInteger();
        AtomicReference<ThreadWorker> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        self.set(
                worker(
                        () -> {
                            Await.until("the worker is known", known);
                            if (runs.incrementAndGet() < 5) {
                                self.get().wake();
                            }
                        }));
        known.countDown();

        Await.until("it ran five times", () -> runs.get() == 5);
    }

    @Test
    void wakeAtRunsItThenAndNotBefore() {
        long delay = TimeUnit.MILLISECONDS.toNanos(30);
        List<Long> times = new ArrayList<>();
        CountDownLatch twice = new CountDownLatch(2);
        AtomicReference<ThreadWorker> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        self.set(
                worker(
                        () -> {
                            Await.until("the worker is known", known);
                            times.add(System.nanoTime());
                            if (times.size() == 1) {
                                self.get().wakeAt(System.nanoTime() + delay);
                            }
                            twice.countDown();
                        }));
        known.countDown();

        Await.until("it ran twice", twice);
        assertTrue(times.get(1) - times.get(0) >= delay, "came too early: " + times);
    }

    @Test
    void aTimeInThePastDoesNotPutItToSleep() {
        AtomicInteger runs = new AtomicInteger();
        AtomicReference<ThreadWorker> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        self.set(
                worker(
                        () -> {
                            Await.until("the worker is known", known);
                            if (runs.incrementAndGet() < 3) {
                                self.get().wakeAt(System.nanoTime() - 1);
                            }
                        }));
        known.countDown();

        Await.until("it ran three times", () -> runs.get() == 3);
    }

    @Test
    void closeWaitsForTheRunAndThereIsNoOtherOne() {
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ThreadWorker worker =
                worker(
                        () -> {
                            begun.countDown();
                            Await.until("the run may end", goOn);
                            ended.incrementAndGet();
                        });
        Await.until("the run began", begun);
        worker.wake(); // Would make it run again.
        Thread opener = new Thread(goOn::countDown);
        opener.start();

        worker.close();

        int runs = ended.get();
        assertTrue(runs >= 1, "close came back before the run ended");
        worker.wake();
        worker.close();
        assertEquals(runs, ended.get());
    }

    @Test
    void mayCloseItself() {
        AtomicReference<ThreadWorker> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        self.set(
                worker(
                        () -> {
                            thread.set(Thread.currentThread());
                            Await.until("the worker is known", known);
                            self.get().close();
                            closed.countDown();
                        }));
        known.countDown();

        Await.until("it closed itself", closed);
        Await.until("its thread ended", () -> !thread.get().isAlive());
        assertFalse(thread.get().isInterrupted());
    }

    private ThreadWorker worker(Runnable work) {
        ThreadWorker worker = new ThreadWorker("worker-under-test", System::nanoTime, work);
        workers.add(worker);
        return worker;
    }
}
