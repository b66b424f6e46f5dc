package io.jangada.raft.impl.core;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.RaftCore.PeerProgress;
import io.jangada.raft.impl.core.Reconfiguration.Asker;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leadership: born with the election, gone with the step-down, and with it everything only a
 * leader has. Replicates the log (paper §5.3), decides what is committed (§5.4.2), confirms reads
 * (thesis §6.4), changes members (§4).
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

    /** Made last in the present {@link #flush}, and with what limit. */
    private @Nullable AppendEntries latestAppend;

    private long latestAppendBytesMax;
    private final Succession succession;

    /** The change of members that this leader works on. */
    private @Nullable Reconfiguration change;

    /** The last configuration that was seen to be settled, and when. */
    private long settledIndex;

    private long settledNanos;

    Leader(RaftCore core) {
        this.core = core;
        this.log = core.log();
        this.readIndex = new ReadIndex(core.leaseNanos());
        this.sizes = new EntrySizes(log.lastIndex());
        this.clusterTimeBaseMillis = log.lastClusterTimeMillis(core.snapshots().latest());
        this.tookOverNanos = core.now();
        this.heartbeatDeadline = core.now();
        this.succession = new Succession(core, this);
        this.termStartIndex = log.lastIndex() + 1;
        append(EntryType.NOOP, new byte[0]);
        addPeers();
    }

    /**
     * Everybody in the latest configuration but this node is a peer. Who leaves it stays a peer,
     * and counts for nothing, until that is committed.
     */
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
        if (succession.target() != null || isRetiring()) {
            return Refusal.TRANSFERRING;
        }
        if (sizes.uncommittedBytes() >= core.config().uncommittedBytesMax()
                || sizes.unappliedBytes() >= core.config().unappliedBytesMax()) {
            return Refusal.OVERLOADED;
        }
        InvariantViolation.check(
                proposal.type() == EntryType.COMMAND || proposal.type() == EntryType.OPEN_SESSION,
                "only the leader itself makes such an entry (type)",
                proposal.type().code());
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
        InvariantViolation.check(
                type != EntryType.MEMBERSHIP || core.membershipIndex() <= core.commitIndex(),
                "a configuration must be committed before the next one (latest, commit)",
                core.membershipIndex(),
                core.commitIndex());
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
        if (core.rest().isResting() || !lookAfterMembers()) {
            return;
        }
        if (core.now() >= heartbeatDeadline || (mayRead() && readIndex.wantsRound())) {
            beginRound();
        }
        peers.forEach(this::replicate);
        latestAppend = null; // What is in it will be old.
    }

    private void replicate(NodeId to, Progress peer) {
        if (peer.nextIndex() < log.firstIndex()) {
            if (!peer.hasInflights()) { // Else they may be enough.
                offerSnapshot(to, peer);
            }
            return;
        }
        if (peer.state() == Progress.State.SNAPSHOT) {
            peer.probeFrom(peer.nextIndex()); // It has come far enough by other ways.
        }
        for (long room = peer.sendableBytes();
                room > 0 && peer.nextIndex() <= log.lastIndex();
                room = peer.sendableBytes()) {
            AppendEntries append = appendEntries(peer.nextIndex(), room);
            peer.sent(
                    append.lastIndex(),
                    RaftLog.payloadBytes(append.entries()),
                    core.commitIndex(),
                    readIndex.round(),
                    core.now());
            core.sendNow(to, append);
        }
        if (peer.awaitsCommit(core.commitIndex())) {
            sendHeartbeat(to, peer);
        }
    }

    /** Peers that are equally far get the same message, so that it is made and encoded once. */
    private AppendEntries appendEntries(long nextIndex, long bytesMax) {
        AppendEntries latest = latestAppend;
        if (latest != null
                && latest.prevLogIndex() == nextIndex - 1
                && latestAppendBytesMax == bytesMax) {
            return latest;
        }
        AppendEntries append =
                new AppendEntries(
                        core.currentTerm(),
                        nextIndex - 1,
                        log.term(nextIndex - 1),
                        core.commitIndex(),
                        log.entriesFrom(nextIndex, bytesMax));
        latestAppend = append;
        latestAppendBytesMax = bytesMax;
        return append;
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
        } else {
            onMatch(peer, response.index());
        }
    }

    private void onMatch(Progress peer, long index) {
        if (peer.accepted(index)) {
            advanceCommitIndex();
            succession.proceed();
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
                last >= rejected.conflictIndex() && log.matches(last, rejected.conflictTerm());
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
        return peer == null ? log.durableIndex() : peer.countedIndex();
    }

    // Rounds and reads, thesis §6.4

    private void beginRound() {
        readIndex.beginRound(core.now(), mayRead() ? core.commitIndex() : -1);
        // At the same moments for all groups that this node leads: one frame for each peer.
        long interval = core.config().heartbeatInterval().toNanos();
        heartbeatDeadline = core.now() - Math.floorMod(core.now(), interval) + interval;
        boolean rest = core.rest().asks(this);
        peers.forEach((to, peer) -> sendHeartbeat(to, peer, rest));
        confirmRounds(); // Alone, this node is its own quorum.
        succession.onRound();
        core.rest().restIfAgreed(this);
    }

    private void sendHeartbeat(NodeId to, Progress peer) {
        sendHeartbeat(to, peer, false);
    }

    private void sendHeartbeat(NodeId to, Progress peer, boolean rest) {
        long commit = peer.commitFor(core.commitIndex());
        peer.commitSent(commit);
        core.sendNow(
                to,
                new Heartbeat(
                        core.currentTerm(),
                        readIndex.round(),
                        commit,
                        peer.rebuild(),
                        peer.rebuildTo(),
                        rest));
    }

    void onHeartbeatResponse(NodeId from, HeartbeatResponse response) {
        Progress peer = peers.get(from);
        if (peer == null || response.round() > readIndex.round()) {
            return;
        }
        peer.heard(core.now());
        peer.prefers(response.priority());
        if (peer.rebuilding(
                response.rebuild(), response.round(), readIndex.round(), log.lastIndex())) {
            advanceCommitIndex(); // Whole again, it counts with what it has.
            succession.proceed();
        }
        peer.confirmed(response.round(), response.lastLogIndex(), core.now());
        confirmRounds();
        core.rest().answered(this, from, response);
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
        succession.onConfirmedRounds();
    }

    long answeredRound(NodeId voter) {
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
        return mayRead() && !succession.endsLease() ? readIndex.leaseEndNanos() : Long.MIN_VALUE;
    }

    // Time

    /** Check-quorum (Z7): whether no quorum was heard for one election timeout. */
    boolean hasLostQuorum() {
        return core.now() >= quorumDeadline();
    }

    private long quorumDeadline() {
        long heard = Quorum.reached(core.membership(), this::heardNanos);
        return heard == Long.MAX_VALUE ? heard : heard + core.electionTimeoutNanos();
    }

    private long heardNanos(NodeId voter) {
        Progress peer = peers.get(voter);
        if (peer != null) {
            return peer.heardNanos();
        }
        return voter.equals(core.self()) ? core.now() : Long.MIN_VALUE;
    }

    long nextDeadline() {
        long deadline = Math.min(heartbeatDeadline, quorumDeadline());
        return Math.min(deadline, succession.nextDeadline());
    }

    void tick() {
        succession.tick();
    }

    // Rest

    /** Whether there is nothing to do here, and everybody is at hand and has all there is. */
    boolean isIdle() {
        for (Progress peer : peers.values()) {
            boolean atHand = core.now() - peer.heardNanos() < core.electionTimeoutNanos();
            if (!atHand || !peer.isLevel(log.lastIndex())) {
                return false;
            }
        }
        return core.rest().isLevel()
                && readIndex.count() == 0
                && !isReconfiguring()
                && !isRetiring()
                && succession.isSettled();
    }

    /** Beats at once, and begins anew to mind who is silent. */
    void wake() {
        peers.values().forEach(peer -> peer.hasRested(core.now()));
        heartbeatDeadline = core.now();
    }

    // Snapshots, paper §7

    /** The peer needs entries that are gone: says so, again and again until it has answered. */
    private void offerSnapshot(NodeId to, Progress peer) {
        if (!peer.isOfferDue(core.now())) {
            return;
        }
        SnapshotInfo offer = peer.offered();
        long behind = log.firstIndex() - 1;
        if (offer == null || offer.meta().index() < behind) {
            offer = core.snapshots().holding(behind);
        }
        peer.offer(offer, core.now());
        core.sendNow(to, new InstallSnapshot(core.currentTerm(), offer));
    }

    /** Up to where the log may go without making a fetch that is under way useless. */
    long mayCompactTo() {
        long least = Long.MAX_VALUE;
        for (Progress peer : peers.values()) {
            least = Math.min(least, peer.mayCompactTo(log.lastIndex(), core.now()));
        }
        return least;
    }

    void onInstallSnapshotResponse(NodeId from, InstallSnapshotResponse response) {
        Progress peer = peers.get(from);
        if (peer == null || response.index() > log.lastIndex()) {
            return;
        }
        peer.heard(core.now());
        switch (response.status()) {
            case FETCHING -> peer.fetched(response.index(), response.bytes());
            case FAILED -> peer.fetchFailed(response.index());
            case INSTALLED, REFUSED -> onMatch(peer, response.index());
        }
    }

    // Members, paper §6, thesis §4

    /** Someone wishes other members; refuses at once, or works on it. */
    void reconfigure(Asker asker, MembershipChange wish) {
        if (change != null && change.isFor(wish)) {
            change.join(asker);
            return;
        }
        Membership current = core.membership();
        Membership settled = current.isJoint() ? MembershipSteps.left(current) : current;
        String refusal = null;
        Membership target = settled;
        try {
            target = wish.appliedTo(settled);
        } catch (IllegalArgumentException e) {
            refusal = e.getMessage();
        }
        if (refusal == null) {
            refusal = whyNotNow(settled, target);
        }
        if (refusal == null) {
            change = new Reconfiguration(wish, target, asker);
        } else {
            answer(asker, refusal);
        }
    }

    /** Z38 and its like. To wait for what is under way anyhow is always possible. */
    private @Nullable String whyNotNow(Membership settled, Membership target) {
        Membership current = core.membership();
        if (target.toString().length() > Reconfiguration.MEMBERSHIP_CHARS_MAX) {
            return "a configuration of " + target.members().size() + " members is too long";
        }
        if (change != null) {
            return "another change of members is under way, to " + change.target();
        }
        if (!mayRead()) {
            return "the leader has not committed an entry of its term yet";
        }
        boolean underWay = current.isJoint() || core.membershipIndex() > core.commitIndex();
        if (underWay && !target.equals(settled)) {
            return "another change of members is under way: " + current + " is not settled";
        }
        if (succession.target() != null || isRetiring()) {
            return "leadership is being handed over";
        }
        return null;
    }

    private void answer(Asker asker, @Nullable String refusal) {
        if (asker.from() == null) {
            core.changed(asker.requestId(), refusal);
        } else {
            core.sendNow(
                    asker.from(),
                    new ReconfigureResponse(core.currentTerm(), asker.requestId(), refusal));
        }
    }

    /**
     * Goes on from a configuration that is committed, and so is an entry of this term (Z38): leaves
     * a joint one, whoever entered it (Z39), takes the next step of a change, lets go of nodes that
     * are out.
     *
     * @return false if this leadership is over, for this node itself is out
     */
    private boolean lookAfterMembers() {
        if (!mayRead() || core.membershipIndex() > core.commitIndex()) {
            return true;
        }
        Membership current = core.membership();
        Membership next = current;
        if (current.isJoint()) {
            next = MembershipSteps.left(current);
        } else if (change != null) {
            next = change.next(current, this);
        }
        if (next != null && !next.equals(current)) {
            append(EntryType.MEMBERSHIP, next.toString().getBytes(StandardCharsets.UTF_8));
            return true;
        }
        if (next != null && change != null) {
            Reconfiguration done = change;
            change = null;
            done.askers().forEach(asker -> answer(asker, done.refusal()));
        }
        return change != null || settle();
    }

    /** The latest configuration is committed, and no other is to follow it. */
    private boolean settle() {
        if (settledIndex != core.membershipIndex()) {
            settledIndex = core.membershipIndex();
            settledNanos = core.now();
        }
        boolean late = core.now() - settledNanos >= core.electionTimeoutNanos();
        peers.entrySet().removeIf(each -> isGone(each.getKey(), each.getValue(), late));
        if (isRetiring() && (succession.resign() || late)) {
            core.stepDown();
            return false;
        }
        return true;
    }

    /** Who is out is told so, if it has the entry that says it, and then left alone. */
    private boolean isGone(NodeId id, Progress peer, boolean late) {
        if (core.membership().member(id).isPresent()) {
            return false;
        }
        boolean knows = peer.matchIndex() >= settledIndex;
        if (knows) {
            sendHeartbeat(id, peer);
        }
        return knows || late || isRetiring();
    }

    /** Z39: outside of the committed configuration a leader has nothing left to do. */
    private boolean isRetiring() {
        return !core.membership().isVoter(core.self())
                && core.membershipIndex() <= core.commitIndex();
    }

    boolean isReconfiguring() {
        return change != null || core.membership().isJoint();
    }

    /** What this leader works towards; null if nothing. */
    @Nullable Membership changeTarget() {
        return change == null ? null : change.target();
    }

    CatchUp catchUp(NodeId id) {
        return new CatchUp(id, log.lastIndex(), core.now());
    }

    /** Looks after a node that catches up; says why it must be given up. */
    @Nullable String check(NodeId id, CatchUp catchUp) {
        return catchUp.check(
                peers.get(id), log.lastIndex(), core.electionTimeoutNanos(), core.now());
    }

    /** Whether a majority of these voters could vote: was heard within one election timeout. */
    boolean hearsMajorityOf(Membership membership) {
        return Quorum.reached(
                        membership,
                        voter -> {
                            Progress peer = peers.get(voter);
                            boolean whole = peer == null || !peer.isRebuilding();
                            return whole ? heardNanos(voter) : Long.MIN_VALUE;
                        })
                > core.now() - core.electionTimeoutNanos();
    }

    // Leadership transfer, thesis §3.10

    /** Hands over; not during a change of members, which the next leader would not finish. */
    void transferTo(NodeId target) {
        if (!isReconfiguring() && !isRetiring()) {
            succession.transferTo(target);
        }
    }

    void onDiskSick() {
        succession.onDiskSick();
    }

    @Nullable NodeId transferTarget() {
        return succession.target();
    }

    long round() {
        return readIndex.round();
    }

    Map<NodeId, PeerProgress> progress() {
        Map<NodeId, PeerProgress> progress = new TreeMap<>();
        peers.forEach(
                (id, peer) ->
                        progress.put(id, new PeerProgress(peer.matchIndex(), peer.nextIndex())));
        return progress;
    }

    Map<NodeId, Progress> peers() {
        return peers;
    }
}
