package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.WriteListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group's log as one life of its node sees it: every append at once, durable or not. */
final class SimGroupLog implements GroupLog {
    private final SimLogStore store;
    private final GroupId group;
    private final GroupImage image;
    private final HardState recovered;
    private final WriteListener listener;
    private final SimSnapshotStore snapshots;
    private final long heldSinceNanos;
    private long appended;

    /** The last write that the sync under way covers. */
    private long syncing;

    private long confirmed;

    SimGroupLog(
            SimLogStore store,
            GroupId group,
            GroupImage image,
            SimSnapshotStore snapshots,
            long heldSinceNanos,
            WriteListener listener) {
        this.store = store;
        this.group = group;
        this.image = image;
        this.recovered = image.hardState();
        this.snapshots = snapshots;
        this.heldSinceNanos = heldSinceNanos;
        this.listener = listener;
    }

    /** What readers see now. */
    GroupImage image() {
        return image;
    }

    @Override
    public HardState hardState() {
        return recovered;
    }

    @Override
    public Duration heldFor() {
        return Duration.ofNanos(node().localNanos() - heldSinceNanos);
    }

    @Override
    public void append(long writeSequence, @Nullable HardState hardState, List<LogEntry> entries) {
        beginWrite(writeSequence);
        take(
                new DiskOperation.Append(node().id(), hardState, entries),
                records(hardState, entries));
    }

    @Override
    public void reset(long writeSequence, @Nullable HardState hardState, long index, long term) {
        beginWrite(writeSequence);
        List<DiskRecord> records = new ArrayList<>();
        if (hardState != null) {
            records.add(new DiskRecord.Vote(group, hardState));
        }
        records.add(new DiskRecord.Reset(group, index, term));
        take(new DiskOperation.Reset(node().id(), index, term), records);
    }

    private void beginWrite(long writeSequence) {
        store.checkWorking();
        if (writeSequence <= appended) {
            throw new IllegalArgumentException(
                    "write " + writeSequence + " comes after write " + appended);
        }
        appended = writeSequence;
    }

    @Override
    public void compact(long index) {
        store.checkWorking();
        if (index > image.lastIndex()) {
            throw new IllegalArgumentException(
                    "the log ends at " + image.lastIndex() + ", before " + index);
        }
        if (index >= image.firstIndex()) {
            take(
                    new DiskOperation.Compact(node().id(), index),
                    List.of(new DiskRecord.Compaction(group, index)));
        }
    }

    @Override
    public void rebuilt() {
        store.checkWorking();
        take(
                new DiskOperation.Append(node().id(), null, List.of()),
                List.of(new DiskRecord.Rebuilt(group)));
    }

    private void take(DiskOperation operation, List<DiskRecord> records) {
        SimNode node = node();
        try {
            store.disk().append(store, operation, records);
        } catch (StoreException e) {
            throw store.refused(e);
        }
        for (DiskRecord record : records) {
            node.invariants().beforeAppend(node, image, record);
            image.apply(record);
            node.invariants().onAppend(node, image, record);
        }
    }

    private SimNode node() {
        return store.life().node();
    }

    @Override
    public boolean rebuilding() {
        return image.rebuilding();
    }

    @Override
    public SnapshotStore snapshots() {
        return snapshots;
    }

    private List<DiskRecord> records(@Nullable HardState hardState, List<LogEntry> entries) {
        List<DiskRecord> records = new ArrayList<>();
        if (hardState != null) {
            records.add(new DiskRecord.Vote(group, hardState));
        }
        if (!entries.isEmpty()) {
            long next = entries.get(0).index();
            if (next < image.firstIndex() || next > image.lastIndex() + 1) {
                throw new IllegalArgumentException(
                        "entries from " + next + " leave a hole after " + image.lastIndex());
            }
            if (next <= image.lastIndex()) {
                records.add(new DiskRecord.Truncation(group, next));
            }
            for (LogEntry entry : entries) {
                if (entry.index() != next++) {
                    throw new IllegalArgumentException("entries are not consecutive: " + entries);
                }
                records.add(new DiskRecord.Entry(group, entry));
            }
        }
        return records;
    }

    void syncBegins() {
        syncing = appended;
    }

    void syncEnded() {
        long durable = syncing;
        if (durable > confirmed) {
            confirmed = durable;
            store.life().run(() -> listener.onPersisted(durable));
        }
    }

    void failed(StoreException cause) {
        store.life().run(() -> listener.onFailed(cause));
    }

    @Override
    public void close() {
        store.closed(group);
    }

    @Override
    public long firstIndex() {
        return image.firstIndex();
    }

    @Override
    public long lastIndex() {
        return image.lastIndex();
    }

    @Override
    public long term(long index) {
        return image.term(index);
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        return image.entries(from, to, bytesMax);
    }

    @Override
    public List<LogEntry> membershipEntries() {
        return image.membershipEntries();
    }
}
