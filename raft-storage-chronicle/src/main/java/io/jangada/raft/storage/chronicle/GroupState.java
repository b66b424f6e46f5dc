package io.jangada.raft.storage.chronicle;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is in memory of one group: where its log begins and ends, its terms, and for every entry the
 * entry itself or its position in a segment.
 *
 * <p>Three threads meet here: the loop appends, the writer says where entries came to stand, the
 * applier reads. All of it is short and under this object's lock.
 *
 * <p>Invariant: an entry without a position is in {@link #recent}, once recovery is over.
 */
final class GroupState {
    /** The writer's view; this class does not touch it. */
    final GroupMark mark;

    /** Prefixes are dropped by compaction, which does not exist yet. */
    private final long firstIndex = 1;

    private final TermRanges terms = new TermRanges();
    private final PositionList positions = new PositionList();
    private final RecentEntries recent = new RecentEntries();
    private final List<Long> membershipIndexes = new ArrayList<>();
    private HardState hardState = HardState.INITIAL;

    GroupState(GroupMark mark) {
        this.mark = mark;
    }

    GroupId group() {
        return mark.group;
    }

    synchronized HardState hardState() {
        return hardState;
    }

    synchronized long firstIndex() {
        return firstIndex;
    }

    synchronized long lastIndex() {
        return last();
    }

    private long last() {
        return firstIndex + positions.size() - 1;
    }

    synchronized long term(long index) {
        if (index < firstIndex - 1 || index > last()) {
            throw outOfBounds(index, index);
        }
        return index < firstIndex ? 0 : terms.term(index);
    }

    /**
     * Takes a write in, so that it is readable from now on.
     *
     * @return the first index that the write truncates, or 0 if it truncates nothing
     */
    synchronized long append(@Nullable HardState newHardState, List<LogEntry> entries) {
        if (newHardState != null) {
            hardState = newHardState;
        }
        if (entries.isEmpty()) {
            return 0;
        }
        long from = entries.get(0).index();
        long truncatesFrom = from <= last() ? from : 0;
        if (truncatesFrom != 0) {
            truncate(from);
        }
        for (LogEntry entry : entries) {
            add(entry.index(), entry.term(), entry.type() == EntryType.MEMBERSHIP, Position.NONE);
            recent.append(entry);
        }
        return truncatesFrom;
    }

    /**
     * Where entries came to stand. One that was replaced meanwhile is passed over: the index then
     * holds another object.
     */
    @SuppressWarnings("ReferenceEquality") // An equal entry of a later write is not written yet.
    synchronized void written(List<LogEntry> entries, long[] at) {
        for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            if (recent.get(entry.index()) == entry) {
                positions.set(slot(entry.index()), at[i]);
            }
        }
    }

    /** Lets go of the memory of entries up to an index, as far as they have been written. */
    synchronized void forget(long upTo) {
        while (!recent.isEmpty()
                && recent.first() <= upTo
                && positions.get(slot(recent.first())) != Position.NONE) {
            recent.dropFirst();
        }
    }

    /** Checks a range of indexes to read. */
    synchronized void checkRange(long from, long to) {
        if (from < firstIndex || to > last() || from > to) {
            throw outOfBounds(from, to);
        }
    }

    /** The entry if it is in memory. */
    synchronized @Nullable LogEntry inMemory(long index) {
        return recent.get(index);
    }

    /** Where an entry stands, {@link Position#NONE} if it is not there. */
    synchronized long position(long index) {
        return index <= last() ? positions.get(slot(index)) : Position.NONE;
    }

    synchronized List<Long> membershipIndexes() {
        return List.copyOf(membershipIndexes);
    }

    // Recovery, before any other thread knows this object.

    /** An entry was found. What lies between it and the last one is missing. */
    void recoverEntry(long index, long term, boolean membership, long position) {
        recoverLastIndex(index - 1);
        add(index, term, membership, position);
    }

    /** The log ends here: anything above is gone, anything unknown below is missing. */
    void recoverLastIndex(long index) {
        if (index < last()) {
            truncate(index + 1);
        }
        while (last() < index) {
            add(last() + 1, 0, false, Position.NONE);
        }
    }

    void recoverHardState(HardState recovered) {
        hardState = recovered;
    }

    /** The first index that has no entry, or 0 if none is missing. */
    long firstMissing() {
        for (int i = 0; i < positions.size(); i++) {
            if (positions.get(i) == Position.NONE) {
                return firstIndex + i;
            }
        }
        return 0;
    }

    /** Adds the numbers of all segments that hold an entry of this group. */
    void addSegments(Set<Integer> segments) {
        int last = 0;
        for (int i = 0; i < positions.size(); i++) {
            int segment = Position.segment(positions.get(i));
            if (segment != last) {
                segments.add(segment);
                last = segment;
            }
        }
    }

    private void add(long index, long term, boolean membership, long position) {
        terms.append(index, term);
        positions.add(position);
        if (membership) {
            membershipIndexes.add(index);
        }
    }

    private void truncate(long from) {
        terms.truncate(from);
        positions.truncate(slot(from));
        recent.truncate(from);
        membershipIndexes.removeIf(index -> index >= from);
    }

    private int slot(long index) {
        return (int) (index - firstIndex);
    }

    private IndexOutOfBoundsException outOfBounds(long from, long to) {
        return new IndexOutOfBoundsException(
                "group '%s' has no entries %d to %d: its log goes from %d to %d"
                        .formatted(mark.group, from, to, firstIndex, last()));
    }
}
