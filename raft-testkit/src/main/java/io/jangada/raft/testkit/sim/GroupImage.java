package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A group's log and hard state, as readers see it or as it is on the platters. Each entry carries a
 * hash of the log up to it: equal hashes mean equal logs up to there.
 */
final class GroupImage implements LogReader {
    private static final long FIRST_INDEX = 1;

    private final List<LogEntry> entries = new ArrayList<>();
    private long[] prefixHashes = new long[64];
    private HardState hardState = HardState.INITIAL;

    GroupImage copy() {
        GroupImage copy = new GroupImage();
        copy.entries.addAll(entries);
        copy.prefixHashes = prefixHashes.clone();
        copy.hardState = hardState;
        return copy;
    }

    void apply(DiskRecord record) {
        if (record instanceof DiskRecord.Vote vote) {
            hardState = vote.hardState();
        } else if (record instanceof DiskRecord.Truncation truncation) {
            entries.subList((int) (truncation.from() - FIRST_INDEX), entries.size()).clear();
        } else if (record instanceof DiskRecord.Entry entry) {
            append(entry.entry());
        }
    }

    private void append(LogEntry entry) {
        int position = entries.size();
        if (position == prefixHashes.length) {
            prefixHashes = Arrays.copyOf(prefixHashes, 2 * position);
        }
        prefixHashes[position] = hash(position == 0 ? 0 : prefixHashes[position - 1], entry);
        entries.add(entry);
    }

    private static long hash(long before, LogEntry entry) {
        long hash = SimRandom.mix(before + 0x9E3779B97F4A7C15L ^ entry.index());
        hash = SimRandom.mix(hash ^ entry.term() * 31 + entry.type().code());
        hash = SimRandom.mix(hash ^ entry.clusterTimeMillis());
        return SimRandom.mix(hash ^ Arrays.hashCode(entry.payload()));
    }

    HardState hardState() {
        return hardState;
    }

    LogEntry entry(long index) {
        return entries.get((int) (index - FIRST_INDEX));
    }

    boolean has(long index) {
        return index >= FIRST_INDEX && index <= lastIndex();
    }

    /** The hash of all entries up to an index; 0 for none. */
    long prefixHash(long index) {
        return index < FIRST_INDEX ? 0 : prefixHashes[(int) (index - FIRST_INDEX)];
    }

    /** Whether this log holds, up to an index, the entries that have a hash. */
    boolean matches(long index, long prefixHash) {
        return index < FIRST_INDEX || (has(index) && prefixHash(index) == prefixHash);
    }

    @Override
    public long firstIndex() {
        return FIRST_INDEX;
    }

    @Override
    public long lastIndex() {
        return FIRST_INDEX - 1 + entries.size();
    }

    @Override
    public long term(long index) {
        return index == FIRST_INDEX - 1 ? 0 : entry(index).term();
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        if (from < FIRST_INDEX || to < from || to > lastIndex()) {
            throw new IndexOutOfBoundsException(
                    from + ".." + to + " is not within " + FIRST_INDEX + ".." + lastIndex());
        }
        List<LogEntry> found = new ArrayList<>();
        long bytes = 0;
        for (long index = from; index <= to; index++) {
            LogEntry entry = entry(index);
            bytes += entry.payloadBytes();
            if (bytes > bytesMax && !found.isEmpty()) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    @Override
    public List<LogEntry> membershipEntries() {
        return entries.stream().filter(entry -> entry.type() == EntryType.MEMBERSHIP).toList();
    }
}
