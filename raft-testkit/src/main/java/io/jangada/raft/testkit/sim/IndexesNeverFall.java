package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I10: within one life of a node, its commit index and its applied index never fall; a new life
 * begins at the index of the latest snapshot at least.
 */
final class IndexesNeverFall extends Invariant {
    private final Map<SimNode, Long> applied = new HashMap<>();

    IndexesNeverFall(Invariants all) {
        super(all, "I10 indexes never fall");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        if (before == null) {
            check(
                    now.lastApplied() >= node.snapshotIndex(),
                    "%s begins at applied index %d, below its snapshot of index %d",
                    node,
                    now.lastApplied(),
                    node.snapshotIndex());
        } else {
            check(
                    now.commitIndex() >= before.commitIndex()
                            && now.lastApplied() >= before.lastApplied(),
                    "on %s in term %d, commit and applied index fall from %d and %d to %d and %d",
                    node,
                    now.currentTerm(),
                    before.commitIndex(),
                    before.lastApplied(),
                    now.commitIndex(),
                    now.lastApplied());
        }
    }

    @Override
    void afterEvent(SimNode node) {
        long now = node.appliedIndex();
        Long before = applied.put(node, now);
        check(
                before == null || now >= before,
                "the applied index of %s falls from %d to %d",
                node,
                before,
                now);
    }

    @Override
    void onCrash(SimNode node) {
        applied.remove(node);
    }
}
