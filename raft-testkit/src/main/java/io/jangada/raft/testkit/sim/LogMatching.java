package io.jangada.raft.testkit.sim;

import java.util.HashMap;
import java.util.Map;

/**
 * I3: if two logs have an entry of the same index and term, they are equal up to there, byte for
 * byte (paper, figure 3). Running hashes make this one look-up per entry.
 */
final class LogMatching extends Invariant {
    private record Position(long term, long index) {}

    private record Seen(long prefixHash, SimNode by) {}

    private final Map<Position, Seen> seen = new HashMap<>();

    LogMatching(Invariants all) {
        super(all, "I3 log matching");
    }

    @Override
    void onAppend(SimNode node, GroupImage log, DiskRecord change) {
        if (change instanceof DiskRecord.Entry entry) {
            checkEqual(node, log, entry);
        }
    }

    /** The durable log is another log when a crash has torn a write. */
    @Override
    void onDurable(SimNode node, GroupImage durable, DiskRecord change) {
        if (change instanceof DiskRecord.Entry entry) {
            checkEqual(node, durable, entry);
        }
    }

    private void checkEqual(SimNode node, GroupImage log, DiskRecord.Entry appended) {
        long index = appended.entry().index();
        long term = appended.entry().term();
        long hash = log.prefixHash(index);
        Seen first = seen.putIfAbsent(new Position(term, index), new Seen(hash, node));
        check(
                first == null || first.prefixHash() == hash,
                "the logs of %s and %s differ at or below index %d, where both have term %d",
                node,
                first == null ? node : first.by(),
                index,
                term);
    }
}
