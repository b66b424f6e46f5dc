package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.LogEntry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The newest entries of a group, consecutive, in a ring that grows as needed. */
final class RecentEntries {
    private static final int CAPACITY_MIN = 16;

    private @Nullable LogEntry[] ring = new @Nullable LogEntry[CAPACITY_MIN];
    private long first = 1;
    private long next = 1;

    /** Adds the entry after the last one; the first one may have any index. */
    void append(LogEntry entry) {
        if (first == next) {
            first = entry.index();
            next = first;
        }
        if (next - first == ring.length) {
            grow();
        }
        ring[slot(next++)] = entry;
    }

    /** The entry at an index, or null if it is not here. */
    @Nullable LogEntry get(long index) {
        return index >= first && index < next ? ring[slot(index)] : null;
    }

    /** Forgets everything from this index on. */
    void truncate(long from) {
        while (next > first && next > from) {
            ring[slot(--next)] = null;
        }
    }

    /** The lowest index here; one above the last if empty. */
    long first() {
        return first;
    }

    /** Forgets the first entry, of which there must be one. */
    void dropFirst() {
        Objects.requireNonNull(ring[slot(first)]);
        ring[slot(first++)] = null;
        if (first == next && ring.length > CAPACITY_MIN) {
            ring = new @Nullable LogEntry[CAPACITY_MIN];
        }
    }

    /** Forgets everything below an index. */
    void dropBelow(long index) {
        while (first < next && first < index) {
            dropFirst();
        }
    }

    void clear() {
        ring = new @Nullable LogEntry[CAPACITY_MIN];
        first = next;
    }

    boolean isEmpty() {
        return first == next;
    }

    private int slot(long index) {
        return (int) index & ring.length - 1;
    }

    private void grow() {
        @Nullable LogEntry[] larger = new @Nullable LogEntry[ring.length * 2];
        for (long i = first; i < next; i++) {
            larger[(int) i & larger.length - 1] = ring[slot(i)];
        }
        ring = larger;
    }
}
