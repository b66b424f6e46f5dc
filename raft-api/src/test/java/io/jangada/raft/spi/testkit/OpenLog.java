package io.jangada.raft.spi.testkit;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group's log together with what was heard of its writes, for one thread. */
final class OpenLog {
    private static final Membership MEMBERS =
            Membership.ofVoters(List.of(Member.parse("n1=h1:7001")));

    private final GroupLog log;
    private final RecordedWrites writes;
    private long lastSequence;

    private OpenLog(GroupLog log, RecordedWrites writes) {
        this.log = log;
        this.writes = writes;
    }

    static OpenLog open(LogStore store, GroupId group) {
        RecordedWrites writes = new RecordedWrites();
        return new OpenLog(store.open(group, writes), writes);
    }

    static OpenLog openForRebuild(LogStore store, GroupId group) {
        RecordedWrites writes = new RecordedWrites();
        return new OpenLog(store.openForRebuild(group, writes), writes);
    }

    GroupLog log() {
        return log;
    }

    RecordedWrites writes() {
        return writes;
    }

    /** Starts a write and returns its sequence; sequences grow by 3, since holes are allowed. */
    long start(@Nullable HardState hardState, List<LogEntry> entries) {
        long sequence = lastSequence + 3;
        writes.appending(() -> log.append(sequence, hardState, entries));
        lastSequence = sequence;
        return sequence;
    }

    long start(LogEntry... entries) {
        return start(null, List.of(entries));
    }

    /** Starts a write and waits until it is durable. */
    void write(@Nullable HardState hardState, List<LogEntry> entries) {
        writes.awaitPersisted(start(hardState, entries));
    }

    void write(LogEntry... entries) {
        write(null, List.of(entries));
    }

    /** Takes a snapshot, as a caller does before it compacts or resets. */
    void snapshot(long index, long term) {
        try (SnapshotSink sink =
                log.snapshots().create(new SnapshotMeta(index, term, 10 * index, 1, MEMBERS))) {
            sink.write(ByteBuffer.wrap(new byte[] {(byte) index}));
            sink.commit();
        }
    }

    /** Takes a snapshot and forgets what it covers. */
    void compact(long index) {
        snapshot(index, log.term(index));
        log.compact(index);
    }

    /** Puts a snapshot in the place of the log; returns the write's sequence. */
    long startReset(@Nullable HardState hardState, long index, long term) {
        snapshot(index, term);
        long sequence = lastSequence + 3;
        writes.appending(() -> log.reset(sequence, hardState, index, term));
        lastSequence = sequence;
        return sequence;
    }

    /** Puts a snapshot in the place of the log and waits until that is durable. */
    void reset(@Nullable HardState hardState, long index, long term) {
        writes.awaitPersisted(startReset(hardState, index, term));
    }

    /** The whole log. */
    List<LogEntry> all() {
        return log.lastIndex() < log.firstIndex()
                ? List.of()
                : log.entries(log.firstIndex(), log.lastIndex(), Long.MAX_VALUE);
    }
}
