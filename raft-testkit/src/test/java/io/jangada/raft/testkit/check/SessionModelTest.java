package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.CounterModel.AddAndGet;
import io.jangada.raft.testkit.check.CounterModel.Total;
import io.jangada.raft.testkit.check.SessionModel.Input;
import io.jangada.raft.testkit.check.SessionModel.WriteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A write takes effect once, however often it is attempted, and is answered the same each time. */
class SessionModelTest {
    private static final SessionModel<Long, CounterModel.Input, CounterModel.Output> MODEL =
            new SessionModel<>(new CounterModel());

    /**
     * Events: a letter for the process, then {@code +S:N} for an attempt to add one in session S,
     * number N; {@code +} for one without a session; {@code get}; {@code =V} for an answer, {@code
     * ?} and {@code fail}.
     */
    private static Verdict<Input<CounterModel.Input>, CounterModel.Output> check(String script) {
        HistoryRecorder<Input<CounterModel.Input>, CounterModel.Output> recorder =
                new HistoryRecorder<>(() -> 0);
        for (String event : script.strip().split("\\s+")) {
            long process = event.charAt(0);
            String what = event.substring(2);
            if (what.startsWith("+")) {
                WriteId id = what.length() == 1 ? null : WriteId.parse(what.substring(1));
                recorder.invoke(process, new Input<>(id, new AddAndGet(1)));
            } else if (what.equals("get")) {
                recorder.invoke(process, new Input<>(null, new CounterModel.Read()));
            } else if (what.equals("?")) {
                recorder.info(process, "timeout");
            } else if (what.equals("fail")) {
                recorder.fail(process, "refused");
            } else {
                recorder.ok(process, new Total(Long.parseLong(what.substring(1))));
            }
        }
        return Linearizability.check(MODEL, recorder.history(), Budget.DEFAULT);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a retry is answered again              | A:+1:1 A:=1 B:+1:1 B:=1 C:get C:=1",
                "a retry after an unknown outcome       | A:+1:1 A:? B:+1:1 B:=1 C:get C:=1",
                "two unknown attempts, one effect       | A:+1:1 A:? B:+1:1 B:? C:get C:=1 C:get C:=1",
                "two unknown attempts, no effect        | A:+1:1 A:? B:+1:1 B:? C:get C:=0 C:get C:=0",
                "two unknown attempts, late effect      | A:+1:1 A:? B:+1:1 B:? C:get C:=0 C:get C:=1",
                "the first attempt took effect          | A:+1:1 C:get C:=1 B:+1:1 B:=1 A:?",
                "a failed attempt, then a good one      | A:+1:1 A:fail C:get C:=0 A:+1:1 A:=1",
                "two writes of a session                | A:+1:1 A:=1 A:+1:2 A:=2",
                "the same number in two sessions        | A:+1:1 A:=1 A:+2:1 A:=2",
                "without a session each counts          | A:+ A:=1 A:+ A:=2",
            })
    void isLinearizable(String why, String script) {
        assertInstanceOf(Verdict.Linearizable.class, check(script), () -> check(script).message());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a retry took effect again              | A:+1:1 A:=1 B:+1:1 B:=2",
                "a retry took effect again, unanswered  | A:+1:1 A:=1 B:+1:1 B:? C:get C:=2",
                "both unknown attempts took effect      | A:+1:1 A:? B:+1:1 B:? C:get C:=2",
                "a retry is answered otherwise          | A:+1:1 B:+1:1 A:=1 B:=0",
                "answered before it took effect         | A:+1:1 A:=1 C:get C:=0",
                "the effect of a failed attempt         | A:+1:1 A:fail C:get C:=1 A:+1:1 A:=1",
                "without a session, twice the same      | A:+ A:=1 A:+ A:=1",
                "a later write of the session is lost   | A:+1:1 A:=1 A:+1:2 A:=1",
            })
    void isNotLinearizable(String why, String script) {
        assertInstanceOf(
                Verdict.NotLinearizable.class, check(script), () -> check(script).message());
    }

    @Test
    void differentAnswersToOneWriteAreNamed() {
        Verdict.NotLinearizable<?, ?> verdict =
                assertInstanceOf(Verdict.NotLinearizable.class, check("A:+7:4 A:=1 B:+7:4 B:=2"));
        assertEquals("answers to write 7:4", verdict.partition());
    }

    @Test
    void oneWriteCannotAskForTwoThings() {
        HistoryRecorder<Input<CounterModel.Input>, CounterModel.Output> recorder =
                new HistoryRecorder<>(() -> 0);
        recorder.invoke(1, new Input<>(new WriteId(7, 4), new AddAndGet(1)));
        recorder.invoke(2, new Input<>(new WriteId(7, 4), new AddAndGet(2)));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Linearizability.check(MODEL, recorder.history(), Budget.DEFAULT));
        assertEquals(
                "write 7:4 was attempted as add and get 1 and as add and get 2", e.getMessage());
    }

    /** Clients retry until they hear, as those of a service with sessions do. */
    @Test
    void generatedRetriesAreToldFromRepeatedEffects() {
        for (long seed = 1; seed <= 200; seed++) {
            assertInstanceOf(
                    Verdict.Linearizable.class,
                    Linearizability.check(MODEL, retries(seed, false), Budget.DEFAULT),
                    "seed " + seed);
            assertInstanceOf(
                    Verdict.NotLinearizable.class,
                    Linearizability.check(MODEL, retries(seed, true), Budget.DEFAULT),
                    "seed " + seed);
        }
    }

    /**
     * A history of five writers.
     *
     * @param twice whether one attempt in the middle takes effect though an earlier one had
     */
    private static History<Input<CounterModel.Input>, CounterModel.Output> retries(
            long seed, boolean twice) {
        Random random = new Random(seed);
        HistoryRecorder<Input<CounterModel.Input>, CounterModel.Output> recorder =
                new HistoryRecorder<>(() -> 0);
        Map<WriteId, Long> answers = new HashMap<>();
        long value = 0;
        boolean doubled = !twice;
        for (int write = 1; write <= 30; write++) {
            WriteId id = new WriteId(random.nextInt(3), write);
            Input<CounterModel.Input> input = new Input<>(id, new AddAndGet(1));
            List<Long> open = new ArrayList<>();
            for (int attempts = 1 + random.nextInt(3); attempts > 0; attempts--) {
                long process = recorder.newProcess();
                recorder.invoke(process, input);
                open.add(process);
            }
            for (long process : open) {
                boolean again = answers.containsKey(id);
                if (!again || !doubled && write > 10) {
                    doubled |= again;
                    answers.putIfAbsent(id, value + 1);
                    value++;
                }
                if (random.nextInt(3) == 0) {
                    recorder.info(process, "timeout");
                } else {
                    recorder.ok(process, new Total(answers.get(id)));
                }
            }
            long reader = recorder.newProcess();
            recorder.invoke(reader, new Input<>(null, new CounterModel.Read()));
            recorder.ok(reader, new Total(value));
        }
        assertTrue(doubled, "no attempt could be doubled");
        return recorder.history();
    }
}
