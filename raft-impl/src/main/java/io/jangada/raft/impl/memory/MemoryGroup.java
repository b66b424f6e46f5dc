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
    private static final long FIRST_INDEX = 1;

    private final int entryBytesMax;
    private final List<LogEntry> entries = new ArrayList<>();
    private final List<LogEntry> memberships = new ArrayList<>();
    private HardState hardState = HardState.INITIAL;

    MemoryGroup(int entryBytesMax) {
        this.entryBytesMax = entryBytesMax;
    }

    synchronized HardState hardState() {
        return hardState;
    }

    @Override
    public long firstIndex() {
        return FIRST_INDEX;
    }

    @Override
    public synchronized long lastIndex() {
        return FIRST_INDEX - 1 + entries.size();
    }

    @Override
    public synchronized long term(long index) {
        return index == FIRST_INDEX - 1 ? 0 : entries.get(position(index)).term();
    }

    @Override
    public synchronized List<LogEntry> entries(long from, long to, long bytesMax) {
        if (from < FIRST_INDEX || to < from || to > lastIndex()) {
            throw new IndexOutOfBoundsException(
                    from + ".." + to + " is not within " + FIRST_INDEX + ".." + lastIndex());
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

    private void check(List<LogEntry> added) {
        long next = added.get(0).index();
        if (next < FIRST_INDEX || next > lastIndex() + 1) {
            throw new IllegalArgumentException(
                    "entries from "
                            + next
                            + " on do not fit a log of "
                            + FIRST_INDEX
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
        entries.subList((int) (index - FIRST_INDEX), entries.size()).clear();
        memberships.removeIf(entry -> entry.index() >= index);
    }

    private int position(long index) {
        return (int) Objects.checkIndex(index - FIRST_INDEX, (long) entries.size());
    }
}
