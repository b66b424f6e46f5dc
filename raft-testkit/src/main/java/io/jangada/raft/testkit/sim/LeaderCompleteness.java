package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/** I4: a new leader's log holds every entry committed in any earlier term (paper, figure 3). */
final class LeaderCompleteness extends Invariant {
    LeaderCompleteness(Invariants all) {
        super(all, "I4 leader completeness");
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        boolean ledBefore =
                before != null
                        && before.role() == Role.LEADER
                        && before.currentTerm() == now.currentTerm();
        GroupImage log = node.log();
        if (now.role() != Role.LEADER || ledBefore || log == null) {
            return;
        }
        long committed = record().commitBefore(now.currentTerm());
        check(
                log.matches(committed, record().committedHash(committed)),
                "%s leads term %d without all of the entries up to %d, committed in earlier terms",
                node,
                now.currentTerm(),
                committed);
    }
}
