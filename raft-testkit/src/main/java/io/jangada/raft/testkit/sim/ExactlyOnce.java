package io.jangada.raft.testkit.sim;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.HashMap;
import java.util.Map;

/**
 * I17: a command changes the state machine at most once, however often it was sent, and whoever
 * asks for it is told the same.
 */
final class ExactlyOnce extends Invariant {
    private final Map<Long, KvOutput> answers = new HashMap<>();

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

    @Override
    void onAnswered(long command, KvOutput answer) {
        KvOutput first = answers.putIfAbsent(command, answer);
        check(
                first == null || first.equals(answer),
                "command %d was answered %s and %s; the index committed last is %d, in term %d",
                command,
                first,
                answer,
                record().commitIndex(),
                record().committedTerm());
    }
}
