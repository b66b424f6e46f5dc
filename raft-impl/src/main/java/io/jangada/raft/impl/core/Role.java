package io.jangada.raft.impl.core;

import java.util.List;

/** What a node is, with the state that only this role has (paper §5.1, thesis §9.6). */
sealed interface Role permits Follower, Role.PreCandidate, Role.Candidate, Leader {
    /** When to stand for election; a leader never does. */
    default long electionDeadline() {
        return Long.MAX_VALUE;
    }

    /** Reads of this node that the role leaves unanswered when it ends. */
    default List<Long> drainReads() {
        return List.of();
    }

    /**
     * Asks whether it could win.
     *
     * @param electionDeadline ask anew then
     */
    record PreCandidate(VoteTally tally, long electionDeadline) implements Role {}

    /**
     * Stands for election.
     *
     * @param electionDeadline try anew then
     * @param ownVoteWrite the write with this node's vote for itself, which counts once durable
     *     (Z2)
     */
    record Candidate(VoteTally tally, long electionDeadline, long ownVoteWrite) implements Role {}
}
