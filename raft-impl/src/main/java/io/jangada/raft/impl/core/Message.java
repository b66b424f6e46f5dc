package io.jangada.raft.impl.core;

import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
                || this instanceof InstallSnapshot
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
     * @param rebuild repeats the receiver's {@link HeartbeatResponse#rebuild}: the leader has
     *     forgotten what it knew of the receiver's log before that; 0 if none
     * @param rebuildTo the leader's last index when it forgot: the receiver is whole again once it
     *     has everything up to there
     * @param rest the leader has nothing to do, and asks whether all may rest from here on: its log
     *     ends at {@code leaderCommit}
     */
    record Heartbeat(
            long term, long round, long leaderCommit, long rebuild, long rebuildTo, boolean rest)
            implements Message {
        /** While there is something to do. */
        public Heartbeat(long term, long round, long leaderCommit, long rebuild, long rebuildTo) {
            this(term, round, leaderCommit, rebuild, rebuildTo, false);
        }

        /** To a receiver that is not being rebuilt. */
        public Heartbeat(long term, long round, long leaderCommit) {
            this(term, round, leaderCommit, 0, 0);
        }
    }

    /**
     * Confirms a round.
     *
     * @param lastLogIndex a hint, durable or not, by which the leader notices lost messages
     * @param priority how much the sender is preferred as a leader, from 0; {@link #UNFIT} if it
     *     should not lead at present
     * @param rebuild names the rebuilding of the sender's log that is under way, positive; 0 if
     *     none
     * @param rest the sender rests from here on, as it was asked to in this round
     */
    record HeartbeatResponse(
            long term, long round, long lastLogIndex, int priority, long rebuild, boolean rest)
            implements Message {
        /** The priority of a node that should not lead: its disk is sick. */
        public static final int UNFIT = -1;

        /** Of a sender that does not rest. */
        public HeartbeatResponse(
                long term, long round, long lastLogIndex, int priority, long rebuild) {
            this(term, round, lastLogIndex, priority, rebuild, false);
        }

        /** Of a sender of no preference that is not being rebuilt. */
        public HeartbeatResponse(long term, long round, long lastLogIndex) {
            this(term, round, lastLogIndex, 0, 0);
        }
    }

    /**
     * Offers a snapshot to a peer that needs entries which are gone (paper §7, Figure 13). Travels
     * in order with the rest, carries no content, and is repeated until it is answered for good:
     * the receiver pulls the content on a lane of its own.
     */
    record InstallSnapshot(long term, SnapshotInfo info) implements Message {}

    /**
     * Answers an {@link InstallSnapshot}.
     *
     * @param index the offered snapshot's last entry; if refused or installed the highest index
     *     known to match: what is committed at the sender, durably
     * @param bytes how much of it is there, if it is being fetched
     */
    record InstallSnapshotResponse(long term, long index, long bytes, InstallStatus status)
            implements Message {}

    /** How far an offered snapshot has come. The codes are part of the wire format. */
    enum InstallStatus {
        /** It is being fetched. */
        FETCHING(0),
        /** It is durable, and the log goes on behind it. */
        INSTALLED(1),
        /** It is older than what the receiver has. */
        REFUSED(2),
        /** It could not be fetched: offer the newest one again. */
        FAILED(3);

        private final int code;

        InstallStatus(int code) {
            this.code = code;
        }

        /** The number that stands for it in messages. */
        public int code() {
            return code;
        }

        /**
         * The status of a code.
         *
         * @throws IllegalArgumentException if no status has that code
         */
        public static InstallStatus of(int code) {
            for (InstallStatus status : values()) {
                if (status.code == code) {
                    return status;
                }
            }
            throw new IllegalArgumentException("no install status has code " + code);
        }
    }

    /** A follower asks the leader for an index to read at (thesis §6.4). */
    record ReadIndexRequest(long term, long requestId) implements Message {}

    /** Reads that asked before this answer was begun may run once {@code readIndex} is applied. */
    record ReadIndexResponse(long term, long requestId, long readIndex) implements Message {}

    /** A follower passes a proposal on to the leader. */
    record ForwardProposal(long term, long requestId, Proposal proposal) implements Message {}

    /** A forwarded proposal was refused: this attempt changed nothing. */
    record ForwardRefused(long term, long requestId, Refusal reason) implements Message {}

    /** A follower passes on a wish for other members. */
    record Reconfigure(long term, long requestId, MembershipChange change) implements Message {}

    /**
     * What became of a {@link Reconfigure}.
     *
     * @param refusal why not, in a sentence; null if the configuration wished for is committed
     */
    record ReconfigureResponse(long term, long requestId, @Nullable String refusal)
            implements Message {}

    /**
     * Tells a node that stands for election that it does not belong to the group (Z42).
     *
     * @param membershipIndex where the committed configuration without the receiver stands in the
     *     log
     */
    record RemovedNotice(long term, long membershipIndex) implements Message {}

    /**
     * Goes from host to host in place of the heartbeats of all their groups at rest, and is about
     * these; no core ever takes it. Each host says which groups rest on it, and who is not
     * contradicted for long may go on resting.
     *
     * @param term of the group that the envelope names, one of those
     * @param led fingerprint of the groups that rest, that the sender leads, and that the receiver
     *     belongs to; 0 if none
     * @param followed the same of those that the receiver leads
     * @param stopped the sender's copy of the group that the envelope names has stopped
     */
    record SignOfLife(long term, long led, long followed, boolean stopped) implements Message {}

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
