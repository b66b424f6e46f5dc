package io.jangada.raft.impl.core;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leadership: born with the election, gone with the step-down, and with it everything only a
 * leader has. Replicates the log (paper §5.3), decides what is committed (§5.4.2), confirms reads
 * (thesis §6.4), hands leadership over (§3.10).
 */
final class Leader implements Role {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final RaftCore core;
    private final RaftLog log;
    private final Map<NodeId, Progress> peers = new TreeMap<>();
    private final ReadIndex readIndex;
    private final EntrySizes sizes;

    /**
     * Index of the no-op that opened the term: once committed, the commit index is current (Z12).
     */
    private final long termStartIndex;

    /** The cluster's clock goes on from the last entry at the pace of this node's own (Z43). */
    private final long clusterTimeBaseMillis;

    private final long tookOverNanos;

    private long heartbeatDeadline;
    private @Nullable LeadershipTransfer transfer;

    /**
     * Aborted hand-overs whose target may still stand for election: by target, the round at the
     * abort. There is no lease until each has answered a later one (Z25).
     */
    private final Map<NodeId, Long> aborted = new TreeMap<>();

    Leader(RaftCore core) {
        this.core = core;
        this.log = core.log();
        this.readIndex = new ReadIndex(core.leaseNanos());
        this.sizes = new EntrySizes(log.lastIndex());
        this.clusterTimeBaseMillis = log.lastClusterTimeMillis(null);
        this.tookOverNanos = core.now();
        this.heartbeatDeadline = core.now();
        this.termStartIndex = log.lastIndex() + 1;
        append(EntryType.NOOP, new byte[0]);
        addPeers();
    }

    /** Everybody in the latest configuration but this node is a peer, and only they are counted. */
    private void addPeers() {
        for (Member member : core.membership().members()) {
            if (!member.id().equals(core.self())) {
                peers.computeIfAbsent(
                        member.id(),
                        id -> new Progress(core.config(), log.lastIndex(), core.now()));
            }
        }
    }

    // Proposals

    /** Appends a proposal, or says why not. A null reason means that it is under way. */
    @Nullable Refusal propose(Proposal proposal) {
        if (transfer != null) {
            return Refusal.TRANSFERRING;
        }
        if (sizes.uncommittedBytes() >= core.config().uncommittedBytesMax()
                || sizes.unappliedBytes() >= core.config().unappliedBytesMax()) {
            return Refusal.OVERLOADED;
        }
        append(proposal.type(), proposal.payload());
        return null;
    }

    @Nullable Refusal propose(NodeId from, ForwardProposal forwarded) {
        Refusal refusal = propose(forwarded.proposal());
        Progress peer = peers.get(from);
        if (refusal == null && peer != null) {
            peer.forwarded(log.lastIndex());
        }
        return refusal;
    }

    private void append(EntryType type, byte[] payload) {
        long clusterTime = clusterTimeBaseMillis + (core.now() - tookOverNanos) / NANOS_PER_MILLI;
        core.append(
                new LogEntry(log.lastIndex() + 1, core.currentTerm(), clusterTime, type, payload));
        sizes.appended(payload.length);
        if (type == EntryType.MEMBERSHIP) {
            addPeers();
        }
    }

    void applied(long index) {
        sizes.applied(index);
    }

    // Replication, paper §5.3

    /**
     * Sends whatever the windows allow, and begins a round if one is due: once per {@link Ready}.
     */
    void flush() {
        if (core.now() >= heartbeatDeadline || (mayRead() && readIndex.wantsRound())) {
            beginRound();
        }
        peers.forEach(this::replicate);
    }

    private void replicate(NodeId to, Progress peer) {
        for (long room = peer.sendableBytes();
                room > 0 && peer.nextIndex() <= log.lastIndex();
                room = peer.sendableBytes()) {
            List<LogEntry> entries = log.entriesFrom(peer.nextIndex(), room);
            long prevLogIndex = peer.nextIndex() - 1;
            AppendEntries append =
                    new AppendEntries(
                            core.currentTerm(),
                            prevLogIndex,
                            log.term(prevLogIndex),
                            core.commitIndex(),
                            entries);
            peer.sent(
                    append.lastIndex(),
                    RaftLog.payloadBytes(entries),
                    core.commitIndex(),
                    readIndex.round(),
                    core.now());
            core.sendNow(to, append);
        }
        if (peer.awaitsCommit(core.commitIndex())) {
            sendHeartbeat(to, peer);
        }
    }

    void onAppendEntriesResponse(NodeId from, AppendEntriesResponse response) {
        Progress peer = peers.get(from);
        if (peer == null || response.index() > log.lastIndex()) {
            return; // No member any more, or no honest answer.
        }
        peer.heard(core.now());
        if (!response.success()) {
            if (peer.isCurrentRejection(response.index())) {
                peer.probeFrom(nextIndexAfter(response));
            }
        } else if (peer.accepted(response.index())) {
            advanceCommitIndex();
            continueTransfer();
        }
    }

    /**
     * Where to try next, by the follower's hint (paper §5.3, end): its log is too short; or we have
     * entries of the conflicting term, then behind the last of them; or we have none, then at the
     * first of them, or before it behind our last entry of an older term, since the follower has
     * nothing newer there. A stale hint costs a round trip and nothing else (Z17).
     */
    private long nextIndexAfter(AppendEntriesResponse rejected) {
        if (rejected.conflictTerm() == 0) {
            return Math.min(rejected.lastLogIndex() + 1, rejected.index());
        }
        long last = log.lastIndexUpToTerm(rejected.index() - 1, rejected.conflictTerm());
        boolean known =
                last >= rejected.conflictIndex() && log.term(last) == rejected.conflictTerm();
        return Math.min(
                known ? last + 1 : Math.min(rejected.conflictIndex(), last + 1), rejected.index());
    }

