package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A group's log and hard state, as readers see it or as it is on the platters. Each entry carries a
 * hash of the log up to it: equal hashes mean equal logs up to there. What was compacted away
 * counts as what the cluster has committed: nothing else may be in a snapshot.
 */
final class GroupImage implements LogReader {
    private final ClusterRecord record;
    private final List<LogEntry> entries = new ArrayList<>();

    /** The configurations among the entries. */
    private final NavigableMap<Long, Membership> memberships = new TreeMap<>();

    private long[] prefixHashes = new long[64];

    /** The last entry that a snapshot stands for and the log has not. */
    private long baseIndex;

    private long baseTerm;
    private long baseHash;
    private HardState hardState = HardState.INITIAL;
    private boolean rebuilding;

    GroupImage(ClusterRecord record) {
        this.record = record;
    }

    GroupImage copy() {
        GroupImage copy = new GroupImage(record);
        copy.entries.addAll(entries);
        copy.memberships.putAll(memberships);
        copy.prefixHashes = prefixHashes.clone();
        copy.baseIndex = baseIndex;
        copy.baseTerm = baseTerm;
        copy.baseHash = baseHash;
        copy.hardState = hardState;
        copy.rebuilding = rebuilding;
        return copy;
    }

    void apply(DiskRecord change) {
        if (change instanceof DiskRecord.Vote vote) {
            hardState = vote.hardState();
        } else if (change instanceof DiskRecord.Truncation truncation) {
            truncate(truncation.from());
        } else if (change instanceof DiskRecord.Entry entry) {
            append(entry.entry());
        } else if (change instanceof DiskRecord.Compaction compaction) {
            compact(compaction.index());
        } else if (change instanceof DiskRecord.Reset reset) {
            reset(reset.index(), reset.term());
        } else if (change instanceof DiskRecord.Rebuilt) {
            rebuilding = false;
        }
    }

    private void append(LogEntry entry) {
        int position = entries.size();
        if (position == prefixHashes.length) {
            prefixHashes = Arrays.copyOf(prefixHashes, 2 * position);
        }
        prefixHashes[position] = hash(prefixHash(lastIndex()), entry);
        entries.add(entry);
        if (entry.type() == EntryType.MEMBERSHIP) {
            memberships.put(entry.index(), membership(entry));
        }
    }

    private void truncate(long from) {
        entries.subList(position(from), entries.size()).clear();
        memberships.tailMap(from, true).clear();
    }

    private void compact(long index) {
        if (index <= baseIndex) {
            return;
        }
        int dropped = position(index) + 1;
        baseTerm = term(index);
        baseHash = prefixHash(index);
        baseIndex = index;
        entries.subList(0, dropped).clear();
        memberships.headMap(index, true).clear();
        System.arraycopy(prefixHashes, dropped, prefixHashes, 0, entries.size());
    }

    private void reset(long index, long term) {
        baseIndex = index;
        baseTerm = term;
        baseHash = record.committedHash(index);
        entries.clear();
        memberships.clear();
    }

    /** Drops everything but term and vote: this copy was damaged. */
    void beginRebuild() {
        reset(0, 0);
        rebuilding = true;
    }

    private int position(long index) {
        return (int) (index - baseIndex - 1);
    }

    static Membership membership(LogEntry entry) {
        return Membership.parse(new String(entry.payload(), StandardCharsets.UTF_8));
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

    boolean rebuilding() {
        return rebuilding;
    }

    LogEntry entry(long index) {
        return entries.get(position(index));
    }

    /** Whether the entry itself is here, not only a snapshot that holds what it did. */
    boolean has(long index) {
        return index > baseIndex && index <= lastIndex();
    }

    /** Whether the log or the snapshot below it ends with, or contains, such an entry. */
    boolean has(long index, long term) {
        return index >= baseIndex && index <= lastIndex() && term(index) == term;
    }

    /** The hash of all entries up to an index; 0 for none. */
    long prefixHash(long index) {
        if (index < baseIndex) {
            return record.committedHash(index);
        }
        return index == baseIndex ? baseHash : prefixHashes[position(index)];
    }

    /** Whether this log holds, up to an index, the entries that have a hash. */
    boolean matches(long index, long prefixHash) {
        return index <= lastIndex() && prefixHash(index) == prefixHash;
    }

    /** The latest configuration up to an index, be it in the log or in a snapshot. */
    Membership membershipAt(long index) {
        Map.Entry<Long, Membership> latest = memberships.floorEntry(index);
        return latest == null ? record.membershipAt(Math.min(index, baseIndex)) : latest.getValue();
    }

    /** How many configurations stand above an index. */
    int membershipsAfter(long index) {
        return memberships.tailMap(index, false).size();
    }

    /** The term of the latest configuration in the log; 0 if a snapshot stands for it. */
    long latestMembershipTerm() {
        return memberships.isEmpty() ? 0 : term(memberships.lastKey());
    }

    @Override
    public long firstIndex() {
        return baseIndex + 1;
    }

    @Override
    public long lastIndex() {
        return baseIndex + entries.size();
    }

    @Override
    public long term(long index) {
        return index == baseIndex ? baseTerm : entry(index).term();
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        if (from <= baseIndex || to < from || to > lastIndex()) {
            throw new IndexOutOfBoundsException(
                    from + ".." + to + " is not within " + firstIndex() + ".." + lastIndex());
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
        return memberships.keySet().stream().map(this::entry).toList();
    }
}
