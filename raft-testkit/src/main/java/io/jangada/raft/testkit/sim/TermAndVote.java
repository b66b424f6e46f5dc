package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.spi.HardState;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * I9: a node's term never falls, and within a term its vote never changes once cast; on its disk
 * this holds over all its lives.
 */
final class TermAndVote extends Invariant {
    private final Map<SimNode, HardState> durable = new HashMap<>();

    TermAndVote(Invariants all) {
        super(all, "I9 term and vote");
    }

    @Override
    void onDurable(SimNode node, GroupImage image, DiskRecord change) {
        if (change instanceof DiskRecord.Vote vote) {
            HardState before = durable.put(node, vote.hardState());
            if (before != null) {
                checkGrows(node, before, vote.hardState());
            }
        }
    }

    @Override
    void onWipe(SimNode node) {
        durable.remove(node);
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        HardState earlier =
                before == null
                        ? durable.getOrDefault(node, HardState.INITIAL)
                        : new HardState(before.currentTerm(), before.votedFor());
        checkGrows(node, earlier, new HardState(now.currentTerm(), now.votedFor()));
    }

    private void checkGrows(SimNode node, HardState before, HardState now) {
        check(
                now.currentTerm() >= before.currentTerm(),
                "the term of %s falls from %d to %d",
                node,
                before.currentTerm(),
                now.currentTerm());
        check(
                now.currentTerm() != before.currentTerm()
                        || before.votedFor() == null
                        || Objects.equals(now.votedFor(), before.votedFor()),
                "the vote of %s in term %d changes from %s to %s",
                node,
                now.currentTerm(),
                before.votedFor(),
                now.votedFor());
    }
}
