package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.Model.Partition;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Decides whether a history is linearizable (Herlihy and Wing 1990): the search of Wing and Gong
 * (1993) with the refinements of Lowe (2017), each partition on its own, smallest first.
 *
 * <p>Failed operations are left out, and so are those of unknown outcome that only read. What is
 * left of unknown outcome may take effect at any time after its call, with any answer, or never.
 */
public final class Linearizability {

    private Linearizability() {}

    /**
     * Checks a history. Interrupting the calling thread makes the verdict unknown, soon. What the
     * model throws is thrown.
     *
     * @param model what the service does when it runs one operation at a time
     * @param history what clients saw
     * @param budget how much the check may cost
     * @param <S> state of the model
     * @param <I> what can be asked
     * @param <O> what can come back
     * @return the verdict: of all partitions that are not linearizable the smallest; unknown only
     *     if there is none
     */
    public static <S, I, O> Verdict<I, O> check(
            Model<S, I, O> model, History<I, O> history, Budget budget) {
        List<Partition<I, O>> partitions = partitions(model, history);
        partitions.sort(Comparator.comparingInt(partition -> partition.operations().size()));
        return budget.threads() == 1
                ? conclude(partitions, inTurn(model, partitions, budget))
                : inParallel(model, partitions, budget);
    }

    /** What is checked, in parts. */
    static <S, I, O> List<Partition<I, O>> partitions(Model<S, I, O> model, History<I, O> history) {
        List<Operation<I, O>> relevant = new ArrayList<>();
        for (Operation<I, O> operation : history.operations()) {
            if (operation.status() == Status.OK
                    || operation.status() == Status.INFO
                            && !model.isReadOnly(operation.input(), null)) {
                relevant.add(operation);
            }
        }
        return new ArrayList<>(model.partition(relevant));
    }

    private static <S, I, O> Iterator<Verdict<I, O>> inTurn(
            Model<S, I, O> model, List<Partition<I, O>> partitions, Budget budget) {
        return partitions.stream()
                .map(partition -> new Search<>(model, partition, budget).run())
                .iterator();
    }

    private static <S, I, O> Verdict<I, O> inParallel(
            Model<S, I, O> model, List<Partition<I, O>> partitions, Budget budget) {
        ExecutorService pool = Executors.newFixedThreadPool(budget.threads());
        try {
            List<Future<Verdict<I, O>>> verdicts = new ArrayList<>();
            for (Partition<I, O> partition : partitions) {
                verdicts.add(pool.submit(() -> new Search<>(model, partition, budget).run()));
            }
            return conclude(partitions, verdicts.stream().map(Linearizability::await).iterator());
        } finally {
            // Searches behind the first failure are not wanted any more; they stop when
            // interrupted.
            pool.shutdownNow();
        }
    }

    /** Takes verdicts in the order of the partitions, so that threads do not change the outcome. */
    private static <I, O> Verdict<I, O> conclude(
            List<Partition<I, O>> partitions, Iterator<Verdict<I, O>> verdicts) {
        Verdict<I, O> unknown = null;
        while (verdicts.hasNext()) {
            Verdict<I, O> verdict = verdicts.next();
            if (verdict instanceof Verdict.NotLinearizable) {
                return verdict;
            }
            if (unknown == null && verdict instanceof Verdict.Unknown) {
                unknown = verdict;
            }
        }
        if (unknown != null) {
            return unknown;
        }
        Set<Long> calls = new HashSet<>();
        for (Partition<I, O> partition : partitions) {
            partition.operations().forEach(operation -> calls.add(operation.call()));
        }
        return new Verdict.Linearizable<>(calls.size(), partitions.size());
    }

    private static <I, O> Verdict<I, O> await(Future<Verdict<I, O>> verdict) {
        if (Thread.currentThread().isInterrupted()) {
            // Asked first, since a verdict that is there already would be handed out without a
            // word.
            return new Verdict.Unknown<>("history", Search.INTERRUPTED);
        }
        try {
            return verdict.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Verdict.Unknown<>("history", Search.INTERRUPTED);
        } catch (ExecutionException e) {
            // A search declares no exception: what it throws comes from the model.
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }
}
