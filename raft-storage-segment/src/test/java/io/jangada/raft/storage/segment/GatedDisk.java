package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A disk whose syncs are counted, can be held up, and can be made to fail. */
final class GatedDisk implements UnaryOperator<Journal> {
    final AtomicInteger syncs = new AtomicInteger();
    final AtomicInteger records = new AtomicInteger();
    final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Semaphore reached = new Semaphore(0);
    private final Semaphore released = new Semaphore(0);
    private volatile boolean gated;

    /** Holds up the next sync, until the gate is closed, which opens it whatever happened. */
    Gate gate() {
        released.drainPermits();
        gated = true;
        return new Gate();
    }

    /** What holds a sync up. */
    final class Gate implements AutoCloseable {
        void awaitSync() throws InterruptedException {
            assertTrue(reached.tryAcquire(30, TimeUnit.SECONDS), "nothing is synced");
        }

        @Override
        public void close() {
            gated = false;
            released.release();
        }
    }

    @Override
    public Journal apply(Journal journal) {
        return new ForwardingJournal(journal) {
            @Override
            public int append(byte[] record, int length) throws IOException {
                records.incrementAndGet();
                return journal.append(record, length);
            }

            @Override
            public void sync() throws IOException {
                syncs.incrementAndGet();
                if (gated) {
                    reached.release();
                    released.acquireUninterruptibly();
                }
                Throwable planned = failure.get();
                if (planned instanceof IOException e) {
                    throw e;
                } else if (planned instanceof Error e) {
                    throw e;
                }
                journal.sync();
            }
        };
    }
}
