package io.jangada.raft.impl.codec;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;

/** Wishes for other members as a kind and a text. The kinds are part of the wire format. */
final class ChangeCodec {
    private static final int BECOME = 1;
    private static final int ADD = 2;
    private static final int ADD_LEARNER = 3;
    private static final int PROMOTE = 4;
    private static final int REMOVE = 5;

    private ChangeCodec() {}

    static int kind(MembershipChange change) {
        if (change instanceof MembershipChange.Become) {
            return BECOME;
        } else if (change instanceof MembershipChange.Add) {
            return ADD;
        } else if (change instanceof MembershipChange.AddLearner) {
            return ADD_LEARNER;
        } else if (change instanceof MembershipChange.Promote) {
            return PROMOTE;
        } else if (change instanceof MembershipChange.Remove) {
            return REMOVE;
        }
        throw new AssertionError("no kind for " + change);
    }

    static String text(MembershipChange change) {
        if (change instanceof MembershipChange.Become become) {
            return become.target().toString();
        } else if (change instanceof MembershipChange.Add add) {
            return add.member().toString();
        } else if (change instanceof MembershipChange.AddLearner add) {
            return add.member().toString();
        } else if (change instanceof MembershipChange.Promote promote) {
            return promote.id().value();
        } else if (change instanceof MembershipChange.Remove remove) {
            return remove.id().value();
        }
        throw new AssertionError("no text for " + change);
    }

    /**
     * Puts together what {@link #kind} and {@link #text} took apart.
     *
     * @throws RuntimeException if the text is none of that kind
     */
    static MembershipChange change(int kind, String text) {
        return switch (kind) {
            case BECOME -> become(text);
            case ADD -> new MembershipChange.Add(Member.parse(text));
            case ADD_LEARNER -> new MembershipChange.AddLearner(Member.parse(text));
            case PROMOTE -> new MembershipChange.Promote(NodeId.of(text));
            case REMOVE -> new MembershipChange.Remove(NodeId.of(text));
            default -> throw new BadFrameException("no change of members has kind " + kind);
        };
    }

    private static MembershipChange become(String text) {
        Membership target = Membership.parse(text);
        if (target.isJoint() || target.voters().isEmpty()) {
            throw new BadFrameException("no group can become '" + text + "'");
        }
        return new MembershipChange.Become(target);
    }
}
