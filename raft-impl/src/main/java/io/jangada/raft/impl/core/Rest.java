package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import java.util.Set;
import java.util.TreeSet;

/**
 * An idle group rests: its timers stand still and nobody sends anything, until something happens.
 *
 * <p>A leader that has had nothing to do for a while, with everybody at hand and all logs equal and
 * committed, asks so in a round of heartbeats; each peer that sees the same stops its election
 * timer and says so. Once all have, the leader stops its heartbeats and no longer minds their
 * silence. If one has not by the next round, that is an ordinary one, which wakes the others.
 *
 * <p>Nothing that safety rests on changes: terms, votes and logs are what they were, promises and
 * leases run out in their time (Z22, Z23), and a read on a leader that rested waits for a round as
 * ever. Only liveness needs care: any input that is news wakes the node before it is taken, and
 * that the others still rest too is for the host to watch ({@link Input.Rouse}).
 */
final class Rest {
    private final RaftCore core;
    private final Election election;
    private final Voting voting;

    /** How long nothing must have happened; 0 if this node never rests. */
    private final long quietNanos;

    private boolean resting;

    /** When something last happened, as far as a leader knows. */
    private long quietSince;

    /** The round in which this leader has asked; 0 if it has not. */
    private long askedRound;

    private final Set<NodeId> agreed = new TreeSet<>();

    Rest(RaftCore core, Election election, Voting voting) {
        this.core = core;
        this.election = election;
        this.voting = voting;
        this.quietNanos = core.config().hibernateAfter().toNanos();
    }

    boolean isResting() {
        return resting;
    }

    private boolean isAllowed() {
        return quietNanos > 0;
    }

    /** Whether all of the log is durable, committed and applied here, and the disk is well. */
    boolean isLevel() {
        long last = core.log().lastIndex();
        return core.log().durableIndex() == last
                && core.commitIndex() == last
                && core.lastApplied() == last
                && !core.isDiskSick()
                && !core.isRebuilding();
    }

    // Falling asleep: the leader

    /** A leadership begins: that is news to everybody. */
    void led() {
        quietSince = core.now();
        askedRound = 0;
    }

    /** A round begins. Says whether it asks all to rest. */
    boolean asks(Leader leader) {
        boolean unanswered = askedRound != 0;
        askedRound = 0;
        agreed.clear();
        if (unanswered) {
            quietSince = core.now();
        }
        boolean quiet = core.now() - quietSince >= Math.max(quietNanos, election.timeoutNanos());
        if (isAllowed() && quiet && leader.isIdle()) {
            askedRound = leader.round();
        }
        return askedRound != 0;
    }

    void answered(Leader leader, NodeId from, HeartbeatResponse response) {
        if (response.rest() && response.round() == askedRound) {
            agreed.add(from);
            restIfAgreed(leader);
        }
    }

    /** Once all have agreed; alone, a node has nobody to ask. */
    void restIfAgreed(Leader leader) {
        if (askedRound != 0 && agreed.containsAll(leader.peers().keySet()) && leader.isIdle()) {
            resting = true;
        }
    }

    // Falling asleep: the others

    /** The leader's round has been taken. Says whether this node rests in it. */
    boolean agrees(Heartbeat heartbeat, boolean latest, boolean idle) {
        if (!latest) {
            return false; // The leader has moved on since.
        }
        resting = heartbeat.rest() && isAllowed() && idle;
        return resting;
    }

    // Waking

    /** An input is about to be taken: if it is news, timers run first. */
    void before(Input input) {
        if (input instanceof Input.Rouse) {
            wake(false);
        } else if (isNews(input)) {
            quietSince = core.now();
            askedRound = 0;
            wake(true);
        }
    }

    private boolean isNews(Input input) {
        if (input instanceof Input.Received received) {
            return isNews(received.message());
        }
        return !(input instanceof Input.Tick
                || input instanceof Input.Persisted
                || input instanceof Input.Applied
                || input instanceof Input.SnapshotSaved
                || input instanceof Input.SnapshotProgress);
    }

    /** Heartbeats and their answers are none, unless they come to where nobody expects them. */
    private boolean isNews(Message message) {
        if (message.term() != core.currentTerm()) {
            return true;
        }
        if (message instanceof Heartbeat) {
            return false; // Timers run from the moment that it is taken.
        }
        if (message instanceof HeartbeatResponse response) {
            return resting && !response.rest() && response.round() >= askedRound;
        }
        return true;
    }

    /**
     * Timers run again.
     *
     * @param trusting whether the leader counts as heard just now: its silence was agreed on, and
     *     what woke this node says nothing against it. A stray message then makes nobody vote for
     *     another leader
     */
    private void wake(boolean trusting) {
        if (!resting) {
            return;
        }
        resting = false;
        askedRound = 0;
        quietSince = core.now();
        if (core.role() instanceof Leader leader) {
            leader.wake();
        } else if (core.role() instanceof Follower follower) {
            follower.waitUntil(core.now() + election.drawTimeoutNanos());
            if (trusting) {
                voting.heardLeader(core.now() + election.timeoutNanos());
            }
        }
    }
}
