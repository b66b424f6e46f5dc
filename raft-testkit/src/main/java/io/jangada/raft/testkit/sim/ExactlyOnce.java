package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.testkit.check.KvOutput;

/** I17: a command changes the state machine at most once, however often it was sent. */
final class ExactlyOnce extends Invariant {
    ExactlyOnce(Invariants all) {
        super(all, "I17 exactly once");
    }

    @Override
    void onApply(SimNode node, KvMachine machine, KvCommand command, KvOutput output, Applied at) {
        check(
                machine.timesApplied(command.id()) == 1,
                "%s applies %s for the %d. time, at index %d in term %d",
                node,
                command,
                machine.timesApplied(command.id()),
                at.index(),
                at.term());
    }
}
