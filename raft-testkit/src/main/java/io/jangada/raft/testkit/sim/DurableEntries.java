package io.jangada.raft.testkit.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What disks hold, and what they once held and lost by a truncation: a message that rests on it may
 * have waited meanwhile.
 */
final class DurableEntries {
    private record Position(long index, long term) {}

    private static final class Past {
        private final Set<Long> prefixHashes = new HashSet<>();
        private final Set<Position> positions = new HashSet<>();

        /** Up to where a snapshot stood for the log. */
        private long snapshot;

        private boolean matched(ClusterRecord record, long index, long prefixHash) {
            return prefixHashes.contains(prefixHash)
                    || (index <= snapshot && record.committedHash(index) == prefixHash);
        }
    }

    private final ClusterRecord record;
    private final Map<SimNode, Past> pasts = new HashMap<>();

    DurableEntries(ClusterRecord record) {
        this.record = record;
    }

    /** A disk is about to lose its entries from an index on, but for those compacted away. */
    void beforeTruncation(SimNode node, GroupImage durable, long from) {
        Past past = pasts.computeIfAbsent(node, any -> new Past());
        past.snapshot = Math.max(past.snapshot, durable.firstIndex() - 1);
        long first = Math.max(from, durable.firstIndex());
        for (long index = first; index <= durable.lastIndex(); index++) {
            past.prefixHashes.add(durable.prefixHash(index));
            past.positions.add(new Position(index, durable.term(index)));
        }
    }

    boolean everHad(SimNode node, long index, long term) {
        GroupImage durable = node.durable();
        Past past = pasts.get(node);
        return index == 0
                || (durable != null && durable.has(index, term))
                || (past != null && past.positions.contains(new Position(index, term)));
    }

    boolean everMatched(SimNode node, long index, long prefixHash) {
        GroupImage durable = node.durable();
        Past past = pasts.get(node);
        return index == 0
                || (durable != null && durable.matches(index, prefixHash))
                || (past != null && past.matched(record, index, prefixHash));
    }
}
