package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an all-knowing observer has seen: who led which term, and what was committed when. */
final class ClusterRecord {
    private final Map<Long, SimNode> leaders = new TreeMap<>();

    /** Hash of the log up to each committed index. */
    private long[] committedHashes = new long[256];

    /** Term of each committed entry. */
    private long[] committedTerms = new long[256];

    /** Cluster time of each committed entry. */
    private long[] committedTimes = new long[256];

    /** The committed configurations by their indexes. */
    private final NavigableMap<Long, Membership> memberships = new TreeMap<>();

    private long commitIndex;

    /** For each term whose leader committed something, up to where. */
    private final TreeMap<Long, Long> commitByTerm = new TreeMap<>();

    @Nullable SimNode leaderOf(long term) {
        return leaders.get(term);
    }

    void leads(SimNode node, long term) {
        leaders.putIfAbsent(term, node);
    }

    long commitIndex() {
        return commitIndex;
    }

    /** The hash of the log up to a committed index; 0 for an index that is not committed. */
    long committedHash(long index) {
        return index > commitIndex ? 0 : committedHashes[(int) index];
    }

    /** The term of a committed entry; 0 for index 0. */
    long committedTerm(long index) {
        return committedTerms[(int) index];
    }

    /** The cluster time of a committed entry; 0 for index 0. */
    long committedTime(long index) {
        return committedTimes[(int) index];
    }

    /** The configuration in force at a committed index. */
    Membership membershipAt(long index) {
        Map.Entry<Long, Membership> latest = memberships.floorEntry(index);
        return latest == null ? Membership.EMPTY : latest.getValue();
    }

    /** Where the configuration in force at a committed index stands. */
    long membershipIndexAt(long index) {
        Long latest = memberships.floorKey(index);
        return latest == null ? 0 : latest;
    }

    /** The latest committed configuration. */
    Membership membership() {
        return membershipAt(commitIndex);
    }

    /** The highest term whose leader has committed an entry; 0 if none has. */
    long committedTerm() {
        return commitByTerm.isEmpty() ? 0 : commitByTerm.lastKey();
    }

    /** What leaders of earlier terms have committed. */
    long commitBefore(long term) {
        Map.Entry<Long, Long> earlier = commitByTerm.lowerEntry(term);
        return earlier == null ? 0 : earlier.getValue();
    }

    void add(SimNode node, CoreStatus now) {
        if (now.role() == Role.LEADER) {
            leads(node, now.currentTerm());
        }
        GroupImage log = node.log();
        if (log == null || now.commitIndex() <= commitIndex) {
            return;
        }
        while (commitIndex < now.commitIndex() && log.has(commitIndex + 1)) {
            add(log.entry(commitIndex + 1), log.prefixHash(commitIndex + 1));
        }
        // A leader commits up to an entry of its own term.
        commitByTerm.merge(committedTerm(commitIndex), commitIndex, Math::max);
    }

    private void add(LogEntry entry, long prefixHash) {
        commitIndex = entry.index();
        if (commitIndex == committedHashes.length) {
            int more = 2 * committedHashes.length;
            committedHashes = Arrays.copyOf(committedHashes, more);
            committedTerms = Arrays.copyOf(committedTerms, more);
            committedTimes = Arrays.copyOf(committedTimes, more);
        }
        int position = (int) commitIndex;
        committedHashes[position] = prefixHash;
        committedTerms[position] = entry.term();
        committedTimes[position] = entry.clusterTimeMillis();
        if (entry.type() == EntryType.MEMBERSHIP) {
            memberships.put(entry.index(), GroupImage.membership(entry));
        }
    }
}
