package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Role.Candidate;
import io.jangada.raft.impl.core.Role.PreCandidate;
import org.jspecify.annotations.Nullable;

/**
 * A picture of a {@link RaftCore} between two inputs.
 *
 * @param role what this node is
 * @param currentTerm latest term seen
 * @param votedFor who got this node's vote in that term
 * @param leader the leader of that term as far as known here
 * @param firstIndex first index of the log
 * @param lastIndex last index of the log
 * @param durableIndex highest index that is durable here
 * @param commitIndex highest index known to be committed
 * @param lastApplied highest index applied
 * @param membership the latest configuration in the log
 * @param leaseEndNanos until when lease reads are safe here; {@link Long#MIN_VALUE} if they are not
 * @param transferTarget the voter that this leader is handing over to
 * @param membershipIndex where that configuration stands in the log; it is committed once {@code
 *     commitIndex} has reached this
 * @param changeTarget the configuration that this leader is working towards; null if none
 * @param snapshotIndex the last entry of the newest snapshot known here, 0 without one
 * @param removed this node was told that it does not belong to the group any more
 * @param rebuilding this node's log was lost in part and is being made good: it neither votes nor
 *     counts
 * @param resting no timer runs here: all members agreed that there is nothing to do
 */
public record CoreStatus(
        Role role,
        long currentTerm,
        @Nullable NodeId votedFor,
        @Nullable NodeId leader,
        long firstIndex,
        long lastIndex,
        long durableIndex,
        long commitIndex,
        long lastApplied,
        Membership membership,
        long leaseEndNanos,
        @Nullable NodeId transferTarget,
        long membershipIndex,
        @Nullable Membership changeTarget,
        long snapshotIndex,
        boolean removed,
        boolean rebuilding,
        boolean resting) {
    static Role roleOf(io.jangada.raft.impl.core.Role role, boolean learner) {
        if (role instanceof Leader) {
            return Role.LEADER;
        }
        if (role instanceof Candidate) {
            return Role.CANDIDATE;
        }
        if (role instanceof PreCandidate) {
            return Role.PRE_CANDIDATE;
        }
        return learner ? Role.LEARNER : Role.FOLLOWER;
    }
}
