package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.RaftCore.PeerProgress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I13: what a leader knows of a peer's log is true: {@code matchIndex < nextIndex}, up to {@code
 * matchIndex} the peer's disk equals the leader's log, and {@code matchIndex} never falls (Z16).
 */
final class ProgressIsTrue extends Invariant {
    /** A leadership, and whom it knows something of. */
    private record Pair(SimNode leader, long term, SimNode peer) {}

    private final DurableEntries entries;

    /** The highest match of each, for those whose logs were never lost. */
    private final Map<Pair, Long> matches = new HashMap<>();

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
            if (before == null || before.membership().member(peer.id()).isEmpty()) {
                matches.remove(new Pair(node, now.currentTerm(), peer)); // Let go, or a new one.
            }
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
        onMatch(node, peer, now.currentTerm(), match);
    }

    /** Z16: within a term it never falls, but for a peer that has lost its log. */
    void onMatch(SimNode node, SimNode peer, long term, long match) {
        Long before = matches.put(new Pair(node, term, peer), match);
        check(
                before == null || match >= before || entries.hasLost(peer),
                "leader %s of term %d believed that %s matches up to %d, and now only up to %d",
                node,
                term,
                peer,
                before,
                match);
    }
}
