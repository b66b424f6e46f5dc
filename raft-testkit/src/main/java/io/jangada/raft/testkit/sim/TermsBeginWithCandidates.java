package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Z6: a term begins when a node stands for election in it, with its vote for itself on its disk.
 * Nobody may come to a term in another way, as by a pre-vote that was taken for a vote.
 */
final class TermsBeginWithCandidates extends Invariant {
    /** Terms in which somebody gave itself its vote. */
    private final Set<Long> begun = new HashSet<>();

    TermsBeginWithCandidates(Invariants all) {
        super(all, "Z6 terms begin with candidates");
    }

    @Override
    void onAppend(SimNode node, GroupImage log, DiskRecord change) {
        if (change instanceof DiskRecord.Vote vote
                && node.id().equals(vote.hardState().votedFor())) {
            begun.add(vote.hardState().currentTerm());
        }
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        long term = now.currentTerm();
        if (node.id().equals(now.votedFor())) {
            begun.add(term);
        }
        check(
                term == 0 || begun.contains(term),
                "%s is in term %d, but nobody ever stood for election in that term",
                node,
                term);
    }
}
