package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private static final long MISSING_MAX = 1 << 20;
    private static final int RUN_MAX = 1024;

    /** The writer's view; this class does not touch it. */
    final GroupMark mark;

    private long firstIndex = 1;

    /** The term of the entry before the first. */
    private long prefixTerm;

    private final TermRanges terms = new TermRanges();
    private final PositionList positions = new PositionList();
    private final SegmentShares shares = new SegmentShares();
    private final RecentEntries recent = new RecentEntries();
    private final List<Long> membershipIndexes = new ArrayList<>();
    private HardState hardState = HardState.INITIAL;
    private boolean rebuilding;

    /** Of recovery: an entry that is missing from a log too long to tell of each, or 0. */
    private long firstLost;

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
        return index < firstIndex ? prefixTerm : terms.term(index);
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
                shares.add(at[i], RecordFormat.bytes(mark.name.length, entry.payloadBytes()));
            }
        }
    }

    /**
     * Forgets the entries up to an index, which is within the log or directly before it.
     *
     * @return that index's term
     */
    synchronized long compact(long index) {
        long term = term(index);
        drop(index, term);
        return term;
    }

    private void drop(long index, long term) {
        int count = (int) (index + 1 - firstIndex);
        for (int i = 0; i < count; i++) {
            shares.remove(positions.get(i));
        }
        positions.dropFirst(count);
        terms.dropBelow(index + 1);
        recent.dropBelow(index + 1);
        membershipIndexes.removeIf(membership -> membership <= index);
        firstIndex = index + 1;
        prefixTerm = term;
    }

    /** Empties the log, which goes on behind an index of this term. */
    synchronized void reset(@Nullable HardState newHardState, long index, long term) {
        if (newHardState != null) {
            hardState = newHardState;
        }
        clear(index, term);
    }

    private void clear(long index, long term) {
        positions.truncate(0);
        terms.clear();
        shares.clear();
        recent.clear();
        membershipIndexes.clear();
        firstIndex = index + 1;
        prefixTerm = term;
    }

    synchronized boolean rebuilding() {
        return rebuilding;
    }

    synchronized void rebuilt() {
        rebuilding = false;
    }

    /** Begins anew with nothing but the hard state. */
    synchronized void beginRebuild() {
        clear(0, 0);
        firstLost = 0;
        rebuilding = true;
    }

    /** Whether an entry is part of the log and stands at this position. */
    synchronized boolean isLive(long index, long position) {
        return index >= firstIndex && index <= last() && positions.get(slot(index)) == position;
    }

    /** An entry was written once more, unless the log has lost it meanwhile. */
    synchronized void moved(long index, long from, long to, long recordBytes) {
        if (isLive(index, from)) {
            positions.set(slot(index), to);
            shares.remove(from);
            shares.add(to, recordBytes);
        }
    }

    /** Tells what of which segments the log needs. */
    synchronized void visitShares(SegmentShares.Visitor visitor) {
        shares.visit(visitor);
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

    /** Gives away the entries from an index on, as far as they are in memory without a gap. */
    synchronized void inMemory(long from, long to, EntryBatch batch) {
        checkRange(from, to);
        long index = from;
        LogEntry entry = recent.get(index);
        while (entry != null && batch.add(entry) && index < to) {
            entry = recent.get(++index);
        }
    }

    /** The entry if it is in memory. */
    synchronized @Nullable LogEntry inMemory(long index) {
        return recent.get(index);
    }

    /** Where an entry stands, {@link Position#NONE} if it is not there. */
    synchronized long position(long index) {
        return index >= firstIndex && index <= last() ? positions.get(slot(index)) : Position.NONE;
    }

    /** Where the entries from an index on stand, up to the first that is in memory. */
    synchronized long[] positions(long from, long to) {
        checkRange(from, to);
        long[] found = new long[(int) Math.min(to - from + 1, RUN_MAX)];
        int count = 0;
        // What is in memory may have a position, and not be written there yet.
        while (count < found.length && recent.get(from + count) == null) {
            found[count] = positions.get(slot(from + count));
            count++;
        }
        return Arrays.copyOf(found, count);
    }

    synchronized List<Long> membershipIndexes() {
        return List.copyOf(membershipIndexes);
    }

    // Recovery, before any other thread knows this object.

    /** An entry was found. What lies between it and the last one is missing. */
    void recoverEntry(long index, long term, boolean membership, long position, long recordBytes) {
        if (index < firstIndex || index > last() + MISSING_MAX) {
            // Only a damage does this. Slots for what is missing could take all memory.
            firstLost = Math.max(1, Math.min(index, last() + 1));
            clear(index - 1, 0);
        }
        recoverLastIndex(index - 1);
        add(index, term, membership, position);
        shares.add(position, recordBytes);
    }

    /** An entry of the log was found once more, maybe after its segment was deleted. */
    void recoverRewritten(
            long index, long term, boolean membership, long position, long recordBytes) {
        if (index < firstIndex || index > last()) {
            return;
        }
        shares.remove(positions.get(slot(index)));
        positions.set(slot(index), position);
        shares.add(position, recordBytes);
        terms.set(index, term, last());
        if (membership && !membershipIndexes.contains(index)) {
            membershipIndexes.add(index);
            membershipIndexes.sort(null);
        }
    }

    /**
     * The log begins behind an index of this term: anything up to there is gone. It may begin
     * earlier than the log known so far if that was given up meanwhile.
     */
    void recoverPrefix(long index, long term) {
        if (index >= last() || index < firstIndex - 1) {
            clear(index, term);
        } else if (index >= firstIndex) {
            drop(index, term);
        }
    }

    void recoverReset(long index, long term) {
        clear(index, term);
        firstLost = 0;
    }

    void recoverRebuilding(boolean recovered) {
        rebuilding = recovered;
    }

    /** The log ends here: anything above is gone, anything unknown below is missing. */
    void recoverLastIndex(long index) {
        if (index > last() + MISSING_MAX) {
            // As in recoverEntry.
            firstLost = last() + 1;
            clear(index, 0);
            return;
        }
        if (index < last()) {
            truncate(Math.max(index + 1, firstIndex));
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
        if (firstLost != 0) {
            return firstLost;
        }
        for (int i = 0; i < positions.size(); i++) {
            if (positions.get(i) == Position.NONE) {
                return firstIndex + i;
            }
        }
        return 0;
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
        for (int i = slot(from); i < positions.size(); i++) {
            shares.remove(positions.get(i));
        }
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
