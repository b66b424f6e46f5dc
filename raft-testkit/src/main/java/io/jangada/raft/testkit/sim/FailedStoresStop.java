package io.jangada.raft.testkit.sim;

import io.jangada.raft.impl.core.CoreStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * Z28, Z37: a node whose store has failed stops. Its loop may run a few more rounds until it knows.
 */
final class FailedStoresStop extends Invariant {
    private static final int ROUNDS_MAX = 5;

    private static final class Failing {
        private int rounds;
        private CoreStatus latest;

        Failing(CoreStatus latest) {
            this.latest = latest;
        }
    }

    private final Map<SimNode, Failing> failing = new HashMap<>();

    FailedStoresStop(Invariants all) {
        super(all, "Z28 failed stores stop");
    }

    @Override
    void afterEvent(SimNode node) {
        CoreStatus now = node.status();
        if (now == null || node.isStopped() || !node.disk().hasFailed()) {
            failing.remove(node);
        } else {
            goesOn(node, now);
        }
    }

    /** Each round of the loop publishes a status of its own, equal or not. */
    @SuppressWarnings("ReferenceEquality")
    void goesOn(SimNode node, CoreStatus now) {
        Failing since = failing.computeIfAbsent(node, any -> new Failing(now));
        if (now != since.latest) {
            since.latest = now;
            since.rounds++;
        }
        check(
                since.rounds <= ROUNDS_MAX,
                "%s goes on in term %d, with a log that ends at index %d, though its store has"
                        + " failed",
                node,
                now.currentTerm(),
                now.lastIndex());
    }
}
