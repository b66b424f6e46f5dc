package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries that are read together: the first whatever its size, and more until the bytes are used
 * up.
 */
final class EntryBatch {
    private final List<LogEntry> entries;
    private final long bytesMax;
    private long bytes;
    private boolean full;

    EntryBatch(int entriesExpected, long bytesMax) {
        this.entries = new ArrayList<>(entriesExpected);
        this.bytesMax = bytesMax;
    }

    /** Takes the next entry, unless it is too much; returns whether it was taken. */
    boolean add(LogEntry entry) {
        bytes += entry.payloadBytes();
        full = bytes > bytesMax && !entries.isEmpty();
        if (!full) {
            entries.add(entry);
        }
        return !full;
    }

    boolean isFull() {
        return full;
    }

    int size() {
        return entries.size();
    }

    List<LogEntry> entries() {
        return entries;
    }
}
