package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.CounterModel.AddAndGet;
import io.jangada.raft.testkit.check.CounterModel.Total;
import io.jangada.raft.testkit.check.ListModel.Append;
import io.jangada.raft.testkit.check.ListModel.Elements;
import io.jangada.raft.testkit.check.RegisterModel.CompareAndSet;
import io.jangada.raft.testkit.check.RegisterModel.Read;
import io.jangada.raft.testkit.check.RegisterModel.Swapped;
import io.jangada.raft.testkit.check.RegisterModel.Value;
import io.jangada.raft.testkit.check.RegisterModel.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each model on histories decided by thought, by the way they were made, and by definition. */
class ModelsTest {

    static List<Specimen<?, ?>> specimens() {
        return List.of(register(), list(), counter(), keyed());
    }

    private static Specimen<RegisterModel.Input<String>, RegisterModel.Output<String>> register() {
        return new Specimen<>(
                "register",
                new RegisterModel<>(),
                seed -> {
                    String[] held = {null};
                    return input -> {
                        if (input instanceof Write<String> write) {
                            held[0] = write.value();
                            return new RegisterModel.Done<>();
                        } else if (input instanceof CompareAndSet<String> cas) {
                            boolean equal = Objects.equals(held[0], cas.expected());
                            held[0] = equal ? cas.replacement() : held[0];
                            return new Swapped<>(equal);
                        }
                        return new Value<>(held[0]);
                    };
                },
                (random, number) ->
                        switch (random.nextInt(6)) {
                            case 0, 1 -> new Write<>("v" + number);
                            case 2 ->
                                    new CompareAndSet<>(
                                            "v" + random.nextInt(number + 1), "v" + number);
                            default -> new Read<>();
                        },
                (random, input) ->
                        input instanceof Read
                                ? new Value<>(
                                        random.nextInt(4) == 0 ? null : "v" + random.nextInt(4))
                                : input instanceof Write
                                        ? new RegisterModel.Done<>()
                                        : new Swapped<>(random.nextBoolean()),
                // Numbers of values grow with the calls of their writes, but need not with effects.
                (early, late) ->
                        early instanceof Value<String> one
                                && late instanceof Value<String> two
                                && one.value() == null
                                && two.value() != null);
    }

    private static Specimen<ListModel.Input<Integer>, ListModel.Output<Integer>> list() {
        return new Specimen<>(
                "list",
                new ListModel<>(),
                seed -> {
                    List<Integer> held = new ArrayList<>();
                    return input -> {
                        if (input instanceof Append<Integer> append) {
                            held.add(append.element());
                            return new ListModel.Done<>();
                        }
                        return new Elements<>(held);
                    };
                },
                (random, number) ->
                        random.nextInt(3) == 0 ? new Append<>(number) : new ListModel.Read<>(),
                (random, input) -> {
                    if (input instanceof Append) {
                        return new ListModel.Done<>();
                    }
                    List<Integer> guess = new ArrayList<>();
                    while (random.nextInt(5) < 2) {
                        guess.add(random.nextInt(3));
                    }
                    return new Elements<>(guess);
                },
                (early, late) -> !early.equals(late));
    }

    private static Specimen<CounterModel.Input, CounterModel.Output> counter() {
        return new Specimen<>(
                "counter",
                new CounterModel(),
                seed -> {
                    long[] held = {0};
                    return input -> {
                        if (input instanceof CounterModel.Add add) {
                            held[0] += add.amount();
                            return new CounterModel.Done();
                        } else if (input instanceof AddAndGet add) {
                            held[0] += add.amount();
                        }
                        return new Total(held[0]);
                    };
                },
                (random, number) ->
                        switch (random.nextInt(5)) {
                            case 0 -> new CounterModel.Add(1 + random.nextInt(3));
                            case 1 -> new AddAndGet(1 + random.nextInt(3));
                            default -> new CounterModel.Read();
                        },
                (random, input) ->
                        input instanceof CounterModel.Add
                                ? new CounterModel.Done()
                                : new Total(random.nextInt(6)),
                (early, late) -> !early.equals(late));
    }

    private static Specimen<
                    KeyedModel.At<String, ListModel.Input<Integer>>, ListModel.Output<Integer>>
            keyed() {
        Specimen<ListModel.Input<Integer>, ListModel.Output<Integer>> list = list();
        return new Specimen<>(
                "lists by key",
                new KeyedModel<
                        String, List<Integer>, ListModel.Input<Integer>, ListModel.Output<Integer>>(
                        new ListModel<>()),
                seed -> {
                    Map<String, Function<ListModel.Input<Integer>, ListModel.Output<Integer>>>
                            lists = new HashMap<>();
                    return at ->
                            lists.computeIfAbsent(at.key(), key -> list.service().apply(0))
                                    .apply(at.input());
                },
                (random, number) ->
                        new KeyedModel.At<>(
                                random.nextBoolean() ? "a" : "b",
                                list.anyInput().draw(random, number)),
                (random, at) -> list.anyOutput().guess(random, at.input()),
                (early, late) -> !early.equals(late));
    }

