package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/** I6: an index once committed keeps its entry for ever, on every node that knows it committed. */
final class CommittedIsImmutable extends Invariant {
    CommittedIsImmutable(Invariants all) {
        super(all, "I6 committed is immutable");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        long commit = Math.min(now.commitIndex(), record().commitIndex());
        if (log == null || (before != null && before.commitIndex() == now.commitIndex())) {
            return;
        }
        // A snapshot ahead of the log makes a new life begin with a reset, which is yet to come.
        boolean resets = before == null && now.commitIndex() == node.snapshotIndex();
        check(
                resets || log.matches(commit, record().committedHash(commit)),
                "%s holds other entries than those committed up to index %d; it knows %d as"
                        + " committed, in term %d",
                node,
                commit,
                now.commitIndex(),
                now.currentTerm());
    }

    @Override
    void beforeAppend(SimNode node, GroupImage log, DiskRecord change) {
        CoreStatus before = node.checkedStatus();
        if (change instanceof DiskRecord.Compaction compaction) {
            check(
                    log.matches(compaction.index(), record().committedHash(compaction.index())),
                    "%s compacts its log up to index %d, but only %d is committed",
                    node,
                    compaction.index(),
                    record().commitIndex());
        }
        if (before != null && change instanceof DiskRecord.Reset reset) {
            check(
                    reset.index() >= before.commitIndex(),
                    "%s begins anew behind a snapshot of index %d, though it knows %d as committed",
                    node,
                    reset.index(),
                    before.commitIndex());
        }
        if (before != null && change instanceof DiskRecord.Truncation truncation) {
            check(
                    truncation.from() > before.commitIndex(),
                    "%s truncates from index %d on, though it knows %d as committed",
                    node,
                    truncation.from(),
                    before.commitIndex());
        }
    }
}
