package io.jangada.raft.testkit.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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

    /** What was on disks when they were lost. */
    private final Map<SimNode, List<GroupImage>> lost = new HashMap<>();

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

    /** A disk loses everything, and has to be made good or replaced. */
    void beforeLoss(SimNode node, GroupImage durable) {
        beforeTruncation(node, durable, durable.firstIndex());
        lost.computeIfAbsent(node, any -> new ArrayList<>()).add(durable.copy());
    }

    /** Whether what was on a disk was ever lost. */
    boolean hasLost(SimNode node) {
        return lost.containsKey(node);
    }

    /** Whether a disk has the entries up to an index, or had them when it was lost. */
    boolean hasOrLost(SimNode node, long index, long prefixHash) {
        GroupImage durable = node.durable();
        return (durable != null && durable.matches(index, prefixHash))
                || lost.getOrDefault(node, List.of()).stream()
                        .anyMatch(image -> image.matches(index, prefixHash));
    }

    /** A snapshot is as good as the entries, also before the log has been reset to it. */
    private static boolean isInSnapshot(SimNode node, long index) {
        return index <= node.disk().durableSnapshot(SimCluster.GROUP);
    }

    boolean everHad(SimNode node, long index, long term) {
        GroupImage durable = node.durable();
        Past past = pasts.get(node);
        return index == 0
                || (durable != null && durable.has(index, term))
                || (isInSnapshot(node, index) && record.committedTerm(index) == term)
                || (past != null && past.positions.contains(new Position(index, term)));
    }

    boolean everMatched(SimNode node, long index, long prefixHash) {
        GroupImage durable = node.durable();
        Past past = pasts.get(node);
        return index == 0
                || (durable != null && durable.matches(index, prefixHash))
                || (isInSnapshot(node, index) && record.committedHash(index) == prefixHash)
                || (past != null && past.matched(record, index, prefixHash));
    }
}
