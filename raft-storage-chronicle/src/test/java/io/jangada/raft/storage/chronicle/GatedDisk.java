package io.jangada.raft.storage.chronicle;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A disk whose syncs are counted, can be held up, and can be made to fail. */
final class GatedDisk implements UnaryOperator<Journal> {
    final AtomicInteger syncs = new AtomicInteger();
    final AtomicInteger records = new AtomicInteger();
    final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    final Semaphore reached = new Semaphore(0);
    final Semaphore released = new Semaphore(0);
    volatile boolean gated;

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
