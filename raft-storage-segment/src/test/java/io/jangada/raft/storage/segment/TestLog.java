package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** An open group whose client can wait for its writes. */
final class TestLog implements WriteListener, AutoCloseable {
    static final StoreIdentity IDENTITY =
            new StoreIdentity("testers", NodeId.of("n1"), StoreId.of(0x77, 0x88));
    static final int SEGMENT_BYTES = 128 << 10;

    private static final Membership MEMBERS =
            Membership.ofVoters(List.of(Member.parse("n1=h1:7001")));

    final GroupLog log;
    private long lastWrite;
    private long persisted;
    private int failures;
    private @Nullable StoreException failure;

    private TestLog(LogStore store, GroupId group, boolean rebuild) {
        log = rebuild ? store.openForRebuild(group, this) : store.open(group, this);
    }

    static SegmentLogStore.Builder builder() {
        return StoreUnderTest.get()
                .builder()
                .segmentBytes(SEGMENT_BYTES)
                .readCacheBytes(1 << 16)
                .recentEntriesBytes(1 << 14);
    }

    /**
     * For tests that wait for each write: segments hold as many of them, however they are written.
     */
    static SegmentLogStore openForSingleWrites(Path folder) {
        return forSingleWrites().open(folder, IDENTITY);
    }

    static SegmentLogStore.Builder forSingleWrites() {
        return builder().segmentBytes(StoreUnderTest.get().spread() * SEGMENT_BYTES);
    }

    static SegmentLogStore openStore(Path folder) {
        return builder().open(folder, IDENTITY);
    }

    static TestLog open(LogStore store, String group) {
        return new TestLog(store, GroupId.of(group), false);
    }

    static TestLog openForRebuild(LogStore store, String group) {
        return new TestLog(store, GroupId.of(group), true);
    }

    @Override
    public synchronized void onPersisted(long writeSequence) {
        persisted = writeSequence;
        notifyAll();
    }

    @Override
    public synchronized void onFailed(StoreException cause) {
        failure = cause;
        failures++;
        notifyAll();
    }

    synchronized long persisted() {
        return persisted;
    }

    synchronized int failures() {
        return failures;
    }

    synchronized @Nullable StoreException failure() {
        return failure;
    }

    long start(@Nullable HardState hardState, List<LogEntry> entries) {
        log.append(++lastWrite, hardState, entries);
        return lastWrite;
    }

    /** Waits until a write is durable or the store has failed; true if it is durable. */
    synchronized boolean await(long write) {
        try {
            while (persisted < write && failure == null) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return persisted >= write;
    }

    void write(@Nullable HardState hardState, List<LogEntry> entries) {
        if (!await(start(hardState, entries))) {
            throw new AssertionError("the write failed", failure());
        }
    }

    /** Writes entries one by one, each durable before the next. */
    void writeEach(List<LogEntry> entries) {
        entries.forEach(entry -> write(null, List.of(entry)));
    }

    /** Takes a snapshot, without which a compacted log does not open again. */
    void snapshot(long index) {
        SnapshotMeta meta = new SnapshotMeta(index, 1, 0, 1, MEMBERS);
        try (SnapshotSink sink = log.snapshots().create(meta)) {
            sink.commit();
        }
    }

    long startReset(@Nullable HardState hardState, long index, long term) {
        log.reset(++lastWrite, hardState, index, term);
        return lastWrite;
    }

    List<LogEntry> all() {
        return log.lastIndex() < log.firstIndex()
                ? List.of()
                : log.entries(log.firstIndex(), log.lastIndex(), Long.MAX_VALUE);
    }

    @Override
    public void close() {
        log.close();
    }

    /** Entries with contents that tell index and term. */
    static List<LogEntry> entries(long from, long to, long term, int payloadBytes) {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(entry(index, term, payloadBytes));
        }
        return entries;
    }

    static LogEntry entry(long index, long term, int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        new Random(index * 31 + term).nextBytes(payload);
        return new LogEntry(index, term, index * 10, EntryType.COMMAND, payload);
    }
}
