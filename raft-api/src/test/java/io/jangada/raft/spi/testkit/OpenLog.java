package io.jangada.raft.spi.testkit;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group's log together with what was heard of its writes, for one thread. */
final class OpenLog {
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

    /** The whole log. */
    List<LogEntry> all() {
        return log.lastIndex() < log.firstIndex()
                ? List.of()
                : log.entries(log.firstIndex(), log.lastIndex(), Long.MAX_VALUE);
    }
}
