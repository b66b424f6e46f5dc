package io.jangada.raft.impl.core;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The way from one configuration to another, as pure functions: which entry comes next. Whoever
 * votes changes through a joint configuration only (paper §6, thesis §4.3); whoever does not, and
 * addresses, change in one step, since no majority is touched (I14).
 */
final class MembershipSteps {
    private MembershipSteps() {}

    /** Whether the same nodes vote, so that one can follow the other directly. */
    static boolean sameVoters(Membership one, Membership other) {
        return one.voters().keySet().equals(other.voters().keySet())
                && one.outgoing().keySet().equals(other.outgoing().keySet());
    }

    /** Who votes in the target and does not yet. */
    static Set<NodeId> newVoters(Membership current, Membership target) {
        Set<NodeId> ids = new TreeSet<>(target.voters().keySet());
        ids.removeAll(current.voters().keySet());
        return ids;
    }

    /** With the target's new voters as learners, where they are no members at all yet. */
    static Membership withLearners(Membership current, Membership target) {
        var learners = new TreeMap<>(current.learners());
        for (NodeId id : newVoters(current, target)) {
            learners.putIfAbsent(id, target.voters().get(id));
        }
        return Membership.of(current.voters().values(), List.of(), learners.values());
    }

    /** Without the learners that {@link #withLearners} added to a configuration. */
    static Membership withoutLearners(Membership current, Set<NodeId> added) {
        var learners = new TreeMap<>(current.learners());
        learners.keySet().removeAll(added);
        return Membership.of(current.voters().values(), List.of(), learners.values());
    }

    /**
     * The old voters and the new ones. A voter that becomes a learner is none before it has stopped
     * voting.
     */
    static Membership joint(Membership current, Membership target) {
        var learners = new TreeMap<>(target.learners());
        learners.keySet().removeAll(current.voters().keySet());
        return Membership.of(
                target.voters().values(), current.voters().values(), learners.values());
    }

    /** The new voters alone. */
    static Membership left(Membership joint) {
        List<Member> learners = List.copyOf(joint.learners().values());
        return Membership.of(joint.voters().values(), List.of(), learners);
    }
}
