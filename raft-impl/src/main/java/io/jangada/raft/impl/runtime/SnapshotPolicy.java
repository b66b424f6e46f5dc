package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.LogEntry;

/**
 * At which entries a snapshot is due. Decided by the entries alone, so that all nodes take the same
 * snapshots and one can finish what another began to send. What comes by time or on demand does not
 * count.
 */
final class SnapshotPolicy {
    private final long entries;
    private final long bytesMax;
    private long bytes;

    SnapshotPolicy(RaftConfig config) {
        this.entries = config.snapshotEntries();
        this.bytesMax = config.snapshotBytes();
    }

    /** Whether one is due behind this entry. Asked once for each entry, in order. */
    boolean isDueBehind(LogEntry entry) {
        bytes += entry.payloadBytes();
        boolean due = bytes >= bytesMax || entry.index() % entries == 0;
        if (due) {
            bytes = 0;
        }
        return due;
    }

    /** The state goes on behind a snapshot, which most often was due where it is. */
    void restart() {
        bytes = 0;
    }
}
