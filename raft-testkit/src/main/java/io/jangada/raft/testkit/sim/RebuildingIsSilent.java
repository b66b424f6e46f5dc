package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;

/**
 * Z33: a node whose damaged copy is being rebuilt has forgotten what it acknowledged, so it neither
 * stands for election nor gives its vote, not even in a pre-vote.
 */
final class RebuildingIsSilent extends Invariant {
    RebuildingIsSilent(Invariants all) {
        super(all, "Z33 rebuilding is silent");
    }

    @Override
    void onSend(SimNode node, InFlight sent) {
        GroupImage log = node.log();
        boolean votes =
                sent.message() instanceof RequestVote
                        || (sent.message() instanceof RequestVoteResponse response
                                && response.granted());
        check(
                !votes || log == null || !log.rebuilding(),
                "%s sends %s while its copy is being rebuilt",
                node,
                sent);
    }
}
