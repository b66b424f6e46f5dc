package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Z7: a leader that has heard no quorum for an election timeout steps down. Looked at where its
 * loop has just run, and with a second timeout of patience, for what was delivered may have waited
 * in the mailbox.
 */
final class LeadersHearQuorums extends Invariant {
    /** What is known of one leadership. */
    private static final class Leadership {
        private final long term;
        private final long sinceNanos;

        /** When the leader's loop took in the latest answer of a peer, on the leader's clock. */
        private final Map<NodeId, Long> heard = new HashMap<>();

        /** Whose answers have been delivered since the loop last ran. */
        private final Set<NodeId> delivered = new HashSet<>();

        private @Nullable CoreStatus latest;

        /** It rested when its loop ran last: what it minds begins with the next round. */
        private boolean rested;

        Leadership(long term, long sinceNanos) {
            this.term = term;
            this.sinceNanos = sinceNanos;
        }
    }

    private final Map<SimNode, Leadership> leaderships = new HashMap<>();

    LeadersHearQuorums(Invariants all) {
        super(all, "Z7 leaders hear quorums");
    }

    @Override
    void onReceive(SimNode node, InFlight received) {
        Leadership leadership = leaderships.get(node);
        Message message = received.message();
        boolean answer =
                message instanceof AppendEntriesResponse
                        || message instanceof HeartbeatResponse
                        || message instanceof InstallSnapshotResponse;
        if (leadership != null && answer && message.term() == leadership.term) {
            leadership.delivered.add(received.from());
        }
    }

    /** Each round of the loop publishes a status of its own, equal or not. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    void afterEvent(SimNode node) {
        CoreStatus now = node.status();
        if (now == null || now.role() != Role.LEADER || node.isStopped()) {
            leaderships.remove(node);
            return;
        }
        Leadership leadership = leaderships.get(node);
        if (leadership == null || leadership.term != now.currentTerm()) {
            leadership = new Leadership(now.currentTerm(), node.localNanos());
            leaderships.put(node, leadership);
        }
        if (now != leadership.latest) {
            leadership.latest = now;
            onRound(node, leadership, now);
        }
    }

    /** While all have agreed to be silent, silence means nothing. */
    private void onRound(SimNode node, Leadership leadership, CoreStatus now) {
        if (now.resting() || leadership.rested) {
            now.membership()
                    .members()
                    .forEach(m -> leadership.heard.put(m.id(), node.localNanos()));
            leadership.rested = now.resting();
        }
        for (NodeId peer : leadership.delivered) {
            leadership.heard.put(peer, node.localNanos());
        }
        leadership.delivered.clear();
        long silence = node.localNanos() - quorumHeard(node, leadership, now.membership());
        check(
                silence <= 2 * node.electionTimeoutNanos(),
                "%s leads term %d, but has heard no quorum of '%s' for %.3f ms, more than twice the"
                        + " election timeout; its log ends at index %d",
                node,
                now.currentTerm(),
                now.membership(),
                silence / 1e6,
                now.lastIndex());
    }

    private static long quorumHeard(SimNode node, Leadership leadership, Membership membership) {
        long heard = quorumHeard(node, leadership, membership.voters().keySet());
        return membership.isJoint()
                ? Math.min(heard, quorumHeard(node, leadership, membership.outgoing().keySet()))
                : heard;
    }

    private static long quorumHeard(
            SimNode node, Leadership leadership, Collection<NodeId> voters) {
        long[] times = new long[voters.size()];
        int count = 0;
        for (NodeId voter : voters) {
            times[count++] =
                    voter.equals(node.id())
                            ? node.localNanos()
                            : leadership.heard.getOrDefault(voter, leadership.sinceNanos);
        }
        Arrays.sort(times);
        return times.length == 0 ? node.localNanos() : times[(times.length - 1) / 2];
    }

    @Override
    void onCrash(SimNode node) {
        leaderships.remove(node);
    }
}
