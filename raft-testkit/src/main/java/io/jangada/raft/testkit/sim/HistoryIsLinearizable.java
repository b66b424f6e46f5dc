package io.jangada.raft.testkit.sim;

import io.jangada.raft.testkit.check.Budget;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvModel;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Linearizability;
import io.jangada.raft.testkit.check.Verdict;

/** I16: what clients saw could have been seen of one map that does one thing at a time. */
final class HistoryIsLinearizable extends Invariant {
    private final Budget budget;

    HistoryIsLinearizable(Invariants all) {
        this(all, Budget.DEFAULT);
    }

    HistoryIsLinearizable(Invariants all, Budget budget) {
        super(all, "I16 linearizability");
        this.budget = budget;
    }

    @Override
    void onHistory(History<KvInput, KvOutput> history) {
        Verdict<KvInput, KvOutput> verdict = Linearizability.check(new KvModel(), history, budget);
        if (verdict instanceof Verdict.Unknown) {
            unjudged();
            return;
        }
        check(
                verdict instanceof Verdict.Linearizable,
                "up to index %d, committed in term %d: %s",
                record().commitIndex(),
                record().committedTerm(),
                verdict.message());
    }
}
