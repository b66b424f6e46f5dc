package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import org.jspecify.annotations.Nullable;

/**
 * I15: while a node would serve lease reads, no other has committed an entry in a higher term
 * (thesis §6.4.1).
 */
final class LeaseSafety extends Invariant {
    private boolean suspended;

    LeaseSafety(Invariants all) {
        super(all, "I15 lease safety");
    }

    /** The clocks are beyond their bound: nothing is promised for lease reads. */
    void suspend() {
        suspended = true;
    }

    @Override
    void onStatus(SimNode node, @Nullable CoreStatus before, CoreStatus now) {
        checkLease(node, now, record().committedTerm(), null);
        long committed = before == null ? 0 : before.commitIndex();
        GroupImage log = node.log();
        if (log == null || now.commitIndex() <= committed) {
            return;
        }
        // The leader that committed it has put its own entry there; this node may be in a later
        // term.
        long index = now.commitIndex();
        long term =
                index <= record().commitIndex() ? record().committedTerm(index) : log.term(index);
        if (term > record().committedTerm()) {
            for (SimNode each : nodes()) {
                CoreStatus status = each == node ? null : each.status();
                if (status != null && !each.isStopped()) {
                    checkLease(each, status, term, node);
                }
            }
        }
    }

    private void checkLease(
            SimNode node, CoreStatus status, long committedTerm, @Nullable SimNode committer) {
        check(
                suspended
                        || committedTerm <= status.currentTerm()
                        || status.leaseEndNanos() == Long.MIN_VALUE
                        || node.localNanos() >= status.leaseEndNanos(),
                "%s would serve lease reads in term %d for %d ns more, but %s has committed an entry"
                        + " in term %d",
                node,
                status.currentTerm(),
                status.leaseEndNanos() - node.localNanos(),
                committer == null ? "another" : committer,
                committedTerm);
    }
}
