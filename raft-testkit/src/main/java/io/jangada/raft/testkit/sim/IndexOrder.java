package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/**
 * I11: {@code firstIndex - 1 <= snapshot, applied <= commit <= last}, and the core and the log
 * agree. A snapshot that was just installed counts as applied. Between snapshot and log there is no
 * gap, also not on the disk.
 */
final class IndexOrder extends Invariant {
    IndexOrder(Invariants all) {
        super(all, "I11 order of indexes");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        long applied = node.appliedIndex();
        long snapshot = node.snapshotIndex();
        check(
                now.firstIndex() - 1 <= snapshot
                        && now.firstIndex() - 1 <= Math.max(now.lastApplied(), snapshot)
                        && now.lastApplied() <= Math.max(applied, snapshot)
                        && applied <= now.commitIndex()
                        && now.commitIndex() <= now.lastIndex()
                        && now.durableIndex() <= now.lastIndex(),
                "on %s in term %d: first %d, snapshot %d, applied %d (known to the core: %d), commit %d, durable"
                        + " %d, last %d",
                node,
                now.currentTerm(),
                now.firstIndex(),
                snapshot,
                applied,
                now.lastApplied(),
                now.commitIndex(),
                now.durableIndex(),
                now.lastIndex());
        // A founding entry that waits for the first round is in the first status already.
        check(
                before == null
                        || log == null
                        || node.isStopped()
                        || log.lastIndex() == now.lastIndex(),
                "the core of %s believes its log ends at %d, but it ends at %d",
                node,
                now.lastIndex(),
                log == null ? 0 : log.lastIndex());
    }

    @Override
    void onDurable(SimNode node, GroupImage durable, DiskRecord change) {
        checkNoGap(node, durable);
    }

    @Override
    void onCrash(SimNode node) {
        GroupImage durable = node.durable();
        if (durable != null) {
            checkNoGap(node, durable);
        }
    }

    private void checkNoGap(SimNode node, GroupImage durable) {
        long snapshot = node.disk().durableSnapshot(SimCluster.GROUP);
        check(
                durable.firstIndex() - 1 <= snapshot,
                "the log on the disk of %s begins at %d, but its snapshot ends at %d",
                node,
                durable.firstIndex(),
                snapshot);
    }
}
