package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a leader hands over (thesis §3.10): because it was asked to, because a voter of higher
 * priority is there and well, because its own disk is sick, or because it is no voter any more
 * (Z39).
 */
final class Succession {
    /** A voter is steady once it was heard for so many election timeouts without a gap. */
    private static final int STEADY_TIMEOUTS = 3;

    /** What this node tried by itself and did not work out is not tried again for so many. */
    private static final int RETRY_TIMEOUTS = 10;

    private final RaftCore core;
    private final Leader leader;
    private @Nullable LeadershipTransfer transfer;
    private long ownAttemptAfter;

    /**
     * Aborted hand-overs whose target may still stand for election: by target, the round at the
     * abort. There is no lease until each has answered a later one (Z25).
     */
    private final Map<NodeId, Long> aborted = new TreeMap<>();

    Succession(RaftCore core, Leader leader) {
        this.core = core;
        this.leader = leader;
        this.ownAttemptAfter = core.now() + STEADY_TIMEOUTS * core.electionTimeoutNanos();
    }

    /** The voter that leadership is going to; null if none. */
    @Nullable NodeId target() {
        return transfer == null ? null : transfer.target();
    }

    /** Whether somebody may stand for election on this leader's word (Z25). */
    boolean endsLease() {
        return transfer != null || !aborted.isEmpty();
    }

    /** Whether nobody is about to take over, nor should. */
    boolean isSettled() {
        for (Progress peer : leader.peers().values()) {
            if (peer.priority() > core.priority()) {
                return false;
            }
        }
        return !endsLease();
    }

    void transferTo(NodeId target) {
        Progress peer = leader.peers().get(target);
        if (transfer == null
                && peer != null
                && !peer.isRebuilding()
                && core.membership().isVoter(target)) {
            transfer =
                    new LeadershipTransfer(target, core.now() + core.electionTimeoutNanos(), false);
            proceed();
        }
    }

    /** Asks the target to stand once it has the whole log. */
    void proceed() {
        if (transfer == null || transfer.timeoutNowSent()) {
            return;
        }
        Progress target = leader.peers().get(transfer.target());
        if (target != null && target.countedIndex() == core.log().lastIndex()) {
            transfer = transfer.sentTimeoutNow();
            sendTimeoutNow(transfer.target());
        }
    }

    /** The first TimeoutNow may have been lost. */
    void onRound() {
        if (transfer != null && transfer.timeoutNowSent()) {
            sendTimeoutNow(transfer.target());
        }
    }

    void onConfirmedRounds() {
        aborted.entrySet().removeIf(each -> leader.answeredRound(each.getKey()) > each.getValue());
    }

    private void sendTimeoutNow(NodeId target) {
        core.sendNow(target, new TimeoutNow(core.currentTerm(), leader.round()));
    }

    long nextDeadline() {
        return transfer == null ? Long.MAX_VALUE : transfer.deadlineNanos();
    }

    void tick() {
        if (transfer != null && core.now() >= transfer.deadlineNanos()) {
            LeadershipTransfer late = transfer;
            transfer = null;
            if (late.timeoutNowSent()) {
                aborted.put(late.target(), leader.round());
            }
        }
        if (transfer == null && core.now() >= ownAttemptAfter && !leader.isReconfiguring()) {
            NodeId better = core.isDiskSick() ? bestVoter(this::isWell) : preferredVoter();
            if (better != null) {
                ownAttemptAfter = core.now() + RETRY_TIMEOUTS * core.electionTimeoutNanos();
                transferTo(better);
            }
        }
    }

    /** A disk that has just become sick is no matter to wait with. */
    void onDiskSick() {
        ownAttemptAfter = core.now();
        tick();
    }

    /**
     * This leader is no voter any more, and that is committed: who has its whole log is asked to
     * stand at once.
     *
     * @return whether there is somebody
     */
    boolean resign() {
        NodeId next =
                bestVoter(peer -> isWell(peer) && peer.matchIndex() == core.log().lastIndex());
        if (next != null) {
            sendTimeoutNow(next);
        }
        return next != null;
    }

    private @Nullable NodeId preferredVoter() {
        int highest = core.priority();
        NodeId best = null;
        for (Map.Entry<NodeId, Progress> each : leader.peers().entrySet()) {
            Progress peer = each.getValue();
            if (peer.priority() > highest
                    && core.membership().voters().containsKey(each.getKey())
                    && isSteady(peer)) {
                highest = peer.priority();
                best = each.getKey();
            }
        }
        return best;
    }

    private boolean isSteady(Progress peer) {
        long steady = STEADY_TIMEOUTS * core.electionTimeoutNanos();
        return isWell(peer)
                && core.now() - peer.steadyNanos() >= steady
                && peer.state() == Progress.State.REPLICATE
                && peer.matchIndex() >= core.commitIndex();
    }

    /** Whether a peer could take over: it answers, its log is whole, and so is its disk. */
    private boolean isWell(Progress peer) {
        return !peer.isRebuilding()
                && peer.priority() >= 0
                && core.now() - peer.heardNanos() < core.electionTimeoutNanos();
    }

    /** The voter whose log is closest to this leader's. */
    private @Nullable NodeId bestVoter(Predicate<Progress> fit) {
        NodeId best = null;
        long bestMatch = -1;
        for (Map.Entry<NodeId, Progress> each : leader.peers().entrySet()) {
            Progress peer = each.getValue();
            if (core.membership().voters().containsKey(each.getKey())
                    && fit.test(peer)
                    && peer.matchIndex() > bestMatch) {
                best = each.getKey();
                bestMatch = peer.matchIndex();
            }
        }
        return best;
    }
}
