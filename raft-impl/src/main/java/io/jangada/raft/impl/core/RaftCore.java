package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.TransferRequest;
import io.jangada.raft.impl.core.Ready.ReadGrant;
import io.jangada.raft.impl.core.Reconfiguration.Asker;
import io.jangada.raft.impl.core.Role.Candidate;
import io.jangada.raft.impl.core.Role.PreCandidate;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node's part in one group: {@link #step} inputs, then take one {@link #ready}.
 *
 * <p>Roles and their transitions; nothing else assigns {@code role}, {@code currentTerm} or {@code
 * votedFor}:
 *
 * <pre>
 *   from           to             when
 *   any            Follower       a higher term is seen; a leader of this term is heard; quorum lost
 *   Follower       PreCandidate   no leader heard for a random time in [T, 1.5 T)
 *   PreCandidate   Candidate      a quorum would vote for it
 *   PreCandidate   PreCandidate   no decision within a random time
 *   Candidate      PreCandidate   no decision within a random time
 *   Follower       Candidate      the leader asked for it (TimeoutNow)
 *   Candidate      Leader         a quorum voted for it
 * </pre>
 *
 * <p>Not thread-safe. Every method but the accessors may throw {@link InvariantViolation}; the core
 * is then not to be used any more.
 */
public final class RaftCore {
    private final NodeId self;
    private final RaftConfig config;
    private final RaftLog log;
    private final Memberships memberships;
    private final Election election;

    /** Latest term this node has seen (paper Figure 2). Never falls. */
    private long currentTerm;

    /** Who got this node's vote in {@code currentTerm}. */
    private @Nullable NodeId votedFor;

    /** The write that makes term and vote durable; nothing that shows them leaves before (Z1). */
    private long hardStateWrite;

    private Role role;

    /**
     * Highest index known to be committed. Never falls within a life. Invariant: {@code lastApplied
     * <= commitIndex <= log.lastIndex()}.
     */
    private long commitIndex;

    /** Highest index applied to the state machine. */
    private long lastApplied;

    /** When the latest input came. */
    private long now;

    private final Inbox inbox;
    private final Voting voting;
    private final Snapshots snapshots;
    private final Rebuild rebuild;
    private final Rest rest;
    private final int priority;
    private boolean diskSick;

    /** Last round of the current term that was confirmed to its leader (Z25). */
    private long answeredRound;

    /** Begins anywhere, so that an answer to an earlier life is not taken for one to this. */
    private long lastReadBatch;

    private final Effects effects = new Effects();

    /**
     * A node as it comes back to life: as a follower, whatever it was before (Z26).
     *
     * @param self this node
     * @param config the settings
     * @param stored its log; must show each write of a {@link Ready} before the next input
     * @param hardState its durable term and vote
     * @param snapshot its newest durable snapshot, which the state machine has loaded; null if it
     *     has none. If the log does not contain the snapshot's last entry, it is reset behind it
     * @param rebuilding whether part of the log was lost: the node neither votes nor counts until
     *     it has everything that it may once have acknowledged
     * @param priority how much it is preferred as a leader, from 0
     * @param heldNanos for how long nobody else can have used its log, at the present; a promise of
     *     an earlier life has been binding for at least so long
     * @param seed decides its random timeouts; another one in each life
     * @param nowNanos the present, on the clock of all later inputs
     */
    public RaftCore(
            NodeId self,
            RaftConfig config,
            LogReader stored,
            HardState hardState,
            @Nullable SnapshotInfo snapshot,
            boolean rebuilding,
            int priority,
            long heldNanos,
            long seed,
            long nowNanos) {
        this.self = self;
        this.config = config;
        this.log = new RaftLog(stored);
        this.memberships =
                new Memberships(
                        self,
                        stored.membershipEntries(),
                        snapshot == null ? null : snapshot.meta());
        this.election = new Election(config, seed);
        this.currentTerm = hardState.currentTerm();
        this.votedFor = hardState.votedFor();
        this.now = nowNanos;
        this.priority = priority;
        this.commitIndex = stored.firstIndex() - 1;
        this.voting = new Voting(this, memberships, nowNanos - heldNanos + election.timeoutNanos());
        this.snapshots = new Snapshots(this, log, snapshot);
        this.inbox = new Inbox(this, voting, snapshots);
        this.lastReadBatch = election.drawNumber();
        this.role = new Follower(this, null, nowNanos + election.drawFirstTimeoutNanos(heldNanos));
        this.rebuild = new Rebuild(rebuilding ? election.drawNumber() | 1 : 0);
        this.rest = new Rest(this, election, voting);
        if (snapshot != null) {
            beginBehind(snapshot.meta());
        }
        this.lastApplied = commitIndex;
        exemptOnlyVoter();
    }

