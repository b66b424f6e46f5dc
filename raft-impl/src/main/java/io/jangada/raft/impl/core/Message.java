package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogEntry;
import java.util.List;

/** What the nodes of one group tell each other. Names are the paper's and the thesis's. */
public sealed interface Message {
    /** The sender's current term; for a pre-vote request and its grant, the term it would start. */
    long term();

    /** A pre-vote request or its grant: the one kind whose term moves nobody (Z6). */
    default boolean isPreVote() {
        return (this instanceof RequestVote request && request.preVote())
                || (this instanceof RequestVoteResponse response
                        && response.preVote()
                        && response.granted());
    }

    /** Whether only the leader of its term sends such a message. */
    default boolean isFromLeader() {
        return this instanceof AppendEntries
                || this instanceof Heartbeat
                || this instanceof TimeoutNow
                || this instanceof ReadIndexResponse;
    }

    /**
     * Asks for a vote (paper §5.2), or whether one would be given (pre-vote, thesis §9.6).
     *
     * @param transfer the leader of the term before asked for this election (thesis §3.10)
     */
    record RequestVote(
            long term, boolean preVote, long lastLogIndex, long lastLogTerm, boolean transfer)
            implements Message {}

    /** Answers a {@link RequestVote} of the same kind. */
    record RequestVoteResponse(long term, boolean preVote, boolean granted) implements Message {}

    /** Replicates entries (paper §5.3). */
    record AppendEntries(
            long term,
            long prevLogIndex,
            long prevLogTerm,
            long leaderCommit,
            List<LogEntry> entries)
            implements Message {
        long lastIndex() {
            return prevLogIndex + entries.size();
        }
    }

    /**
     * Answers {@link AppendEntries}.
     *
     * @param success the log contains, durably, everything up to {@code index} as the leader has it
     * @param index if accepted the last index known to match, else the rejected {@code
     *     prevLogIndex}
     * @param conflictTerm if rejected the term of the entry that is there instead, 0 if the log is
     *     shorter
     * @param conflictIndex if rejected the first index of that term, or the one behind the last
     *     index
     * @param lastLogIndex if rejected the last index of the follower's log
     */
    record AppendEntriesResponse(
            long term,
            boolean success,
            long index,
            long conflictTerm,
            long conflictIndex,
            long lastLogIndex)
            implements Message {
        static AppendEntriesResponse accepted(long term, long matchIndex) {
            return new AppendEntriesResponse(term, true, matchIndex, 0, 0, 0);
        }
    }

    /**
     * Shows that the leader leads, and asks for a confirmation that bears the same round (thesis
     * §6.4). Apart from {@link AppendEntries} because its answer states nothing that needs the
     * disk.
     *
     * @param leaderCommit what is committed, as far as the receiver is known to have it
     */
    record Heartbeat(long term, long round, long leaderCommit) implements Message {}

    /**
     * Confirms a round.
     *
     * @param lastLogIndex a hint, durable or not, by which the leader notices lost messages
     */
    record HeartbeatResponse(long term, long round, long lastLogIndex) implements Message {}

    /** A follower asks the leader for an index to read at (thesis §6.4). */
    record ReadIndexRequest(long term, long requestId) implements Message {}

    /** Reads that asked before this answer was begun may run once {@code readIndex} is applied. */
    record ReadIndexResponse(long term, long requestId, long readIndex) implements Message {}

    /** A follower passes a proposal on to the leader. */
    record ForwardProposal(long term, long requestId, Proposal proposal) implements Message {}

    /** A forwarded proposal was refused: this attempt changed nothing. */
    record ForwardRefused(long term, long requestId, Refusal reason) implements Message {}

    /** A follower passes on the wish to move leadership. */
    record TransferRequest(long term, NodeId target) implements Message {}

    /**
     * The leader asks the receiver to stand for election at once (thesis §3.10).
     *
     * @param round the leader's current round; the receiver drops this message once it has answered
     *     a later one
     */
    record TimeoutNow(long term, long round) implements Message {}
}
