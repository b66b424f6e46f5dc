package io.jangada.raft.testkit.sim;

import java.util.Set;
import java.util.TreeSet;

/** I18: every acknowledged write is, once, in the final state of every member. */
final class AckedWritesSurvive extends Invariant {
    private final Set<Long> acknowledged = new TreeSet<>();

    AckedWritesSurvive(Invariants all) {
        super(all, "I18 acked writes survive");
    }

    @Override
    void onAcknowledged(long command) {
        acknowledged.add(command);
    }

    @Override
    void atEnd(SimNode member, KvMachine machine) {
        for (long command : acknowledged) {
            check(
                    machine.timesApplied(command) == 1,
                    "command %d was acknowledged, but is %d times in the state of %s, at index %d"
                            + " in term %d",
                    command,
                    machine.timesApplied(command),
                    member,
                    member.appliedIndex(),
                    member.term());
        }
    }
}
