package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.RaftCore.PeerProgress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I13: what a leader knows of a peer's log is true: {@code matchIndex < nextIndex}, and up to
 * {@code matchIndex} the peer's disk equals the leader's log.
 */
final class ProgressIsTrue extends Invariant {
    private final DurableEntries entries;

    ProgressIsTrue(Invariants all) {
        super(all, "I13 progress is true");
        this.entries = all.durableEntries();
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        if (now.role() != Role.LEADER || log == null || node.isStopped()) {
            return;
        }
        Map<NodeId, PeerProgress> progress = node.progress();
        for (SimNode peer : nodes()) {
            PeerProgress known = progress.get(peer.id());
            if (known != null) {
                check(node, peer, log, now, known);
            }
        }
    }

    private void check(
            SimNode node, SimNode peer, GroupImage log, CoreStatus now, PeerProgress known) {
        check(
                known.matchIndex() < known.nextIndex() && known.nextIndex() <= now.lastIndex() + 1,
                "leader %s of term %d with last index %d knows of %s: match %d, next %d",
                node,
                now.currentTerm(),
                now.lastIndex(),
                peer,
                known.matchIndex(),
                known.nextIndex());
        long match = known.matchIndex();
        check(
                log.lastIndex() < match || entries.everMatched(peer, match, log.prefixHash(match)),
                "leader %s of term %d believes that %s matches up to %d, but its disk does not",
                node,
                now.currentTerm(),
                peer,
                match);
    }
}
