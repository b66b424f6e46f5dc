package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/** I11: {@code firstIndex - 1 <= applied <= commit <= last}, and the core and the log agree. */
final class IndexOrder extends Invariant {
    IndexOrder(Invariants all) {
        super(all, "I11 order of indexes");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        long applied = node.appliedIndex();
        check(
                now.firstIndex() - 1 <= now.lastApplied()
                        && now.lastApplied() <= applied
                        && applied <= now.commitIndex()
                        && now.commitIndex() <= now.lastIndex()
                        && now.durableIndex() <= now.lastIndex(),
                "on %s in term %d: first %d, applied %d (known to the core: %d), commit %d, durable"
                        + " %d, last %d",
                node,
                now.currentTerm(),
                now.firstIndex(),
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
}
