package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/** I8: a leader commits by counting only up to an entry of its own term (paper §5.4.2). */
final class CurrentTermCommit extends Invariant {
    CurrentTermCommit(Invariants all) {
        super(all, "I8 current-term commit");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        if (now.role() == Role.LEADER
                && log != null
                && before != null
                && now.commitIndex() > before.commitIndex()) {
            check(
                    log.term(now.commitIndex()) == now.currentTerm(),
                    "%s as the leader of term %d commits up to index %d, whose term is %d",
                    node,
                    now.currentTerm(),
                    now.commitIndex(),
                    log.term(now.commitIndex()));
        }
    }
}