    /**
     * What a snapshot holds is committed. A log without its last entry was about to be reset when
     * the node went down; and a group founded on a snapshot is in the snapshot's term.
     */
    private void beginBehind(SnapshotMeta snapshot) {
        if (!log.matches(snapshot.index(), snapshot.term())) {
            log.reset(snapshot.index(), snapshot.term());
            memberships.reset(snapshot);
        }
        commitIndex = Math.max(commitIndex, snapshot.index());
        if (snapshot.term() > currentTerm) {
            currentTerm = snapshot.term();
            votedFor = null;
            persistHardState();
        }
    }

    /**
     * Z23: the only voter has nobody to wait for, unless it has become that lately: who led the
     * larger group may still hold a lease on what this node promised.
     */
    private void exemptOnlyVoter() {
        if (voting.mayCampaign() && memberships.wasAlwaysOnlyVoter()) {
            voting.promisedNothing();
            ((Follower) role).waitUntil(now);
        }
    }

    // Inputs

    /** Takes one input in. Its effects are in the next {@link #ready}. */
    public void step(Input input) {
        InvariantViolation.check(
                input.nowNanos() >= now, "time fell (input, before)", input.nowNanos(), now);
        now = input.nowNanos();
        rest.before(input);
        if (input instanceof Input.Received received) {
            inbox.take(received.from(), received.message());
        } else if (input instanceof Input.Persisted persisted) {
            onPersisted(persisted.writeSequence());
        } else if (input instanceof Input.Propose propose) {
            onPropose(propose);
        } else if (input instanceof Input.Read read) {
            onRead(read.requestId());
        } else if (input instanceof Input.Applied applied) {
            onApplied(applied.index());
        } else if (input instanceof Input.Tick) {
            onTick();
        } else if (input instanceof Input.TransferLeadership transfer) {
            onTransferLeadership(transfer.target());
        } else if (input instanceof Input.Found found) {
            onFound(found.membership());
        } else if (input instanceof Input.Reconfigure reconfigure) {
            onReconfigure(reconfigure);
        } else if (input instanceof Input.DiskSick disk) {
            onDiskSick(disk.sick());
        } else if (!(input instanceof Input.Rouse)) {
            snapshots.take(input);
        }
    }

    /** Hands out everything that the inputs since the last call decided. */
    public Ready ready() {
        if (role instanceof Leader leader) {
            leader.flush();
        } else if (role instanceof Follower follower) {
            follower.flush();
            long matching = Math.min(follower.verifiedIndex(), log.durableIndex());
            if (rebuild.endsWith(currentTerm, matching)) {
                effects.rebuilt();
            }
        }
        RaftLog.Write write = log.takeWrite();
        return effects.take(write, Math.min(commitIndex, log.durableIndex()));
    }

    /** When to step a {@link Input.Tick} at the latest; {@link Long#MAX_VALUE} if no timer runs. */
    public long nextDeadlineNanos() {
        if (rest.isResting()) {
            return Long.MAX_VALUE;
        }
        if (role instanceof Leader leader) {
            return leader.nextDeadline();
        }
        long deadline = voting.mayCampaign() ? role.electionDeadline() : Long.MAX_VALUE;
        return role instanceof Follower follower
                ? Math.min(deadline, follower.nextDeadline())
                : deadline;
    }

    private void onFound(Membership membership) {
        InvariantViolation.check(
                log.lastIndex() == 0, "only an empty log can be founded (last)", log.lastIndex());
        byte[] text = membership.toString().getBytes(StandardCharsets.UTF_8);
        append(new LogEntry(1, 0, 0, EntryType.MEMBERSHIP, text));
        exemptOnlyVoter();
    }