    /**
     * Paper §5.4.2, Figure 8: counting replicas commits only entries of the leader's own term;
     * older ones follow by Log Matching. This node counts itself up to what its own disk has.
     */
    void advanceCommitIndex() {
        long reached = Quorum.reached(core.membership(), this::matchIndex);
        if (reached > core.commitIndex() && log.term(reached) == core.currentTerm()) {
            core.commitTo(reached);
            sizes.committed(reached);
        }
    }

    private long matchIndex(NodeId voter) {
        Progress peer = peers.get(voter);
        return peer == null ? log.durableIndex() : peer.matchIndex();
    }

    // Rounds and reads, thesis §6.4

    private void beginRound() {
        readIndex.beginRound(core.now(), mayRead() ? core.commitIndex() : -1);
        heartbeatDeadline = core.now() + core.config().heartbeatInterval().toNanos();
        peers.forEach(this::sendHeartbeat);
        confirmRounds(); // Alone, this node is its own quorum.
        if (transfer != null && transfer.timeoutNowSent()) {
            sendTimeoutNow(transfer.target()); // The first one may have been lost.
        }
    }

    private void sendHeartbeat(NodeId to, Progress peer) {
        long commit = peer.commitFor(core.commitIndex());
        peer.commitSent(commit);
        core.sendNow(to, new Heartbeat(core.currentTerm(), readIndex.round(), commit));
    }

    void onHeartbeatResponse(NodeId from, HeartbeatResponse response) {
        Progress peer = peers.get(from);
        if (peer == null || response.round() > readIndex.round()) {
            return;
        }
        peer.heard(core.now());
        peer.confirmed(response.round(), response.lastLogIndex(), core.now());
        confirmRounds();
    }

    private void confirmRounds() {
        long quorumRound = Quorum.reached(core.membership(), this::answeredRound);
        for (ReadIndex.Confirmed each : readIndex.confirmed(quorumRound)) {
            ReadIndex.Pending read = each.read();
            if (read.from() == null) {
                core.grant(
                        new Ready.ReadGrant(read.requestId(), each.readIndex(), read.askedNanos()));
            } else {
                core.sendNow(
                        read.from(),
                        new ReadIndexResponse(
                                core.currentTerm(), read.requestId(), each.readIndex()));
            }
        }
        aborted.entrySet().removeIf(each -> answeredRound(each.getKey()) > each.getValue());
    }

    private long answeredRound(NodeId voter) {
        Progress peer = peers.get(voter);
        return peer == null ? readIndex.round() : peer.answeredRound();
    }

    /**
     * Takes a read, of this node ({@code from} null) or of a follower; says why not if it cannot.
     */
    @Nullable Refusal read(@Nullable NodeId from, long requestId) {
        if (readIndex.count() >= core.config().pendingReadsMax()) {
            return Refusal.OVERLOADED;
        }
        readIndex.add(new ReadIndex.Pending(from, requestId, core.now()));
        return null;
    }

    @Override
    public List<Long> drainReads() {
        List<Long> own = new ArrayList<>();
        for (ReadIndex.Pending read : readIndex.drain()) {
            if (read.from() == null) {
                own.add(read.requestId());
            }
        }
        return own;
    }

    /** Z12: before its first own commit, a leader does not know what is committed. */
    private boolean mayRead() {
        return core.commitIndex() >= termStartIndex;
    }

    /** Until when lease reads are safe here; {@link Long#MIN_VALUE} if they are not (Z22, Z25). */
    long leaseEndNanos() {
        return mayRead() && transfer == null && aborted.isEmpty()
                ? readIndex.leaseEndNanos()
                : Long.MIN_VALUE;
    }

    // Time

    /** Check-quorum (Z7): whether no quorum was heard for one election timeout. */
    boolean hasLostQuorum() {
        return core.now() >= quorumDeadline();
    }

    private long quorumDeadline() {
        long heard =
                Quorum.reached(
                        core.membership(),
                        voter -> {
                            Progress peer = peers.get(voter);
                            return peer == null ? core.now() : peer.heardNanos();
                        });
        return heard == Long.MAX_VALUE ? heard : heard + core.electionTimeoutNanos();
    }

    long nextDeadline() {
        long deadline = Math.min(heartbeatDeadline, quorumDeadline());
        return transfer == null ? deadline : Math.min(deadline, transfer.deadlineNanos());
    }

    void tick() {
        if (transfer != null && core.now() >= transfer.deadlineNanos()) {
            abortTransfer(transfer);
        }
    }

    // Leadership transfer, thesis §3.10

    void transferTo(NodeId target) {
        Membership membership = core.membership();
        if (transfer != null || target.equals(core.self()) || !membership.isVoter(target)) {
            return;
        }
        transfer = new LeadershipTransfer(target, core.now() + core.electionTimeoutNanos(), false);
        continueTransfer();
    }

    private void continueTransfer() {
        if (transfer == null || transfer.timeoutNowSent()) {
            return;
        }
        Progress target = peers.get(transfer.target());
        if (target != null && target.matchIndex() == log.lastIndex()) {
            transfer = transfer.sentTimeoutNow();
            sendTimeoutNow(transfer.target());
        }
    }

    private void sendTimeoutNow(NodeId target) {
        core.sendNow(target, new TimeoutNow(core.currentTerm(), readIndex.round()));
    }

    private void abortTransfer(LeadershipTransfer late) {
        transfer = null;
        if (late.timeoutNowSent()) {
            aborted.put(late.target(), readIndex.round());
        }
    }

    @Nullable NodeId transferTarget() {
        return transfer == null ? null : transfer.target();
    }

    Map<NodeId, Progress> peers() {
        return peers;
    }
}
