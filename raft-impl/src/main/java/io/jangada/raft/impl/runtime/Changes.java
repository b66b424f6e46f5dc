package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Ready.ChangeOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Wishes for other members (thesis §4) that wait for their end. Each is asked of every new leader,
 * and again where an answer may be lost; the core takes a wish that is under way along. Done when
 * this node sees a configuration committed that grants it. On the loop.
 */
final class Changes {
    /** Wishes that may wait on one node; they are rare, and large. */
    private static final int PENDING_MAX = 64;

    /** How often a wish that an earlier leader knew of is asked for before a refusal counts. */
    private static final int REFUSALS_AFTER_OTHER_LEADER = 3;

    private static final class Pending {
        final long requestId;
        final MembershipChange change;
        final CompletableFuture<Membership> done;
        final long deadlineNanos;
        long askedTerm = -1;
        long askedNanos;
        boolean otherLeaderKnows;
        int refusals;

        /** The leader says that it is committed, at this time; else the end of time. */
        long grantedNanos = Long.MAX_VALUE;

        Pending(
                long requestId,
                MembershipChange change,
                CompletableFuture<Membership> done,
                long deadlineNanos) {
            this.requestId = requestId;
            this.change = change;
            this.done = done;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final GroupCore<?, ?, ?> group;
    private final NodeId self;
    private final long patienceNanos;
    private final List<Pending> pending = new ArrayList<>();
    private long lastRequest;
    private @Nullable RejectedException closed;

    /**
     * None yet.
     *
     * @param patienceNanos how long an answer may take before the wish is asked for again
     */
    Changes(GroupCore<?, ?, ?> group, NodeId self, long patienceNanos) {
        this.group = group;
        this.self = self;
        this.patienceNanos = patienceNanos;
    }

    void submit(
            MembershipChange change,
            CompletableFuture<Membership> done,
            long nowNanos,
            long deadlineNanos) {
        if (closed != null) {
            done.completeExceptionally(closed);
        } else if (pending.size() >= PENDING_MAX) {
            done.completeExceptionally(
                    new RejectedException.Overloaded(
                            PENDING_MAX + " changes of membership wait on this node"));
        } else {
            pending.add(new Pending(++lastRequest, change, done, deadlineNanos));
            onStatus(group.status(), nowNanos);
            retry(nowNanos);
        }
    }

    /** Asks the present leader for what it was not asked for, or did not answer for long. */
    void retry(long nowNanos) {
        CoreStatus status = group.status();
        if (status.leader() == null) {
            return;
        }
        for (Pending each : pending) {
            boolean open = each.grantedNanos == Long.MAX_VALUE;
            boolean overdue = nowNanos - each.askedNanos > patienceNanos;
            if (open && (each.askedTerm != status.currentTerm() || overdue)) {
                each.otherLeaderKnows |=
                        each.askedTerm >= 0 && each.askedTerm != status.currentTerm();
                each.askedTerm = status.currentTerm();
                each.askedNanos = nowNanos;
                group.step(new Input.Reconfigure(nowNanos, each.requestId, each.change));
            }
        }
    }

    /** The leader has answered: it is committed, or refused with a sentence. */
    void outcome(ChangeOutcome outcome, long nowNanos) {
        for (Pending each : List.copyOf(pending)) {
            if (each.requestId == outcome.requestId() && each.grantedNanos == Long.MAX_VALUE) {
                take(each, outcome, nowNanos);
            }
        }
    }

    private void take(Pending each, ChangeOutcome outcome, long nowNanos) {
        String refusal = outcome.refusal();
        if (refusal == null) {
            each.grantedNanos = nowNanos;
        } else if (outcome.isPassing()
                || mayBeUnderWay(each)
                || (each.otherLeaderKnows && ++each.refusals < REFUSALS_AFTER_OTHER_LEADER)) {
            // Asked again when that has passed: what another leader began ends by itself (Z39), and
            // may not have shown here yet.
            each.askedNanos = nowNanos;
        } else {
            pending.remove(each);
            each.done.completeExceptionally(
                    new RejectedException.MembershipRefused(inFull(refusal, each.change)));
        }
    }

    /** A node that does not answer may be one to which this node refuses to talk. */
    private String inFull(String refusal, MembershipChange change) {
        Membership wished = expected(change, finalOf(group.status().membership()));
        if (wished != null) {
            for (Member member : wished.members()) {
                String why = group.refusalOf(member.id());
                if (why != null && refusal.startsWith("node " + member.id() + " ")) {
                    return refusal + ": " + why;
                }
            }
        }
        return refusal;
    }

    /** Whether an earlier leader may have begun it: the present one only finishes what it found. */
    private boolean mayBeUnderWay(Pending each) {
        Membership latest = group.status().membership();
        return latest.isJoint() || grants(each.change, finalOf(latest));
    }

    private static Membership finalOf(Membership membership) {
        return Membership.of(
                membership.voters().values(), List.of(), membership.learners().values());
    }

    private static boolean grants(MembershipChange change, Membership membership) {
        try {
            return !membership.voters().isEmpty()
                    && change.appliedTo(membership).equals(membership);
        } catch (IllegalArgumentException e) {
            return false; // It makes no sense with this one.
        }
    }

    void onStatus(CoreStatus now, long nowNanos) {
        pending.removeIf(each -> endIfSeen(each, now, nowNanos));
    }

    private boolean endIfSeen(Pending each, CoreStatus now, long nowNanos) {
        Membership latest = now.membership();
        boolean committed = now.commitIndex() >= now.membershipIndex() && !latest.isJoint();
        if (committed && grants(each.change, latest)) {
            each.done.complete(latest);
            return true;
        }
        // A node that leaves may never be told of its own going by an entry.
        boolean leaderSaidSo =
                each.grantedNanos != Long.MAX_VALUE && nowNanos - each.grantedNanos > patienceNanos;
        Membership expected = expected(each.change, finalOf(latest));
        boolean leaves =
                now.removed()
                        && latest.member(self).isPresent()
                        && expected != null
                        && expected.member(self).isEmpty();
        if (expected != null && (leaderSaidSo || leaves)) {
            each.done.complete(expected);
            return true;
        }
        return false;
    }

    private static @Nullable Membership expected(MembershipChange change, Membership known) {
        try {
            return change.appliedTo(known);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    void expire(long nowNanos) {
        onStatus(group.status(), nowNanos);
        pending.removeIf(each -> endIfLate(each, nowNanos));
    }

    private boolean endIfLate(Pending each, long nowNanos) {
        boolean late = nowNanos >= each.deadlineNanos;
        if (late && each.askedTerm < 0) {
            each.done.completeExceptionally(
                    new RejectedException.NoLeader(
                            "no leader took the change of membership in time: "
                                    + group.explain(nowNanos),
                            null));
        } else if (late) {
            each.done.completeExceptionally(
                    new OutcomeUnknownException(
                            "the change of membership did not come to an end in time, and may still"
                                    + " do so: "
                                    + group.explain(nowNanos),
                            null));
        }
        return late;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void close(RejectedException reason) {
        closed = reason;
        for (Pending each : pending) {
            each.done.completeExceptionally(
                    each.askedTerm < 0
                            ? reason
                            : new OutcomeUnknownException(
                                    "the change of membership was asked for before this: "
                                            + reason.getMessage(),
                                    reason));
        }
        pending.clear();
    }
}
