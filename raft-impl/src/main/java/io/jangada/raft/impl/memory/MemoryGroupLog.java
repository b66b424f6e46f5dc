package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.WriteListener;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One opening of a group, with the listener that hears of the writes made through it. */
final class MemoryGroupLog implements GroupLog {
    private final MemoryGroup group;
    private final HardState recovered;
    private final WriteListener listener;
    private final Executor confirmer;
    private final Runnable onClose;

    private long appended;
    private long confirmed;

    /** Whether {@link #confirm} is queued or running; never twice at a time. */
    private boolean confirming;

    private @Nullable String closed;

    MemoryGroupLog(
            MemoryGroup group, WriteListener listener, Executor confirmer, Runnable onClose) {
        this.group = group;
        this.recovered = group.hardState();
        this.listener = Objects.requireNonNull(listener, "listener");
        this.confirmer = confirmer;
        this.onClose = onClose;
    }

    @Override
    public HardState hardState() {
        return recovered;
    }

    @Override
    public synchronized void append(
            long writeSequence, @Nullable HardState hardState, List<LogEntry> entries) {
        checkWrite(writeSequence);
        group.append(hardState, entries);
        written(writeSequence);
    }

    @Override
    public synchronized void reset(
            long writeSequence, @Nullable HardState hardState, long index, long term) {
        checkWrite(writeSequence);
        if (index < 1) {
            throw new IllegalArgumentException("a log cannot go on behind index " + index);
        }
        group.reset(hardState, index, term);
        written(writeSequence);
    }

    @Override
    public synchronized void compact(long index) {
        checkOpen();
        if (index > group.lastIndex()) {
            throw new IllegalArgumentException(
                    "index " + index + " is behind the end of the log, " + group.lastIndex());
        }
        group.compact(index);
    }

    @Override
    public SnapshotStore snapshots() {
        return group.snapshots();
    }

    @Override
    public boolean rebuilding() {
        return group.rebuilding();
    }

    @Override
    public synchronized void rebuilt() {
        checkOpen();
        group.rebuilt();
    }

    private void checkOpen() {
        if (closed != null) {
            throw new StoreException(closed, null);
        }
    }

    private void checkWrite(long writeSequence) {
        checkOpen();
        if (writeSequence <= appended) {
            throw new IllegalArgumentException(
                    "write " + writeSequence + " comes after write " + appended);
        }
    }

    private void written(long writeSequence) {
        appended = writeSequence;
        if (!confirming) {
            confirming = true;
            startConfirming();
        }
    }

    @Override
    public long firstIndex() {
        return group.firstIndex();
    }

    @Override
    public long lastIndex() {
        return group.lastIndex();
    }

    @Override
    public long term(long index) {
        return group.term(index);
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        return group.entries(from, to, bytesMax);
    }

    @Override
    public List<LogEntry> membershipEntries() {
        return group.membershipEntries();
    }

    @Override
    public void close() {
        if (refuseWrites("this log of the group is closed")) {
            onClose.run();
        }
    }

    /** Ends writing, whoever does it first. Returns false if that had happened before. */
    synchronized boolean refuseWrites(String reason) {
        if (closed != null) {
            return false;
        }
        closed = reason;
        return true;
    }

    private void startConfirming() {
        try {
            confirmer.execute(this::confirm);
        } catch (RejectedExecutionException e) {
            throw new StoreException("the executor that confirms writes has ended", e);
        }
    }

    /** One call of the listener confirms all that was appended in the meantime. */
    private void confirm() {
        for (long sequence = next(); sequence != 0; sequence = next()) {
            listener.onPersisted(sequence);
        }
    }

    private synchronized long next() {
        if (confirmed == appended) {
            confirming = false;
            return 0;
        }
        confirmed = appended;
        return confirmed;
    }
}
