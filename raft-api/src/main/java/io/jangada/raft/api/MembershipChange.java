package io.jangada.raft.api;

import java.util.TreeMap;

/**
 * A wish for who should belong to a group. The leader works it out against the configuration of
 * that moment, and does what is needed to get there: learners first, then, once they have caught
 * up, a joint configuration (paper §6, thesis §4.2 and §4.3).
 */
public sealed interface MembershipChange {
    /**
     * The configuration wished for.
     *
     * @param current the latest configuration, not joint
     * @return the target, not joint; equal to {@code current} if there is nothing to do
     * @throws IllegalArgumentException if the wish makes no sense with {@code current}; the message
     *     says why
     */
    Membership appliedTo(Membership current);

    /**
     * Exactly these voters and learners.
     *
     * @param target not joint, with one voter at least
     */
    record Become(Membership target) implements MembershipChange {
        @Override
        public Membership appliedTo(Membership current) {
            if (target.isJoint() || target.voters().isEmpty()) {
                throw new IllegalArgumentException(
                        "a group cannot become '" + target + "': name its voters, and no old ones");
            }
            return target;
        }
    }

    /**
     * One more voter; a learner of that id becomes one, and a voter of that id moves to the address
     * given.
     *
     * @param member the node
     */
    record Add(Member member) implements MembershipChange {
        @Override
        public Membership appliedTo(Membership current) {
            var voters = new TreeMap<>(current.voters());
            var learners = new TreeMap<>(current.learners());
            learners.remove(member.id());
            voters.put(member.id(), member);
            return Membership.of(voters.values(), java.util.List.of(), learners.values());
        }
    }

    /**
     * One more learner, or another address for one.
     *
     * @param member the node, not a voter
     */
    record AddLearner(Member member) implements MembershipChange {
        @Override
        public Membership appliedTo(Membership current) {
            if (current.isVoter(member.id())) {
                throw new IllegalArgumentException(
                        "node "
                                + member.id()
                                + " is a voter; remove it before it can be a learner");
            }
            var learners = new TreeMap<>(current.learners());
            learners.put(member.id(), member);
            return Membership.of(current.voters().values(), java.util.List.of(), learners.values());
        }
    }

    /**
     * A learner becomes a voter.
     *
     * @param id a learner; nothing to do if it is a voter already
     */
    record Promote(NodeId id) implements MembershipChange {
        @Override
        public Membership appliedTo(Membership current) {
            if (current.isVoter(id)) {
                return current;
            }
            Member member = current.learners().get(id);
            if (member == null) {
                throw new IllegalArgumentException(
                        "node " + id + " is not a member: " + current + "; add it first");
            }
            return new Add(member).appliedTo(current);
        }
    }

    /**
     * A node leaves.
     *
     * @param id a voter or learner; nothing to do if it is neither
     */
    record Remove(NodeId id) implements MembershipChange {
        @Override
        public Membership appliedTo(Membership current) {
            var voters = new TreeMap<>(current.voters());
            var learners = new TreeMap<>(current.learners());
            voters.remove(id);
            learners.remove(id);
            if (voters.isEmpty()) {
                throw new IllegalArgumentException(
                        "node " + id + " is the only voter: add another one before removing it");
            }
            return Membership.of(voters.values(), java.util.List.of(), learners.values());
        }
    }
}
