package io.jangada.raft.testkit.sim;

/**
 * Nothing but a fault of its disk stops a group: whatever else does is a broken invariant that the
 * library itself has noticed.
 */
final class NoFault extends Invariant {
    NoFault(Invariants all) {
        super(all, "no fault without a cause");
    }

    @Override
    void afterEvent(SimNode node) {
        if (node.isStopped() && !node.mayStop()) {
            check(false, "%s stopped: %s", node, node.stopReason());
        }
    }
}
