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
        boolean truncates = change instanceof DiskRecord.Truncation;
        if ((truncates || change instanceof DiskRecord.Reset)
                && before != null
                && now != null
                && before.role() == Role.LEADER
                && now.role() == Role.LEADER) {
            check(
                    before.currentTerm() != now.currentTerm(),
                    "%s leads term %d, and does to its log that ends at index %d: %s",
                    node,
                    now.currentTerm(),
                    log.lastIndex(),
                    change);
        }
    }
}
