package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One change of members that a leader works on, from the wish to its outcome. Each time the latest
 * configuration is committed, {@link #next} says which one comes after it: first new voters as
 * learners, then, once they have caught up, the joint configuration, which the leader leaves by
 * itself, then what is left to do. The state is the configuration in the log and the catching up:
 * nothing else could be wrong about it.
 *
 * <p>Given up only before the joint configuration; then the learners that it added go again.
 */
final class Reconfiguration {
    /** Who wishes it: this node ({@code from} null) or a follower. */
    record Asker(@Nullable NodeId from, long requestId) {}

    /** What a message may carry. */
    static final int MEMBERSHIP_CHARS_MAX = 64 << 10;

    private final MembershipChange wish;
    private final List<Asker> askers = new ArrayList<>();
    private final Set<NodeId> learnersAdded = new TreeSet<>();
    private final Map<NodeId, CatchUp> catchUps = new TreeMap<>();
    private Membership target;
    private @Nullable String refusal;

    Reconfiguration(MembershipChange wish, Membership target, Asker asker) {
        this.wish = wish;
        this.target = target;
        askers.add(asker);
    }

    Membership target() {
        return target;
    }

    boolean isFor(MembershipChange other) {
        return refusal == null && wish.equals(other);
    }

    void join(Asker asker) {
        if (!askers.contains(asker)) {
            askers.add(asker);
        }
    }

    List<Asker> askers() {
        return askers;
    }

    /** Why it was given up; null if it was not. */
    @Nullable String refusal() {
        return refusal;
    }

    /**
     * The configuration that follows a committed one that is not joint.
     *
     * @return {@code current} itself when there is nothing left to do; null while nodes catch up
     */
    @Nullable Membership next(Membership current, Leader leader) {
        if (MembershipSteps.sameVoters(current, target)) {
            return current.equals(target) ? current : target;
        }
        Membership withLearners = MembershipSteps.withLearners(current, target);
        if (!withLearners.equals(current)) {
            learnersAdded.addAll(withLearners.learners().keySet());
            learnersAdded.removeAll(current.learners().keySet());
            return withLearners;
        }
        Set<NodeId> newVoters = MembershipSteps.newVoters(current, target);
        String trouble = catchUp(newVoters, leader);
        if (trouble == null && !areDone(newVoters)) {
            return null;
        }
        if (trouble == null && !leader.hearsMajorityOf(target)) {
            trouble = "no majority of the voters wished for, " + target + ", answers";
        }
        if (trouble != null) {
            giveUp(trouble, current);
            return next(current, leader);
        }
        return MembershipSteps.joint(current, target);
    }

    private boolean areDone(Set<NodeId> newVoters) {
        for (NodeId id : newVoters) {
            if (!isDone(id)) {
                return false;
            }
        }
        return true;
    }

    /** Looks after the nodes that catch up; says why the change must be given up. */
    private @Nullable String catchUp(Set<NodeId> newVoters, Leader leader) {
        for (NodeId id : newVoters) {
            CatchUp each = catchUps.computeIfAbsent(id, leader::catchUp);
            String trouble = leader.check(id, each);
            if (trouble != null) {
                return trouble;
            }
        }
        return null;
    }

    private boolean isDone(NodeId id) {
        CatchUp catchUp = catchUps.get(id);
        return catchUp != null && catchUp.isDone();
    }

    private void giveUp(String reason, Membership current) {
        refusal = reason;
        target = MembershipSteps.withoutLearners(current, learnersAdded);
    }
}
