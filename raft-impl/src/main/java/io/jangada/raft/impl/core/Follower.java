package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows one leader, or waits for one; also the role of a learner, and of a node that knows no
 * configuration yet. Takes over the leader's log (paper §5.3), believes its commit index, and asks
 * it for indexes to read at (thesis §6.4).
 */
final class Follower implements Role {
    private final RaftCore core;
    private final RaftLog log;
    private final @Nullable NodeId leader;
    private final FollowerReads reads = new FollowerReads();

    private long electionDeadline;

    /**
     * Highest index known to equal the leader's log. A leader's commit index is believed up to here
     * (Z15): its log only grows, so what matched once in this term matches for all of it.
     */
    private long verifiedIndex;

    Follower(RaftCore core, @Nullable NodeId leader, long electionDeadline) {
        this.core = core;
        this.log = core.log();
        this.leader = leader;
        this.electionDeadline = electionDeadline;
    }

    /** The leader of the current term, once it was heard. */
    @Nullable NodeId leader() {
        return leader;
    }

    @Override
    public long electionDeadline() {
        return electionDeadline;
    }

    void waitUntil(long deadline) {
        electionDeadline = deadline;
    }

    // The log, paper §5.3

    void onAppendEntries(NodeId from, AppendEntries append) {
        long prev = append.prevLogIndex();
        if (prev < log.firstIndex() - 1) {
            onAppendBehindSnapshot(from, append);
            return;
        }
        if (!log.matches(prev, append.prevLogTerm())) {
            core.sendAfterHardState(from, rejection(prev));
            return;
        }
        appendMissing(append.entries());
        verifiedIndex = Math.max(verifiedIndex, append.lastIndex());
        followCommit(append.leaderCommit());
        core.sendAfterEntries(
                from,
                AppendEntriesResponse.accepted(core.currentTerm(), append.lastIndex()),
                append.lastIndex());
    }

    /**
     * What a snapshot holds here is committed, hence in the leader's log as it was in this one:
     * such entries match, and only what follows them can be news.
     */
    private void onAppendBehindSnapshot(NodeId from, AppendEntries append) {
        long base = log.firstIndex() - 1;
        matchedTo(base);
        if (append.lastIndex() > base) {
            int known = (int) (base - append.prevLogIndex());
            List<LogEntry> rest = append.entries().subList(known, append.entries().size());
            long baseTerm = append.entries().get(known - 1).term();
            onAppendEntries(
                    from,
                    new AppendEntries(append.term(), base, baseTerm, append.leaderCommit(), rest));
        } else {
            core.sendAfterEntries(
                    from,
                    AppendEntriesResponse.accepted(core.currentTerm(), append.lastIndex()),
                    append.lastIndex());
        }
    }

    /** With the hint that lets the leader skip a whole term (paper §5.3, end). */
    private AppendEntriesResponse rejection(long prevLogIndex) {
        boolean tooShort = prevLogIndex > log.lastIndex();
        long floor = Math.min(prevLogIndex, core.commitIndex() + 1);
        return new AppendEntriesResponse(
                core.currentTerm(),
                false,
                prevLogIndex,
                tooShort ? 0 : log.term(prevLogIndex),
                tooShort ? log.lastIndex() + 1 : log.firstIndexOfTerm(prevLogIndex, floor),
                log.lastIndex());
    }

    /**
     * Paper Figure 2, AppendEntries 3 and 4: only a real conflict truncates (Z13), and never what
     * is committed (Z14).
     */
    private void appendMissing(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            if (entry.index() <= log.lastIndex()) {
                if (log.term(entry.index()) == entry.term()) {
                    continue;
                }
                InvariantViolation.check(
                        entry.index() > core.commitIndex(),
                        "a committed entry must not be replaced (index, term, new term)",
                        entry.index(),
                        log.term(entry.index()),
                        entry.term());
                core.truncateFrom(entry.index());
            }
            core.append(entry);
        }
    }

    void onHeartbeat(NodeId from, Heartbeat heartbeat) {
        if (core.believesCommitOf(heartbeat)) {
            // The leader says no more than what it knows to be in this log as in its own.
            verifiedIndex = Math.max(verifiedIndex, heartbeat.leaderCommit());
            followCommit(heartbeat.leaderCommit());
        }
        boolean latest = heartbeat.round() >= core.answeredRound();
        core.answered(heartbeat.round());
        boolean rests = core.rest().agrees(heartbeat, latest, isIdle(heartbeat));
        core.sendAfterHardState(from, core.heartbeatResponse(heartbeat.round(), rests));
    }

    /** Whether this node has all that its leader has, and nobody here waits for anything. */
    private boolean isIdle(Heartbeat heartbeat) {
        return core.rest().isLevel()
                && heartbeat.leaderCommit() == core.commitIndex()
                && reads.count() == 0
                && !core.snapshots().isFetching();
    }

    /** The log equals the leader's up to this index, for all of this term. */
    void matchedTo(long index) {
        verifiedIndex = Math.max(verifiedIndex, index);
    }

    /** Up to where the log is known to equal the leader's. */
    long verifiedIndex() {
        return verifiedIndex;
    }

    private void followCommit(long leaderCommit) {
        long verified = Math.min(leaderCommit, verifiedIndex);
        if (verified > core.commitIndex()) {
            core.commitTo(verified);
        }
    }

    // Reads, thesis §6.4

    /** Takes a read; says why not if it cannot. */
    @Nullable Refusal read(long requestId) {
        if (leader == null) {
            return Refusal.NO_LEADER;
        }
        if (reads.count() >= core.config().pendingReadsMax()) {
            return Refusal.OVERLOADED;
        }
        reads.add(requestId);
        return null;
    }

    /** Asks for everything that came since the last time with one request. */
    void flush() {
        if (reads.hasWaiting()) {
            long batch = core.nextReadBatch();
            reads.ask(batch, core.now());
            askLeader(batch);
        }
    }

    /** Asks again where the request or its answer must have been lost. */
    void tick() {
        reads.overdue(resendNanos(), core.now()).forEach(this::askLeader);
    }

    private void askLeader(long batch) {
        if (leader != null) {
            core.sendAfterHardState(leader, new ReadIndexRequest(core.currentTerm(), batch));
        }
    }

    void onReadIndexResponse(ReadIndexResponse response) {
        followCommit(response.readIndex());
        reads.answered(response.requestId(), response.readIndex()).forEach(core::grant);
    }

    long nextDeadline() {
        return reads.resendDeadline(resendNanos());
    }

    @Override
    public List<Long> drainReads() {
        return reads.drain();
    }

    private long resendNanos() {
        return 2 * core.config().heartbeatInterval().toNanos();
    }
}