    private void onTick() {
        if (rest.isResting()) {
            return;
        }
        if (role instanceof Leader leader) {
            if (leader.hasLostQuorum()) {
                becomeFollower(currentTerm, null);
            } else {
                leader.tick();
            }
            return;
        }
        if (role instanceof Follower follower) {
            follower.tick();
        }
        if (voting.mayCampaign() && now >= role.electionDeadline()) {
            if (!(role instanceof Follower)) {
                election.lost();
            }
            becomePreCandidate();
        }
    }

    private void onPersisted(long writeSequence) {
        log.persisted(writeSequence);
        if (role instanceof Leader leader) {
            leader.advanceCommitIndex();
        } else if (role instanceof Candidate candidate
                && log.isPersisted(candidate.ownVoteWrite())) {
            candidate.tally().add(self, true);
            voting.countVotes(candidate);
        }
    }

    private void onApplied(long index) {
        InvariantViolation.check(
                index >= lastApplied && index <= commitIndex,
                "lastApplied must grow and stay within commitIndex (new, old, commit)",
                index,
                lastApplied,
                commitIndex);
        lastApplied = index;
        if (role instanceof Leader leader) {
            leader.applied(index);
        }
    }

    private void onPropose(Input.Propose propose) {
        Refusal refusal = null;
        if (role instanceof Leader leader) {
            refusal = leader.propose(propose.proposal());
        } else if (leader() != null) {
            sendAfterHardState(
                    leader(),
                    new ForwardProposal(currentTerm, propose.requestId(), propose.proposal()));
        } else {
            refusal = Refusal.NO_LEADER;
        }
        if (refusal != null) {
            effects.refuse(propose.requestId(), refusal, true);
        }
    }

    private void onRead(long requestId) {
        Refusal refusal = Refusal.NO_LEADER;
        if (role instanceof Leader leader) {
            refusal = leader.read(null, requestId);
        } else if (role instanceof Follower follower) {
            refusal = follower.read(requestId);
        }
        if (refusal != null) {
            effects.refuse(requestId, refusal, true);
        }
    }

    private void onTransferLeadership(NodeId target) {
        if (role instanceof Leader leader) {
            leader.transferTo(target);
        } else if (leader() != null) {
            sendAfterHardState(leader(), new TransferRequest(currentTerm, target));
        }
    }

    private void onReconfigure(Input.Reconfigure wish) {
        if (role instanceof Leader leader) {
            leader.reconfigure(new Asker(null, wish.requestId()), wish.change());
        } else if (leader() != null) {
            sendAfterHardState(
                    leader(),
                    new Message.Reconfigure(currentTerm, wish.requestId(), wish.change()));
        }
    }

    private void onDiskSick(boolean sick) {
        diskSick = sick;
        if (sick && role instanceof Leader leader) {
            leader.onDiskSick();
        }
    }

    // What messages do to a node in any role

    /** The sender leads this term: follow it, and promise it this node's patience (Z8, Z23). */
    Follower hear(NodeId leader) {
        InvariantViolation.check(
                !(role instanceof Leader), "two leaders in one term (term)", currentTerm);
        if (!leader.equals(leader())) {
            becomeFollower(currentTerm, leader);
        }
        Follower follower = (Follower) role;
        election.leaderHeard();
        follower.waitUntil(now + election.drawTimeoutNanos());
        voting.heardLeader(now + election.timeoutNanos());
        return follower;
    }

    // Elections, paper §5.2 and §5.4.1, thesis §4.2.3, §9.6

    boolean mayVoteFor(NodeId candidate) {
        return votedFor == null || votedFor.equals(candidate);
    }

    /** A repeated request gets the same answer again (Z4). A pre-candidate gives up its attempt. */
    void voteFor(NodeId candidate) {
        if (votedFor == null) {
            vote(candidate);
        }
        if (!(role instanceof Follower)) {
            becomeFollower(currentTerm, null);
        }
        ((Follower) role).waitUntil(now + election.drawTimeoutNanos()); // Z8
    }

    void loseElection() {
        election.lost();
        becomeFollower(currentTerm, null);
    }

    // Transitions

