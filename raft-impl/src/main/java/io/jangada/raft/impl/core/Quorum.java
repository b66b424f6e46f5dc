package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The arithmetic of majorities, as pure functions. Joint configurations (paper §6) need a majority
 * of both halves; a half without members sets no bound.
 */
final class Quorum {
    /** What a vote count says so far. */
    enum Vote {
        PENDING,
        WON,
        LOST
    }

    private Quorum() {}

    /**
     * The highest value that a quorum has reached. With match indexes this is the commit index
     * (paper §5.3), with answered rounds the confirmed round, with times the moment up to which a
     * quorum was heard.
     *
     * @return {@link Long#MAX_VALUE} if nobody votes
     */
    static long reached(Membership membership, ToLongFunction<NodeId> value) {
        long reached = reached(membership.voters().keySet(), value);
        return membership.isJoint()
                ? Math.min(reached, reached(membership.outgoing().keySet(), value))
                : reached;
    }

    private static long reached(Collection<NodeId> voters, ToLongFunction<NodeId> value) {
        int count = voters.size();
        if (count == 0) {
            return Long.MAX_VALUE;
        }
        long[] values = new long[count];
        int next = 0;
        for (NodeId voter : voters) {
            values[next++] = value.applyAsLong(voter);
        }
        Arrays.sort(values);
        return values[(count - 1) / 2];
    }

    /** The state of an election; answers of non-voters count for nothing (Z5). */
    static Vote vote(Membership membership, Map<NodeId, Boolean> answers) {
        Vote incoming = vote(membership.voters().keySet(), answers);
        if (!membership.isJoint()) {
            return incoming;
        }
        Vote outgoing = vote(membership.outgoing().keySet(), answers);
        if (incoming == Vote.LOST || outgoing == Vote.LOST) {
            return Vote.LOST;
        }
        return incoming == Vote.WON ? outgoing : Vote.PENDING;
    }

    private static Vote vote(Collection<NodeId> voters, Map<NodeId, Boolean> answers) {
        int majority = voters.size() / 2 + 1;
        int granted = 0;
        int refused = 0;
        for (NodeId voter : voters) {
            Boolean answer = answers.get(voter);
            if (answer != null) {
                granted += answer ? 1 : 0;
                refused += answer ? 0 : 1;
            }
        }
        if (voters.isEmpty() || granted >= majority) {
            return Vote.WON;
        }
        return voters.size() - refused < majority ? Vote.LOST : Vote.PENDING;
    }
}
