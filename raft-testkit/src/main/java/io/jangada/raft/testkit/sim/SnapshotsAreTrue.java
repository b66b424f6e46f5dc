package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.util.HashMap;
import java.util.Map;

/**
 * I5 for snapshots (Z34): a snapshot stands for what was committed, all of one index, and is the
 * same on every node that takes or gets one of that index.
 */
final class SnapshotsAreTrue extends Invariant {
    private record Seen(SnapshotInfo info, SimNode by) {}

    private final Map<Long, Seen> seen = new HashMap<>();

    SnapshotsAreTrue(Invariants all) {
        super(all, "I5 snapshots are true");
    }

    @Override
    void onSnapshot(SimNode node, SnapshotInfo snapshot) {
        SnapshotMeta meta = snapshot.meta();
        long index = meta.index();
        boolean committed = index <= record().commitIndex();
        check(
                committed,
                "%s has a snapshot of index %d, but only %d is committed",
                node,
                index,
                record().commitIndex());
        if (!committed) {
            return;
        }
        Membership membership = record().membershipAt(index);
        check(
                meta.term() == record().committedTerm(index)
                        && meta.clusterTimeMillis() == record().committedTime(index)
                        && meta.membershipIndex() == record().membershipIndexAt(index)
                        && meta.membership().equals(membership),
                "%s has a snapshot that says %s; but entry %d has term %d and cluster time %d, and"
                        + " the configuration of index %d, '%s'",
                node,
                meta,
                index,
                record().committedTerm(index),
                record().committedTime(index),
                record().membershipIndexAt(index),
                membership);
        Seen first = seen.putIfAbsent(index, new Seen(snapshot, node));
        check(
                first == null || first.info().equals(snapshot),
                "the snapshots of index %d on %s and %s differ: %s and %s",
                index,
                node,
                first == null ? node : first.by(),
                snapshot,
                first == null ? snapshot : first.info());
    }
}
