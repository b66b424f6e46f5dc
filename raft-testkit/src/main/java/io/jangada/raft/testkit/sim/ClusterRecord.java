package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an all-knowing observer has seen: who led which term, and what was committed when. */
final class ClusterRecord {
    private final Map<Long, SimNode> leaders = new TreeMap<>();

    /** Hash of the log up to each committed index. */
    private long[] committedHashes = new long[256];

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

    long committedHash(long index) {
        return index == 0 ? 0 : committedHashes[(int) index];
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
            commitIndex++;
            if (commitIndex == committedHashes.length) {
                committedHashes = Arrays.copyOf(committedHashes, 2 * committedHashes.length);
            }
            committedHashes[(int) commitIndex] = log.prefixHash(commitIndex);
        }
        // A leader commits up to an entry of its own term.
        commitByTerm.merge(log.term(commitIndex), commitIndex, Math::max);
    }
}
