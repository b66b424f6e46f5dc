package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.HistoryGenerator.Shape;
import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories too long to be decided by thought, whose verdict is known from how they were made. */
class GeneratedHistoriesTest {

    @ParameterizedTest(name = "{0} clients, {1} keys, {2} operations, unknown {3}, scans {4}")
    @CsvSource({
        "3, 1, 100, 0, 0",
        "5, 2, 300, 0, 0",
        "5, 3, 300, 30, 0",
        "4, 4, 200, 0, 100",
        "4, 4, 200, 30, 100",
        "10, 4, 500, 20, 0",
    })
    void oneSwapOfTwoAnswersIsToldApart(
            int clients, int keys, int operations, int unknownShare, int scanShare) {
        Shape shape = new Shape(clients, keys, operations, unknownShare, scanShare);
        int spoiledCount = 0;
        for (long seed = 1; seed <= 100; seed++) {
            String replay = "seed " + seed + " of " + shape + ": ";
            History<KvInput, KvOutput> sound = HistoryGenerator.generate(seed, shape);
            Verdict<?, ?> verdict = check(sound);
            assertInstanceOf(Verdict.Linearizable.class, verdict, replay + verdict.message());

            History<KvInput, KvOutput> spoiled = spoil(sound, new Random(seed));
            if (spoiled != null) {
                spoiledCount++;
                verdict = check(spoiled);
                assertInstanceOf(
                        Verdict.NotLinearizable.class, verdict, replay + verdict.message());
            }
        }
        assertTrue(spoiledCount >= 90, "only " + spoiledCount + " histories could be spoiled");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void partitionsDecideAsTheWholeDoes(boolean withHints) {
        Shape shape = new Shape(4, 3, 60, 20, 50);
        WholeKvModel whole = new WholeKvModel(withHints);
        for (long seed = 1; seed <= 200; seed++) {
            History<KvInput, KvOutput> sound = HistoryGenerator.generate(seed, shape);
            History<KvInput, KvOutput> spoiled = spoil(sound, new Random(seed));
            for (History<KvInput, KvOutput> history :
                    spoiled == null ? List.of(sound) : List.of(sound, spoiled)) {
                assertEquals(
                        Linearizability.check(whole, history, Budget.DEFAULT).getClass(),
                        check(history).getClass(),
                        "seed " + seed);
            }
        }
    }

    @ParameterizedTest(name = "{0} clients, {1} operations, unknown {2} of 1000, scans {3}")
    @CsvSource({"20, 10000, 0, 0", "20, 10000, 10, 0", "8, 2000, 10, 10"})
    void settlesLongHistoriesWithinASmallPartOfTheBudget(
            int clients, int operations, int unknownShare, int scanShare) {
        // A million steps are a second at most.
        Budget small = new Budget(2_000_000, 200_000, 1);
        Shape shape = new Shape(clients, 10, operations, unknownShare, scanShare);
        History<KvInput, KvOutput> sound = HistoryGenerator.generate(7, shape);
        History<KvInput, KvOutput> spoiled = spoil(sound, new Random(7));

        long start = System.nanoTime();
        Verdict<?, ?> verdict = Linearizability.check(new KvModel(), sound, small);
        long soundNanos = System.nanoTime() - start;
        assertInstanceOf(Verdict.Linearizable.class, verdict, verdict.message());
        start = System.nanoTime();
        verdict = Linearizability.check(new KvModel(), spoiled, small);
        long spoiledNanos = System.nanoTime() - start;
        assertInstanceOf(Verdict.NotLinearizable.class, verdict, verdict.message());

        System.out.printf(
                "%d clients, %d operations, unknown %d, scans %d: sound %d ms, spoiled %d ms%n",
                clients,
                operations,
                unknownShare,
                scanShare,
                soundNanos / 1_000_000,
                spoiledNanos / 1_000_000);
    }

    private static Verdict<KvInput, KvOutput> check(History<KvInput, KvOutput> history) {
        return Linearizability.check(new KvModel(), history, Budget.DEFAULT);
    }

    /**
     * Swaps the answers of two gets of a key, one of them of a value that was not even called to be
     * written when the other one returned. Null if there is no such pair.
     */
    private static @Nullable History<KvInput, KvOutput> spoil(
            History<KvInput, KvOutput> history, Random random) {
        List<Operation<KvInput, KvOutput>> operations = new ArrayList<>(history.operations());
        Map<String, Long> written = new HashMap<>();
        for (Operation<KvInput, KvOutput> operation : operations) {
            String value = valueWritten(operation.input());
            if (value != null) {
                written.put(value, operation.call());
            }
        }
        List<int[]> pairs = new ArrayList<>();
        for (int early = 0; early < operations.size(); early++) {
            for (int late = early + 1; late < operations.size(); late++) {
                String value = valueRead(operations.get(late));
                if (value != null
                        && isAnsweredGet(operations.get(early))
                        && operations.get(early).input().equals(operations.get(late).input())
                        && written.get(lastPart(value)) > operations.get(early).end()) {
                    pairs.add(new int[] {early, late});
                }
            }
        }
        if (pairs.isEmpty()) {
            return null;
        }
        int[] pair = pairs.get(random.nextInt(pairs.size()));
        Operation<KvInput, KvOutput> early = operations.get(pair[0]);
        Operation<KvInput, KvOutput> late = operations.get(pair[1]);
        operations.set(pair[0], withOutput(early, late.output()));
        operations.set(pair[1], withOutput(late, early.output()));
        return new History<>(operations, List.of());
    }

    private static boolean isAnsweredGet(Operation<KvInput, KvOutput> operation) {
        return operation.input() instanceof Get && operation.status() == Status.OK;
    }

    private static @Nullable String valueRead(Operation<KvInput, KvOutput> operation) {
        return operation.output() instanceof KvOutput.Value answer ? answer.value() : null;
    }

    private static @Nullable String valueWritten(KvInput input) {
        return input instanceof Put put
                ? put.value()
                : input instanceof Append append
                        ? append.suffix()
                        : input instanceof Cas cas ? cas.replacement() : null;
    }

    /** The value that was written last into one that grew by appends: each ends in a semicolon. */
    private static String lastPart(String value) {
        return value.substring(value.lastIndexOf(';', value.length() - 2) + 1);
    }

    private static Operation<KvInput, KvOutput> withOutput(
            Operation<KvInput, KvOutput> operation, KvOutput output) {
        return new Operation<>(
                operation.process(),
                operation.input(),
                operation.status(),
                output,
                operation.call(),
                operation.callNanos(),
                operation.end(),
                operation.endNanos(),
                operation.notes());
    }
}
