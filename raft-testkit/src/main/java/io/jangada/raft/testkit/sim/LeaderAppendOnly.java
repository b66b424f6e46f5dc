package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;

/**
 * I2: a leader never overwrites or deletes entries of its own log while it leads (paper, figure 3).
 */
final class LeaderAppendOnly extends Invariant {
    LeaderAppendOnly(Invariants all) {
        super(all, "I2 leader append-only");
    }

    @Override
    void beforeAppend(SimNode node, GroupImage log, DiskRecord change) {
        CoreStatus before = node.checkedStatus();
        CoreStatus now = node.status();
        if (change instanceof DiskRecord.Truncation truncation
                && before != null
                && now != null
                && before.role() == Role.LEADER
                && now.role() == Role.LEADER) {
            check(
                    before.currentTerm() != now.currentTerm(),
                    "%s leads term %d and truncates its log of %d entries from index %d on",
                    node,
                    now.currentTerm(),
                    log.lastIndex(),
                    truncation.from());
        }
    }
}
