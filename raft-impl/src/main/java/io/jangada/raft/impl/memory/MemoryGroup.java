package io.jangada.raft.impl.memory;

import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one group has written; outlives the handles on it. The object's monitor guards it all. */
final class MemoryGroup implements LogReader {
    private final int entryBytesMax;
    private final List<LogEntry> entries = new ArrayList<>();
    private final List<LogEntry> memberships = new ArrayList<>();
    private final MemorySnapshots snapshots = new MemorySnapshots();
    private HardState hardState = HardState.INITIAL;
    private boolean rebuilding;

    /** The last entry that is gone, at the bottom of the log. */
    private long bottomIndex;

    private long bottomTerm;

    MemoryGroup(int entryBytesMax) {
        this.entryBytesMax = entryBytesMax;
    }

    synchronized HardState hardState() {
        return hardState;
    }

    MemorySnapshots snapshots() {
        return snapshots;
    }

    synchronized boolean rebuilding() {
        return rebuilding;
    }

    synchronized void rebuilt() {
        rebuilding = false;
    }

    /** Drops everything but the hard state, as after damage. */
    synchronized void beginRebuild() {
        reset(null, 0, 0);
        snapshots.clear();
        rebuilding = true;
    }

    @Override
    public synchronized long firstIndex() {
        return bottomIndex + 1;
    }

    @Override
    public synchronized long lastIndex() {
        return bottomIndex + entries.size();
    }

    @Override
    public synchronized long term(long index) {
        return index == bottomIndex ? bottomTerm : entries.get(position(index)).term();
    }

    @Override
    public synchronized List<LogEntry> entries(long from, long to, long bytesMax) {
        if (from <= bottomIndex || to < from || to > lastIndex()) {
            throw new IndexOutOfBoundsException(
                    from + ".." + to + " is not within " + firstIndex() + ".." + lastIndex());
        }
        List<LogEntry> found = new ArrayList<>();
        long bytes = 0;
        for (LogEntry entry : entries.subList(position(from), position(to) + 1)) {
            bytes += entry.payloadBytes();
            if (bytes > bytesMax && !found.isEmpty()) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    @Override
    public synchronized List<LogEntry> membershipEntries() {
        return List.copyOf(memberships);
    }

    /** Everything is checked before anything is changed. */
    synchronized void append(@Nullable HardState newHardState, List<LogEntry> added) {
        if (!added.isEmpty()) {
            check(added);
            truncateFrom(added.get(0).index());
        }
        for (LogEntry entry : added) {
            entries.add(entry);
            if (entry.type() == EntryType.MEMBERSHIP) {
                memberships.add(entry);
            }
        }
        if (newHardState != null) {
            hardState = newHardState;
        }
    }

    synchronized void compact(long index) {
        if (index <= bottomIndex) {
            return;
        }
        long term = term(index);
        entries.subList(0, (int) (index - bottomIndex)).clear();
        memberships.removeIf(entry -> entry.index() <= index);
        bottomIndex = index;
        bottomTerm = term;
    }

    synchronized void reset(@Nullable HardState newHardState, long index, long term) {
        entries.clear();
        memberships.clear();
        bottomIndex = index;
        bottomTerm = term;
        if (newHardState != null) {
            hardState = newHardState;
        }
    }

    private void check(List<LogEntry> added) {
        long next = added.get(0).index();
        if (next <= bottomIndex || next > lastIndex() + 1) {
            throw new IllegalArgumentException(
                    "entries from "
                            + next
                            + " on do not fit a log of "
                            + firstIndex()
                            + ".."
                            + lastIndex());
        }
        for (LogEntry entry : added) {
            if (entry.index() != next) {
                throw new IllegalArgumentException(
                        "entry " + entry + " stands where entry " + next + " must be");
            }
            if (entry.payloadBytes() > entryBytesMax) {
                throw new IllegalArgumentException(
                        "entry " + entry + " exceeds the limit of " + entryBytesMax + " B");
            }
            next++;
        }
    }

    private void truncateFrom(long index) {
        entries.subList((int) (index - bottomIndex - 1), entries.size()).clear();
        memberships.removeIf(entry -> entry.index() >= index);
    }

    private int position(long index) {
        return (int) Objects.checkIndex(index - bottomIndex - 1, (long) entries.size());
    }
}
