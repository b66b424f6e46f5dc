package io.jangada.raft.impl.core;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.impl.core.Role.Candidate;
import io.jangada.raft.impl.core.Role.PreCandidate;

/**
 * Who gets this node's vote, and what the votes of others decide: paper §5.2 and §5.4.1, thesis
 * §4.2.3 and §9.6. The roles and the vote itself change in {@link RaftCore} only.
 */
final class Voting {
    private final RaftCore core;
    private final Memberships memberships;

    /**
     * No vote is given, asked or cast before this moment (Z23): a leader that was heard may hold a
     * lease until then, and after a start we do not know whom we heard.
     */
    private long noVoteBefore;

    /**
     * Until then what was promised before the start may bind this node (Z23); not if nobody can
     * have used its log for that long.
     */
    private final long promisesUnknownUntil;

    /**
     * Where the committed configuration without this node stands, as somebody said; 0 if nobody
     * did, or a leader was heard since. This node then does not stand for election (Z42).
     */
    private long removedAt;

    Voting(RaftCore core, Memberships memberships, long promisesUnknownUntil) {
        this.core = core;
        this.memberships = memberships;
        this.noVoteBefore = promisesUnknownUntil;
        this.promisesUnknownUntil = promisesUnknownUntil;
    }

    /** A leader was heard, and may count on this node until then. */
    void heardLeader(long promisedUntil) {
        noVoteBefore = promisedUntil;
        removedAt = 0;
    }

    /** There is nobody to whom this node could have promised anything. */
    void promisedNothing() {
        noVoteBefore = core.now();
    }

    long noVoteBefore() {
        return noVoteBefore;
    }

    /** Whether this node may stand for election, if it comes to that. */
    boolean mayCampaign() {
        return memberships.mayLead()
                && !core.isRebuilding()
                && !core.isDiskSick()
                && removedAt == 0;
    }

    boolean wasToldOfRemoval() {
        return removedAt > 0;
    }

    /**
     * Who leads is right about who belongs to the group; only a node without a leader needs this. A
     * node with a newer configuration knows better.
     */
    void onRemovedNotice(RemovedNotice notice) {
        if (core.leader() == null && notice.membershipIndex() >= memberships.latestIndex()) {
            removedAt = notice.membershipIndex();
        }
    }

    /**
     * Thesis §3.10, Z25: not if a later round was answered, for the leader may have its lease back,
     * and not while we do not know whether one was.
     */
    void onTimeoutNow(NodeId from, TimeoutNow message) {
        if (core.role() instanceof Follower follower
                && from.equals(follower.leader())
                && core.answeredRound() <= message.round()
                && core.now() >= promisesUnknownUntil
                && mayCampaign()) {
            core.becomeCandidate(true);
        }
    }

    /** Z23, with its exemptions: the only voter, and an election that the last leader asked for. */
    boolean isBoundToLeader(RequestVote request) {
        return !request.transfer() && (core.leadsNow() || core.now() < noVoteBefore);
    }

    void onRequestVote(NodeId from, RequestVote request) {
        boolean upToDate = core.log().isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        // A log that lost entries must not decide who has them all (Z33).
        boolean fit = upToDate && !core.isRebuilding() && !isBoundToLeader(request);
        boolean granted;
        if (request.preVote()) {
            granted = fit && request.term() > core.currentTerm();
            long term = granted ? request.term() : core.currentTerm();
            core.sendAfterHardState(from, new RequestVoteResponse(term, true, granted));
            if (granted && core.role() instanceof PreCandidate && !comesBefore(from, request)) {
                core.becomeFollower(core.currentTerm(), null);
            }
        } else {
            granted = fit && core.leader() == null && core.mayVoteFor(from);
            if (granted) {
                core.voteFor(from);
            }
            core.sendAfterHardState(
                    from, new RequestVoteResponse(core.currentTerm(), false, granted));
        }
        if (!granted) {
            tellIfRemoved(from);
        }
    }

    /**
     * Two attempts whose requests cross would both be granted, and then split the vote (paper
     * §5.2), so one of the two gives up: the one with the greater id. Attempts that differ in term
     * or log cannot both succeed; the one that this node grants is the better one.
     */
    private boolean comesBefore(NodeId other, RequestVote request) {
        RaftLog log = core.log();
        return request.term() == core.currentTerm() + 1
                && request.lastLogTerm() == log.lastTerm()
                && request.lastLogIndex() == log.lastIndex()
                && core.self().compareTo(other) < 0;
    }

    /** Paper §5.1: refused, so that the sender learns of this term, and of its removal. */
    void onStaleRequest(NodeId from, RequestVote request) {
        core.sendAfterHardState(
                from, new RequestVoteResponse(core.currentTerm(), request.preVote(), false));
        tellIfRemoved(from);
    }

    /**
     * Z42. Who is a member again, and knows it, has a newer configuration and will not believe
     * this.
     */
    private void tellIfRemoved(NodeId from) {
        long commitIndex = core.commitIndex();
        if (memberships.committedIndex(commitIndex) > 0
                && memberships.committed(commitIndex).member(from).isEmpty()
                && memberships.latest().member(from).isEmpty()) {
            core.sendAfterHardState(
                    from,
                    new RemovedNotice(core.currentTerm(), memberships.committedIndex(commitIndex)));
        }
    }

    /** Votes are asked for once term, vote and log are durable here (Z1, thesis §3.8). */
    void request(long term, boolean preVote, boolean transfer) {
        RaftLog log = core.log();
        RequestVote request =
                new RequestVote(term, preVote, log.lastIndex(), log.lastTerm(), transfer);
        for (Member member : memberships.latest().members()) {
            if (memberships.latest().isVoter(member.id()) && !member.id().equals(core.self())) {
                core.sendAfterWrites(member.id(), request);
            }
        }
    }

    void onResponse(NodeId from, RequestVoteResponse response) {
        Role role = core.role();
        if (role instanceof PreCandidate preCandidate && response.preVote()) {
            // A grant names the term it is for; an older one belongs to an earlier attempt.
            if (!response.granted() || response.term() == core.currentTerm() + 1) {
                preCandidate.tally().add(from, response.granted());
                countPreVotes(preCandidate);
            }
        } else if (role instanceof Candidate candidate && !response.preVote()) {
            candidate.tally().add(from, response.granted());
            countVotes(candidate);
        }
    }

    void countPreVotes(PreCandidate preCandidate) {
        count(preCandidate.tally(), () -> core.becomeCandidate(false));
    }

    void countVotes(Candidate candidate) {
        count(candidate.tally(), core::becomeLeader);
    }

    private void count(VoteTally tally, Runnable won) {
        switch (tally.result(memberships.latest())) {
            case WON -> won.run();
            case LOST -> core.loseElection();
            case PENDING -> {}
        }
    }
}
