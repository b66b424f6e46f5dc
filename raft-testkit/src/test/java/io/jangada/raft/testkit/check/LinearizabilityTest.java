package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.Verdict.Linearizable;
import io.jangada.raft.testkit.check.Verdict.NotLinearizable;
import io.jangada.raft.testkit.check.Verdict.Unknown;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Histories small enough to be decided by thought. {@link Script} says how to read them. */
class LinearizabilityTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing happened                      | ''",
                "an absent key is read as absent       | A:get(x) A:=-",
                "a read sees the latest put            | A:put(x,1) A:ok A:put(x,2) A:ok B:get(x) B:=2",
                "a read during a put sees the old one  | A:put(x,1) B:get(x) B:=- A:ok",
                "a read during a put sees the new one  | A:put(x,1) B:get(x) B:=1 A:ok",
                "a slow put may come after a later one | A:put(x,1) B:put(x,2) B:ok A:ok C:get(x) C:=1",
                "reads during two puts go one way      | A:put(x,1) B:put(x,2) C:get(x) C:=1 C:get(x) C:=2 A:ok B:ok",
                "appends during each other, any order  | A:append(x,a) B:append(x,b) A:ok B:ok C:get(x) C:=ba",
                "a deleted key is absent               | A:put(x,1) A:ok A:delete(x) A:ok A:get(x) A:=-",
                "an append to a deleted key starts new | A:put(x,1) A:ok A:delete(x) A:ok A:append(x,b) A:ok A:get(x) A:=b",
                "a swap that succeeded is seen         | A:put(x,1) A:ok B:cas(x,1,2) B:=true A:get(x) A:=2",
                "a swap of another value fails         | A:put(x,1) A:ok B:cas(x,3,2) B:=false A:get(x) A:=1",
                "a swap of an absent key fails         | B:cas(x,1,2) B:=false",
                "a swap may expect absence             | A:cas(x,-,1) A:=true B:cas(x,-,2) B:=false B:get(x) B:=1",
                "a swap may end in absence             | A:put(x,1) A:ok A:cas(x,1,-) A:=true B:get(x) B:=-",
                "one of two equal swaps wins           | A:put(x,1) A:ok A:cas(x,1,2) B:cas(x,1,2) A:=false B:=true",
                "keys do not order each other          | A:put(x,1) B:put(y,1) C:get(x) C:=1 C:get(y) C:=- D:get(y) D:=1 D:get(x) D:=1 A:ok B:ok",
                "a scan sees all that is in its range  | A:put(a,1) A:ok A:put(b,2) A:ok A:put(c,3) A:ok A:scan(a,c) A:=[a=1,b=2]",
                "a scan without an end                 | A:put(a,1) A:ok A:put(c,3) A:ok A:scan(b,-) A:=[c=3]",
                "a scan stops at its limit             | A:put(a,1) A:ok A:put(b,2) A:ok A:scan(a,z,1) A:=[a=1]",
                "a scan of nothing                     | A:put(a,1) A:ok A:scan(b,z) A:=[]",
                "a scan between two puts               | B:scan(a,z) A:put(a,1) A:ok A:put(b,2) A:ok B:=[a=1]",
                "a put that failed is not seen         | A:put(x,1) A:fail B:get(x) B:=-",
                "unknown: it took effect               | A:put(x,1) A:? B:get(x) B:=1",
                "unknown: it did not                   | A:put(x,1) A:? B:get(x) B:=- B:put(x,2) B:ok B:get(x) B:=2",
                "unknown: it took effect much later    | A:put(x,1) A:? B:put(x,2) B:ok B:get(x) B:=2 B:get(x) B:=1",
                "unknown: open at the end is the same  | A:put(x,1) B:put(x,2) B:ok B:get(x) B:=2 B:get(x) B:=1",
                "unknown: two of them, the other first | A:put(x,1) A:? B:put(x,2) B:? C:get(x) C:=2 C:get(x) C:=1",
                "unknown: a swap that came to succeed  | A:cas(x,1,2) A:? B:put(x,1) B:ok B:get(x) B:=2",
                "unknown: a delete                     | A:put(x,1) A:ok A:delete(x) A:? B:get(x) B:=1 B:get(x) B:=-",
                "unknown: appended between two others  | A:append(x,a) A:? B:append(x,b) B:ok B:append(x,c) B:ok B:get(x) B:=bac",
                "a read without an answer means nothing| A:get(x) A:? B:put(x,1) B:ok B:get(x) B:=1",
                "a stale read means nothing            | A:put(x,1) A:ok A:stale(x) A:=- A:stale(x) A:=7",
            })
    void isLinearizable(String why, String script) {
        assertInstanceOf(Linearizable.class, check(script), () -> check(script).message());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a value out of nothing                | A:get(x) A:=1",
                "a lost put                            | A:put(x,1) A:ok B:get(x) B:=-",
                "a stale read                          | A:put(x,1) A:ok A:put(x,2) A:ok B:get(x) B:=1",
                "a read from the future                | B:get(x) B:=1 A:put(x,1) A:ok",
                "new, then old, while the put is open  | A:put(x,1) B:get(x) B:=1 C:get(x) C:=- A:ok",
                "readers disagree on the order of puts | A:put(x,1) B:put(x,2) C:get(x) C:=1 C:get(x) C:=2 D:get(x) D:=2 D:get(x) D:=1 A:ok B:ok",
                "a write that comes back               | A:put(x,1) A:ok A:put(x,2) A:ok B:get(x) B:=2 B:get(x) B:=1",
                "appended twice                        | A:append(x,a) A:ok B:get(x) B:=aa",
                "appends seen in both orders           | A:append(x,a) B:append(x,b) C:get(x) C:=a D:get(x) D:=b A:ok B:ok",
                "a delete without effect               | A:put(x,1) A:ok A:delete(x) A:ok B:get(x) B:=1",
                "a swap of a value that was not there  | A:put(x,1) A:ok B:cas(x,3,2) B:=true",
                "a swap refused though it matched      | A:put(x,1) A:ok B:cas(x,1,2) B:=false",
                "a refused swap with effect            | A:put(x,1) A:ok B:cas(x,3,2) B:=false B:get(x) B:=2",
                "both of two equal swaps win           | A:put(x,1) A:ok A:cas(x,1,2) B:cas(x,1,2) A:=true B:=true",
                "a put that failed is seen             | A:put(x,1) A:fail B:get(x) B:=1",
                "a scan misses a key                   | A:put(a,1) A:ok A:put(b,2) A:ok A:scan(a,c) A:=[a=1]",
                "a scan goes beyond its end            | A:put(a,1) A:ok A:put(c,2) A:ok A:scan(a,c) A:=[a=1,c=2]",
                "a scan goes beyond its limit          | A:put(a,1) A:ok A:put(b,2) A:ok A:scan(a,z,1) A:=[a=1,b=2]",
                "a scan out of order                   | A:put(a,1) A:ok A:put(b,2) A:ok A:scan(a,z) A:=[b=2,a=1]",
                "a scan sees a key that never was      | A:put(a,1) A:ok A:scan(a,z) A:=[a=1,q=1]",
                "a scan sees a key outside of it       | A:put(z,1) A:ok A:scan(a,c) A:=[z=1]",
                "a scan sees the later put only        | B:scan(a,z) A:put(a,1) A:ok A:put(b,2) A:ok B:=[b=2]",
                "scans disagree on the order of puts   | A:put(a,1) B:put(b,2) C:scan(a,z) C:=[a=1] D:scan(a,z) D:=[b=2] A:ok B:ok",
                "unknown: it took effect twice         | A:put(x,1) A:? B:get(x) B:=1 B:put(x,2) B:ok B:get(x) B:=1",
                "unknown: appended twice               | A:append(x,a) A:? B:get(x) B:=aa",
                "unknown: not before its call          | B:get(x) B:=1 A:put(x,1) A:?",
                "unknown: not another value            | A:put(x,1) A:? B:get(x) B:=2",
                "unknown: a swap must have matched     | A:cas(x,1,2) A:? B:put(x,3) B:ok B:get(x) B:=2",
            })
    void isNotLinearizable(String why, String script) {
        assertInstanceOf(NotLinearizable.class, check(script), () -> check(script).message());
    }

    @Test
    void namesTheAnswerThatNothingExplains() {
        String script =
                "A:put(x,1) A:ok  B:put(x,2)  C:get(x) C:=2  D:get(x) D:=1  B:ok  C:get(x) C:=9";
        List<Operation<KvInput, KvOutput>> all = Script.history(script).operations();

        NotLinearizable<KvInput, KvOutput> verdict =
                new NotLinearizable<>(
                        "key \"x\"",
                        5,
                        all.get(3),
                        List.of(all.get(0), all.get(1), all.get(2)),
                        List.of(all.get(3)),
                        List.of("{x=2}"));
        assertEquals(verdict, check(script));
        assertEquals(
                """
                NOT LINEARIZABLE: key "x", 5 operations, conflict at events 5..6
                No order explains this answer together with all that came before it:
                    p68 get x -> "1"  [i 5..6]
                States possible just before it was given: {x=2}
                The longest order found, 3 operations:
                    p65 put x "1" -> ok  [i 0..1]
                    p66 put x "2" -> ok  [i 2..7]
                    p67 get x -> "2"  [i 3..4]
                Open when the answer was given, and not in that order:
                    p68 get x -> "1"  [i 5..6]""",
                verdict.message());
    }

    @Test
    void showsAllStatesThatWerePossible() {
        NotLinearizable<?, ?> verdict =
                assertInstanceOf(
                        NotLinearizable.class,
                        check("A:put(x,1) B:put(x,2) A:ok B:ok C:get(x) C:=3"));
        assertEquals(List.of("{x=2}", "{x=1}"), verdict.states());
    }

    @Test
    void reportsTheSmallestPartitionWhateverTheNumberOfThreads() {
        String script =
                "A:put(x,1) A:ok A:put(x,2) A:ok A:get(x) A:=1"
                        + " A:put(y,1) A:ok A:get(y) A:=-"
                        + " A:put(z,1) A:ok A:put(z,2) A:ok A:get(z) A:=2 A:get(z) A:=1";
        Verdict<?, ?> verdict = check(script);
        assertEquals("key \"y\"", ((NotLinearizable<?, ?>) verdict).partition());
        for (int threads = 2; threads < 5; threads++) {
            assertEquals(verdict, check(script, Budget.DEFAULT.withThreads(threads)));
        }
    }

    @Test
    void countsWhatItChecked() {
        String script = "A:put(x,1) A:ok B:put(y,1) B:? C:get(y) C:? D:put(z,1) D:fail";
        for (int threads = 1; threads < 4; threads++) {
            Budget budget = Budget.DEFAULT.withThreads(threads);
            assertEquals(new Linearizable<>(2, 2), check(script, budget));
        }
    }

    @Test
    void namesAPartitionAfterItsKeys() {
        NotLinearizable<?, ?> verdict =
                assertInstanceOf(
                        NotLinearizable.class,
                        check("A:put(b,1) A:ok A:scan(a,z) A:=[c=1,d=1] B:put(zz,1) B:ok"));
        assertEquals("keys \"a\", \"b\", \"c\" and 1 more", verdict.partition());
    }

    @Test
    void isUnknownWhenTheBudgetRunsOut() {
        String hard = "A:put(x,1) B:put(x,2) C:put(x,3) A:ok B:ok C:ok D:get(x) D:=4";
        assertEquals(
                new Unknown<>("key \"x\"", "not settled after 5 steps"),
                check(hard, new Budget(5, 1_000, 1)));
        assertEquals(
                new Unknown<>("key \"x\"", "not settled after 5 configurations"),
                check(hard, new Budget(1_000, 5, 1)));
        assertInstanceOf(NotLinearizable.class, check(hard, new Budget(1_000, 1_000, 1)));
    }

    @Test
    void anUnknownPartitionHidesNoWrongOne() {
        String small = "A:put(x,1) A:ok A:put(x,2) A:ok A:put(x,3) A:ok ";
        String wrong = "A:get(y) A:=1 A:put(y,1) A:ok A:put(y,1) A:ok A:put(y,1) A:ok";
        Budget tight = new Budget(2, 100, 1);
        assertInstanceOf(Unknown.class, check(small, tight));
        assertInstanceOf(NotLinearizable.class, check(small + wrong, tight));
        assertInstanceOf(NotLinearizable.class, check(small + wrong, tight.withThreads(2)));
    }

    @Test
    void isUnknownWhenInterrupted() {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            script.append("A:put(x,1) A:ok ");
        }
        for (int threads = 1; threads < 3; threads++) {
            Thread.currentThread().interrupt();
            Verdict<?, ?> verdict = check(script.toString(), Budget.DEFAULT.withThreads(threads));
            assertTrue(Thread.interrupted(), "the interrupt is left for the caller to see");
            assertEquals("interrupted", assertInstanceOf(Unknown.class, verdict).why());
        }
    }

    @Test
    void unusedUnknownOperationsCostNoWayBack() {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            char process = (char) ('a' + i);
            script.append(process).append(":put(x,unknown").append(i).append(") ");
            script.append(process).append(":? ");
        }
        for (int i = 0; i < 50; i++) {
            script.append("A:put(x,").append(i).append(") A:ok A:get(x) A:=").append(i).append(' ');
        }
        assertEquals(new Linearizable<>(140, 1), check(script.toString(), new Budget(200, 200, 1)));
    }

    @Test
    void aModelThatThrowsIsNotAVerdict() {
        Model<Integer, KvInput, KvOutput> broken =
                new Model<>() {
                    @Override
                    public Integer initial() {
                        return 0;
                    }

                    @Override
                    public Integer step(Integer state, KvInput input, @Nullable KvOutput output) {
                        throw new UnsupportedOperationException("broken");
                    }
                };
        History<KvInput, KvOutput> history = Script.history("A:put(x,1) A:ok");
        for (int threads = 1; threads < 3; threads++) {
            Budget budget = Budget.DEFAULT.withThreads(threads);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> Linearizability.check(broken, history, budget));
        }
    }

    /** Adds one, or reads with zero; additions never notice each other, nor themselves. */
    private record Counter() implements Model<Integer, Integer, Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public @Nullable Integer step(Integer state, Integer input, @Nullable Integer output) {
            return input == 1 || output == null || output.equals(state) ? state + input : null;
        }

        @Override
        public boolean areIndependent(Integer one, Integer other) {
            return one.equals(other);
        }
    }

    @ParameterizedTest(name = "three additions, then read as {0}")
    @CsvSource({"1, false", "2, true", "3, true", "4, false"})
    void checksAnyModel(int read, boolean linearizable) {
        HistoryRecorder<Integer, Integer> recorder = new HistoryRecorder<>(() -> 0);
        for (long process = 0; process < 3; process++) {
            recorder.invoke(process, 1);
        }
        recorder.ok(0, 1);
        recorder.ok(1, 1);
        recorder.info(2, "timeout");
        recorder.invoke(3, 0);
        recorder.ok(3, read);
        Verdict<Integer, Integer> verdict =
                Linearizability.check(new Counter(), recorder.history(), Budget.DEFAULT);
        assertEquals(linearizable, verdict instanceof Linearizable, verdict::message);
        assertEquals(!linearizable, verdict instanceof NotLinearizable, verdict::message);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0"})
    void refusesABudgetOfNothing(long steps, int configurations, int threads) {
        assertThrows(
                IllegalArgumentException.class, () -> new Budget(steps, configurations, threads));
    }

    private static Verdict<KvInput, KvOutput> check(String script) {
        return check(script, Budget.DEFAULT);
    }

    private static Verdict<KvInput, KvOutput> check(String script, Budget budget) {
        return Linearizability.check(new KvModel(), Script.history(script), budget);
    }
}
