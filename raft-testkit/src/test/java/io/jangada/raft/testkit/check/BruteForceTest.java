package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.Scan;
import io.jangada.raft.testkit.check.Operation.Status;
import io.jangada.raft.testkit.check.Verdict.NotLinearizable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random small histories with random answers, most of them wrong, decided by the checker and by the
 * definition itself: every order is tried, nothing is remembered, and the store is written again.
 */
class BruteForceTest {

    private static final int OPERATIONS = 7;
    private static final List<String> KEYS = List.of("a", "b");
    private static final List<String> VALUES = List.of("1", "2");

    static List<Model<Map<String, String>, KvInput, KvOutput>> models() {
        return List.of(new KvModel(), new WholeKvModel(true), new WholeKvModel(false));
    }

    @ParameterizedTest
    @MethodSource("models")
    void theCheckerAgreesWithTheDefinition(Model<Map<String, String>, KvInput, KvOutput> model) {
        int linearizableCount = 0;
        int histories = 10_000;
        for (long seed = 0; seed < histories; seed++) {
            History<KvInput, KvOutput> history = history(new Random(seed));
            boolean expected = hasOrder(history.operations());
            Verdict<KvInput, KvOutput> verdict =
                    Linearizability.check(model, history, Budget.DEFAULT);
            String replay = "seed " + seed + ": " + history + "\n" + verdict.message();
            assertEquals(expected, verdict instanceof Verdict.Linearizable, replay);
            assertEquals(!expected, verdict instanceof NotLinearizable, replay);
            if (verdict instanceof NotLinearizable<KvInput, KvOutput> no) {
                assertTrue(isNecessary(no, history), replay);
            }
            linearizableCount += expected ? 1 : 0;
        }
        assertTrue(
                linearizableCount > histories / 10 && linearizableCount < histories * 9 / 10,
                linearizableCount + " of " + histories + " are linearizable: the test says little");
    }

    /**
     * Whether the culprit's answer is what makes it impossible: its prefix is an order of what
     * returned before, and with the culprit there is none of what was called before it returned.
     */
    private static boolean isNecessary(
            NotLinearizable<KvInput, KvOutput> verdict, History<KvInput, KvOutput> history) {
        NavigableMap<String, String> store = new TreeMap<>();
        for (Operation<KvInput, KvOutput> operation : verdict.prefix()) {
            KvOutput answer = apply(store, operation.input());
            if (operation.status() == Status.OK && !answer.equals(operation.output())) {
                return false;
            }
        }
        long end = verdict.culprit().end();
        List<Operation<KvInput, KvOutput>> involved = new ArrayList<>(verdict.prefix());
        involved.addAll(verdict.pending());
        for (Operation<KvInput, KvOutput> operation : involved) {
            boolean owed = operation.status() == Status.OK && operation.end() < end;
            if (operation.call() > end || owed && !verdict.prefix().contains(operation)) {
                return false;
            }
        }
        // Those that return later are free to stay out, as if their outcome were not known, but
        // what
        // they answered still holds if they take part.
        return verdict.pending().contains(verdict.culprit())
                && history.operations().containsAll(involved)
                && !hasOrder(new TreeMap<>(), involved, end);
    }

    private static boolean hasOrder(List<Operation<KvInput, KvOutput>> operations) {
        List<Operation<KvInput, KvOutput>> left = new ArrayList<>(operations);
        left.removeIf(operation -> operation.status() == Status.FAIL);
        return hasOrder(new TreeMap<>(), left, Operation.NEVER);
    }

    /**
     * Whether all that returned until {@code end} can be put in order, others in between or not.
     */
    private static boolean hasOrder(
            NavigableMap<String, String> store, List<Operation<KvInput, KvOutput>> left, long end) {
        if (left.stream().noneMatch(one -> one.status() == Status.OK && one.end() <= end)) {
            return true;
        }
        for (Operation<KvInput, KvOutput> next : left) {
            boolean late =
                    left.stream()
                            .anyMatch(
                                    other ->
                                            other.status() == Status.OK
                                                    && other.end() < next.call());
            if (late) {
                continue;
            }
            TreeMap<String, String> after = new TreeMap<>(store);
            KvOutput answer = apply(after, next.input());
            if (next.status() == Status.INFO || answer.equals(next.output())) {
                List<Operation<KvInput, KvOutput>> rest = new ArrayList<>(left);
                rest.remove(next);
                if (hasOrder(after, rest, end)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static KvOutput apply(NavigableMap<String, String> store, KvInput input) {
        String old = store.get(input.key());
        if (input instanceof Get) {
            return new KvOutput.Value(old);
        } else if (input instanceof Scan) {
            return new KvOutput.Entries(List.copyOf(store.tailMap(input.key()).entrySet()));
        } else if (input instanceof Put put) {
            store.put(put.key(), put.value());
        } else if (input instanceof Append append) {
            store.put(append.key(), (old == null ? "" : old) + append.suffix());
        } else if (input instanceof Delete) {
            store.remove(input.key());
        } else if (input instanceof Cas cas) {
            if (!Objects.equals(old, cas.expected())) {
                return new KvOutput.Swapped(false);
            }
            store.put(cas.key(), cas.replacement());
            return new KvOutput.Swapped(true);
        }
        return new KvOutput.Done();
    }

    private static History<KvInput, KvOutput> history(Random random) {
        HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>(() -> 0);
        TreeMap<Long, KvInput> open = new TreeMap<>();
        int called = 0;
        while (called < OPERATIONS || !open.isEmpty() && random.nextInt(8) > 0) {
            if (called < OPERATIONS
                    && (open.isEmpty() || open.size() < 4 && random.nextBoolean())) {
                long process = recorder.newProcess();
                open.put(process, input(random));
                recorder.invoke(process, open.get(process));
                called++;
            } else {
                List<Long> processes = new ArrayList<>(open.keySet());
                long process = processes.get(random.nextInt(processes.size()));
                end(recorder, process, open.remove(process), random);
            }
        }
        return recorder.history();
    }

    private static void end(
            HistoryRecorder<KvInput, KvOutput> recorder,
            long process,
            KvInput input,
            Random random) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            recorder.fail(process, "refused");
        } else if (kind < 3) {
            recorder.info(process, "timeout");
        } else {
            recorder.ok(process, output(input, random));
        }
    }

    private static KvInput input(Random random) {
        String key = any(KEYS, random);
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> new Put(key, any(VALUES, random));
            case 3 -> new Append(key, any(VALUES, random));
            case 4 -> new Delete(key);
            case 5, 6 ->
                    new Cas(
                            key,
                            random.nextInt(3) == 0 ? null : any(VALUES, random),
                            any(VALUES, random));
            case 7 -> new Scan(key, null);
            default -> new Get(key);
        };
    }

    /** Any answer of the right kind; of the likely ones only. */
    private static KvOutput output(KvInput input, Random random) {
        if (input instanceof Get) {
            return new KvOutput.Value(random.nextInt(3) == 0 ? null : any(VALUES, random));
        } else if (input instanceof Cas) {
            return new KvOutput.Swapped(random.nextBoolean());
        } else if (input instanceof Scan) {
            List<Map.Entry<String, String>> entries = new ArrayList<>();
            for (String key : KEYS) {
                if (key.compareTo(input.key()) >= 0 && random.nextBoolean()) {
                    entries.add(Map.entry(key, any(VALUES, random)));
                }
            }
            return new KvOutput.Entries(entries);
        }
        return new KvOutput.Done();
    }

    private static String any(List<String> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
