package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/** I1: at most one leader in a term, over the whole run, restarts included (paper, figure 3). */
final class ElectionSafety extends Invariant {
    ElectionSafety(Invariants all) {
        super(all, "I1 election safety");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        if (now.role() == Role.LEADER) {
            checkOnly(node, now.currentTerm());
        }
    }

    @Override
    void onSend(SimNode node, InFlight message) {
        if (message.message().isFromLeader()) {
            checkOnly(node, message.message().term());
        }
    }

    private void checkOnly(SimNode node, long term) {
        SimNode leader = record().leaderOf(term);
        check(
                leader == null || leader == node,
                "%s leads term %d, and so did %s",
                node,
                term,
                leader);
    }
}
