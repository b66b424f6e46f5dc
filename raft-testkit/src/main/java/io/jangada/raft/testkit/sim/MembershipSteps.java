package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.spi.EntryType;
import org.jspecify.annotations.Nullable;

/**
 * I14: between two sets of voters there is a joint configuration (paper §6); every node uses the
 * latest configuration in its log, committed or not; a leader makes none while another is not
 * committed.
 */
final class MembershipSteps extends Invariant {
    MembershipSteps(Invariants all) {
        super(all, "I14 membership");
    }

    @Override
    void onAppend(SimNode node, GroupImage log, DiskRecord change) {
        if (change instanceof DiskRecord.Entry appended
                && appended.entry().type() == EntryType.MEMBERSHIP) {
            long index = appended.entry().index();
            Membership before = log.membershipAt(index - 1);
            Membership after = log.membershipAt(index);
            check(
                    before.equals(Membership.EMPTY) || isStep(before, after),
                    "on %s the configuration '%s' at index %d in term %d follows '%s' without a"
                            + " joint step",
                    node,
                    after,
                    index,
                    appended.entry().term(),
                    before);
        }
    }

    /** Into, within or out of a joint configuration, or one where the same nodes vote. */
    private static boolean isStep(Membership before, Membership after) {
        var voters = before.voters().keySet();
        if (before.isJoint()) {
            return after.voters().keySet().equals(voters)
                    && (!after.isJoint()
                            || after.outgoing().keySet().equals(before.outgoing().keySet()));
        }
        return after.isJoint()
                ? after.outgoing().keySet().equals(voters)
                : after.voters().keySet().equals(voters);
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        GroupImage log = node.log();
        // A founding entry that waits for the first round is in the first status already.
        if (log == null || before == null || log.lastIndex() != now.lastIndex()) {
            return;
        }
        Membership latest = log.membershipAt(log.lastIndex());
        check(
                now.membership().equals(latest),
                "%s in term %d goes by the configuration '%s', but the latest in its log is '%s'",
                node,
                now.currentTerm(),
                now.membership(),
                latest);
        if (now.role() == Role.LEADER) {
            long committed = Math.max(record().commitIndex(), now.commitIndex());
            // Two of earlier terms: one committed by a leader that died before it told anybody.
            check(
                    log.membershipsAfter(committed) <= 1
                            || log.latestMembershipTerm() < now.currentTerm(),
                    "leader %s of term %d has %d configurations above index %d, the last committed"
                            + " one",
                    node,
                    now.currentTerm(),
                    log.membershipsAfter(committed),
                    committed);
        }
    }
}