    @ParameterizedTest
    @MethodSource("specimens")
    <I, O> void oneSwapOfTwoAnswersIsToldApart(Specimen<I, O> specimen) {
        int spoiledCount = 0;
        for (long seed = 1; seed <= 150; seed++) {
            int unknownShare = seed % 2 == 0 ? 0 : 50;
            History<I, O> sound = specimen.history(seed, 4, 80, unknownShare);
            Verdict<I, O> verdict = Linearizability.check(specimen.model(), sound, Budget.DEFAULT);
            String replay = "seed " + seed + ": ";
            assertInstanceOf(Verdict.Linearizable.class, verdict, replay + verdict.message());
            Optional<History<I, O>> spoiled = specimen.spoiled(sound, new Random(seed));
            if (spoiled.isPresent()) {
                spoiledCount++;
                verdict = Linearizability.check(specimen.model(), spoiled.get(), Budget.DEFAULT);
                assertInstanceOf(
                        Verdict.NotLinearizable.class, verdict, replay + verdict.message());
            }
        }
        assertTrue(spoiledCount >= 80, "only " + spoiledCount + " histories could be spoiled");
    }

    @ParameterizedTest
    @MethodSource("specimens")
    <I, O> void theCheckerAgreesWithTheDefinition(Specimen<I, O> specimen) {
        int linearizable = 0;
        int histories = 4_000;
        for (long seed = 0; seed < histories; seed++) {
            History<I, O> history = specimen.guessedHistory(new Random(seed), 6);
            boolean expected = specimen.hasOrder(history);
            Verdict<I, O> verdict =
                    Linearizability.check(specimen.model(), history, Budget.DEFAULT);
            assertEquals(
                    expected,
                    verdict instanceof Verdict.Linearizable,
                    () -> history + "\n" + verdict.message());
            linearizable += expected ? 1 : 0;
        }
        assertTrue(
                linearizable > histories / 20 && linearizable < histories * 19 / 20,
                linearizable + " of " + histories + " are linearizable: the test says little");
    }

    // By thought

    private static <I, O> Verdict<I, O> check(
            Model<?, I, O> model, HistoryRecorder<I, O> recorder) {
        return Linearizability.check(model, recorder.history(), Budget.DEFAULT);
    }

    @Test
    void aReadOfAListMustContainWhatWasAppendedBefore() {
        for (List<Integer> seen : List.of(List.of(1, 2), List.of(2, 1))) {
            HistoryRecorder<ListModel.Input<Integer>, ListModel.Output<Integer>> recorder =
                    new HistoryRecorder<>(() -> 0);
            recorder.invoke(1, new Append<>(1));
            recorder.ok(1, new ListModel.Done<>());
            recorder.invoke(1, new Append<>(2));
            recorder.ok(1, new ListModel.Done<>());
            recorder.invoke(2, new ListModel.Read<>());
            recorder.ok(2, new Elements<>(seen));
            assertEquals(
                    seen.get(0) == 1,
                    check(new ListModel<>(), recorder) instanceof Verdict.Linearizable);
        }
    }

    @Test
    void noTwoClientsGetTheSameTotal() {
        for (long second : new long[] {1, 2}) {
            HistoryRecorder<CounterModel.Input, CounterModel.Output> recorder =
                    new HistoryRecorder<>(() -> 0);
            recorder.invoke(1, new AddAndGet(1));
            recorder.invoke(2, new AddAndGet(1));
            recorder.ok(1, new Total(1));
            recorder.ok(2, new Total(second));
            assertEquals(
                    second == 2,
                    check(new CounterModel(), recorder) instanceof Verdict.Linearizable);
        }
    }

    @Test
    void oneOfTwoEqualSwapsOfARegisterWins() {
        for (boolean both : new boolean[] {false, true}) {
            HistoryRecorder<RegisterModel.Input<String>, RegisterModel.Output<String>> recorder =
                    new HistoryRecorder<>(() -> 0);
            recorder.invoke(1, new CompareAndSet<>(null, "a"));
            recorder.invoke(2, new CompareAndSet<>(null, "b"));
            recorder.ok(1, new Swapped<>(true));
            recorder.ok(2, new Swapped<>(both));
            assertEquals(
                    !both, check(new RegisterModel<>(), recorder) instanceof Verdict.Linearizable);
        }
    }

    @Test
    void keysDoNotOrderEachOtherAndAConflictNamesItsKey() {
        KeyedModel<String, Value<String>, RegisterModel.Input<String>, RegisterModel.Output<String>>
                model = new KeyedModel<>(new RegisterModel<>());
        HistoryRecorder<
                        KeyedModel.At<String, RegisterModel.Input<String>>,
                        RegisterModel.Output<String>>
                recorder = new HistoryRecorder<>(() -> 0);
        recorder.invoke(1, new KeyedModel.At<>("x", new Write<>("1")));
        recorder.ok(1, new RegisterModel.Done<>());
        recorder.invoke(2, new KeyedModel.At<>("y", new Read<>()));
        recorder.ok(2, new Value<>(null));
        assertInstanceOf(Verdict.Linearizable.class, check(model, recorder));
        recorder.invoke(2, new KeyedModel.At<>("x", new Read<>()));
        recorder.ok(2, new Value<>(null));
        Verdict.NotLinearizable<?, ?> verdict =
                assertInstanceOf(Verdict.NotLinearizable.class, check(model, recorder));
        assertEquals("key x", verdict.partition());
    }
}
