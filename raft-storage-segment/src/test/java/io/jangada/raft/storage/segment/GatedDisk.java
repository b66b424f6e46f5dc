package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A disk whose syncs are counted, can be held up, and can be made to fail. */
final class GatedDisk implements UnaryOperator<Journal> {
    final AtomicInteger syncs = new AtomicInteger();
    final AtomicInteger records = new AtomicInteger();
    final AtomicInteger segments = new AtomicInteger();
    final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private volatile @Nullable Gate gate;
    private volatile @Nullable Gate writeGate;

    /** Holds up whoever appends, if there is one. */
    volatile @Nullable CountDownLatch appending;

    /** Holds up the syncs from now on, until the gate is closed, which opens it for all. */
    Gate gate() {
        Gate closed = new Gate();
        gate = closed;
        return closed;
    }

    /** Holds up the writes from now on, before they reach the file. */
    Gate writeGate() {
        Gate closed = new Gate();
        writeGate = closed;
        return closed;
    }

    /** What holds syncs or writes up. */
    static final class Gate implements AutoCloseable {
        private final BlockingQueue<HeldSync> reached = new LinkedBlockingQueue<>();
        private final Queue<HeldSync> all = new ConcurrentLinkedQueue<>();
        private volatile boolean open;

        /** The next one that has come to the gate. */
        HeldSync awaitSync() throws InterruptedException {
            HeldSync next = reached.poll(30, TimeUnit.SECONDS);
            assertNotNull(next, "nothing is synced");
            return next;
        }

        boolean hasReached() {
            return !reached.isEmpty();
        }

        private void pass() throws IOException {
            HeldSync held = new HeldSync();
            all.add(held);
            reached.add(held);
            if (open) {
                held.release();
            }
            held.await();
        }

        @Override
        public void close() {
            open = true;
            all.forEach(HeldSync::release);
        }
    }

    /** A sync, or a write, at the gate. */
    static final class HeldSync {
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile @Nullable IOException failure;

        void release() {
            released.countDown();
        }

        /** The disk fails, for this sync only. */
        void fail(IOException cause) {
            failure = cause;
            release();
        }

        private void await() throws IOException {
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            IOException planned = failure;
            if (planned != null) {
                throw planned;
            }
        }
    }

    @Override
    public Journal apply(Journal journal) {
        return new ForwardingJournal(journal) {
            @Override
            public void startSegment(int segment) throws IOException {
                segments.incrementAndGet();
                journal.startSegment(segment);
            }

            @Override
            public int append(byte[] record, int length) throws IOException {
                records.incrementAndGet();
                CountDownLatch held = appending;
                if (held != null) {
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
                return journal.append(record, length);
            }

            @Override
            public SegmentAppender.Batch take() {
                SegmentAppender.Batch taken = journal.take();
                return () -> {
                    Gate closed = writeGate;
                    if (closed != null) {
                        closed.pass();
                    }
                    taken.write();
                };
            }

            @Override
            public void sync() throws IOException {
                syncs.incrementAndGet();
                Gate closed = gate;
                if (closed != null) {
                    closed.pass();
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