    void becomeFollower(long term, @Nullable NodeId leader) {
        InvariantViolation.check(
                term >= currentTerm, "a term must not fall (new, old)", term, currentTerm);
        // A higher term alone does not buy its candidate time (Z8): the timer goes on.
        long deadline =
                role instanceof Leader
                        ? now + election.drawTimeoutNanos()
                        : role.electionDeadline();
        become(new Follower(this, leader, deadline));
        if (term > currentTerm) {
            currentTerm = term;
            votedFor = null;
            answeredRound = 0;
            persistHardState();
        }
    }

    private void becomePreCandidate() {
        PreCandidate preCandidate =
                new PreCandidate(new VoteTally(), now + election.drawTimeoutNanos());
        become(preCandidate);
        preCandidate.tally().add(self, true);
        voting.request(currentTerm + 1, true, false);
        voting.countPreVotes(preCandidate);
    }

    void becomeCandidate(boolean transfer) {
        InvariantViolation.check(
                transfer || now >= voting.noVoteBefore(),
                "a candidate must not break its promise to a leader (now, bound until)",
                now,
                voting.noVoteBefore());
        currentTerm++;
        votedFor = null;
        answeredRound = 0;
        vote(self);
        become(
                new Candidate(
                        new VoteTally(), now + election.drawTimeoutNanos(), log.currentWrite()));
        voting.request(currentTerm, false, transfer);
    }

    void becomeLeader() {
        InvariantViolation.check(
                role instanceof Candidate, "only a candidate becomes leader (term)", currentTerm);
        election.leaderHeard();
        rest.led();
        become(new Leader(this));
    }

    private void become(Role next) {
        for (long read : role.drainReads()) {
            effects.refuse(read, Refusal.NO_LEADER, true);
        }
        role = next;
    }

    /** A leader ends its own leadership. */
    void stepDown() {
        becomeFollower(currentTerm, null);
    }

    private void vote(NodeId candidate) {
        InvariantViolation.check(
                votedFor == null || votedFor.equals(candidate),
                "one vote per term (term)",
                currentTerm);
        votedFor = candidate;
        persistHardState();
    }

    private void persistHardState() {
        log.changed(new HardState(currentTerm, votedFor));
        hardStateWrite = log.currentWrite();
    }

    // What roles use

    NodeId self() {
        return self;
    }

    RaftConfig config() {
        return config;
    }

    RaftLog log() {
        return log;
    }

    long now() {
        return now;
    }

    long electionTimeoutNanos() {
        return election.timeoutNanos();
    }

    /** Thesis §6.4.1, Z22: shorter than what followers promise, by the drift of clocks. */
    long leaseNanos() {
        return (long) (election.timeoutNanos() * (1 - config.maxClockDrift()));
    }

    void append(LogEntry entry) {
        log.append(entry);
        memberships.appended(entry);
    }

    void commitTo(long index) {
        InvariantViolation.check(
                index >= commitIndex && index <= log.lastIndex(),
                "commitIndex must grow and stay within the log (new, old, last)",
                index,
                commitIndex,
                log.lastIndex());
        commitIndex = index;
        memberships.committedTo(index);
    }

    void truncateFrom(long index) {
        InvariantViolation.check(
                index > commitIndex && !leadsNow(),
                "neither what is committed nor a leader's own log may be cut (from, commit, term)",
                index,
                commitIndex,
                currentTerm);
        log.truncateFrom(index);
        memberships.truncatedFrom(index);
    }

    /** Puts a snapshot of committed entries in the place of a log that does not hold them. */
    void install(SnapshotInfo snapshot) {
        SnapshotMeta meta = snapshot.meta();
        InvariantViolation.check(
                meta.index() > commitIndex && meta.term() <= currentTerm,
                "a snapshot must be ahead of what is committed, and of no later term (snapshot,"
                        + " commit, its term, term)",
                meta.index(),
                commitIndex,
                meta.term(),
                currentTerm);
        if (!(role instanceof Follower)) {
            becomeFollower(currentTerm, null);
        }
        log.reset(meta.index(), meta.term());
        memberships.reset(meta);
        commitIndex = meta.index();
        ((Follower) role).matchedTo(commitIndex);
        effects.load(snapshot);
    }

    /** A round of this term's leader is being confirmed. */
    void answered(long round) {
        answeredRound = Math.max(answeredRound, round);
    }

    long answeredRound() {
        return answeredRound;
    }

