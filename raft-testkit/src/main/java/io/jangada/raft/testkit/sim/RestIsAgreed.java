package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/**
 * Who falls asleep leaves nothing undone: its own log is durable, committed and applied, and where
 * it leads, all of it is on the disk of every member. Only leaders and those who know one rest.
 */
final class RestIsAgreed extends Invariant {
    private final DurableEntries entries;

    RestIsAgreed(Invariants all) {
        super(all, "rest is agreed");
        this.entries = all.durableEntries();
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        if (!now.resting() || (before != null && before.resting())) {
            return;
        }
        long last = now.lastIndex();
        check(
                now.commitIndex() == last
                        && now.durableIndex() == last
                        && now.lastApplied() == last,
                "%s rests in term %d with a log up to %d, of which %d is durable, %d committed and"
                        + " %d applied",
                node,
                now.currentTerm(),
                last,
                now.durableIndex(),
                now.commitIndex(),
                now.lastApplied());
        check(
                now.leader() != null && !now.membership().isJoint(),
                "%s rests in term %d without a leader or in a joint configuration",
                node,
                now.currentTerm());
        GroupImage log = node.log();
        if (now.role() == Role.LEADER && log != null) {
            for (Member member : now.membership().members()) {
                checkHas(node, now, log, member);
            }
        }
    }

    private void checkHas(SimNode leader, CoreStatus now, GroupImage log, Member member) {
        long last = now.lastIndex();
        for (SimNode node : nodes()) {
            if (node.id().equals(member.id())) {
                check(
                        node.disk().durableSnapshot(SimCluster.GROUP) >= last
                                || entries.hasOrLost(node, last, log.prefixHash(last)),
                        "%s rests as the leader of term %d, but the disk of %s does not have all up"
                                + " to %d",
                        leader,
                        now.currentTerm(),
                        node,
                        last);
            }
        }
    }
}
