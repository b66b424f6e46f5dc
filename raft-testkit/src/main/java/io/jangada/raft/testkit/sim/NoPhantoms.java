package io.jangada.raft.testkit.sim;

import java.util.Set;
import java.util.TreeSet;

/**
 * I19: a write that was answered as rejected for certain never takes effect anywhere. That every
 * value read comes from one write is part of linearizability (I16), for values are unique.
 */
final class NoPhantoms extends Invariant {
    private final Set<Long> rejected = new TreeSet<>();

    NoPhantoms(Invariants all) {
        super(all, "I19 no phantom");
    }

    @Override
    void onRejected(long command) {
        rejected.add(command);
    }

    @Override
    void atEnd(SimNode member, KvMachine machine) {
        for (long command : rejected) {
            check(
                    machine.timesApplied(command) == 0,
                    "command %d was rejected for certain, but is in the state of %s, at index %d in"
                            + " term %d",
                    command,
                    member,
                    member.appliedIndex(),
                    member.term());
        }
    }
}