    long nextReadBatch() {
        return ++lastReadBatch;
    }

    /**
     * A leader that does not know yet that this log lost entries believes in some that are gone.
     */
    boolean believesCommitOf(Heartbeat heartbeat) {
        rebuild.onHeartbeat(heartbeat);
        return heartbeat.rebuild() == rebuild.nonce() || !rebuild.isUnderWay();
    }

    HeartbeatResponse heartbeatResponse(long round, boolean rests) {
        int wish = diskSick ? HeartbeatResponse.UNFIT : priority;
        return new HeartbeatResponse(
                currentTerm, round, log.lastIndex(), wish, rebuild.nonce(), rests);
    }

    Rest rest() {
        return rest;
    }

    void fetch(Ready.Fetch fetch) {
        effects.fetch(fetch);
    }

    /** A proposal that was passed on was refused by who was thought to lead. */
    void refusedByLeader(ForwardRefused refused) {
        effects.refuse(refused.requestId(), refused.reason(), false);
    }

    void changed(long requestId, @Nullable String refusal) {
        effects.changed(requestId, refusal);
    }

    void grant(ReadGrant grant) {
        effects.grant(grant);
    }

    /** Sends for a leader: its term is durable, and entries may overtake its own disk. */
    void sendNow(NodeId to, Message message) {
        effects.send(to, message, 0);
    }

    /** Sends what shows the current term: not before that is durable (Z1). */
    void sendAfterHardState(NodeId to, Message message) {
        effects.send(to, message, hardStateWrite);
    }

    /** Sends what states that entries up to an index are durable: not before they are (I12). */
    void sendAfterEntries(NodeId to, Message message, long lastIndex) {
        long write = lastIndex <= log.durableIndex() ? hardStateWrite : log.currentWrite();
        effects.send(to, message, write);
    }

    /** Sends what states something of everything known now: not before all of it is durable. */
    void sendAfterWrites(NodeId to, Message message) {
        effects.send(to, message, log.currentWrite());
    }

    Membership membership() {
        return memberships.latest();
    }

    /** Latest term seen. */
    public long currentTerm() {
        return currentTerm;
    }

    long commitIndex() {
        return commitIndex;
    }

    long lastApplied() {
        return lastApplied;
    }

    long membershipIndex() {
        return memberships.latestIndex();
    }

    Snapshots snapshots() {
        return snapshots;
    }

    Role role() {
        return role;
    }

    boolean leadsNow() {
        return role instanceof Leader;
    }

    boolean isRebuilding() {
        return rebuild.isUnderWay();
    }

    boolean isDiskSick() {
        return diskSick;
    }

    int priority() {
        return priority;
    }

    @Nullable NodeId leader() {
        if (role instanceof Leader) {
            return self;
        }
        return role instanceof Follower follower ? follower.leader() : null;
    }

    // What can be seen from outside

    /** A picture of the present. */
    public CoreStatus status() {
        Leader leading = role instanceof Leader leader ? leader : null;
        return new CoreStatus(
                CoreStatus.roleOf(role, membership().learners().containsKey(self)),
                currentTerm,
                votedFor,
                leader(),
                log.firstIndex(),
                log.lastIndex(),
                log.durableIndex(),
                commitIndex,
                lastApplied,
                membership(),
                leading == null ? Long.MIN_VALUE : leading.leaseEndNanos(),
                leading == null ? null : leading.transferTarget(),
                membershipIndex(),
                leading == null ? null : leading.changeTarget(),
                snapshots.latestIndex(),
                voting.wasToldOfRemoval() || memberships.hasLeft(commitIndex),
                isRebuilding(),
                rest.isResting());
    }

    /**
     * Up to where the log may be compacted without making a snapshot useless that a peer is
     * fetching; {@link Long#MAX_VALUE} if nobody does, or this node does not lead.
     */
    public long mayCompactTo() {
        return role instanceof Leader leader ? leader.mayCompactTo() : Long.MAX_VALUE;
    }

    /** What a leader knows of a peer's log. */
    public record PeerProgress(long matchIndex, long nextIndex) {}

    /** What this leader knows of its peers' logs; empty if it does not lead. */
    public Map<NodeId, PeerProgress> progress() {
        return role instanceof Leader leader ? leader.progress() : Map.of();
    }
}
