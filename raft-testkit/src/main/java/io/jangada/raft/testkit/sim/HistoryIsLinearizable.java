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
    HistoryIsLinearizable(Invariants all) {
        super(all, "I16 linearizability");
    }

    @Override
    void onHistory(History<KvInput, KvOutput> history) {
        Verdict<KvInput, KvOutput> verdict =
                Linearizability.check(new KvModel(), history, Budget.DEFAULT);
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
