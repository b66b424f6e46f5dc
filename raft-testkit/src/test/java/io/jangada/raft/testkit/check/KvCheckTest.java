package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is checked beside linearizability, and the names that conflicts are given. */
class KvCheckTest {
    private final HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>(() -> 0);

    private void put(long process, String value) {
        recorder.invoke(process, new Put("x", value));
        recorder.ok(process, new KvOutput.Done());
    }

    private void stale(long process, String note, String value, String index) {
        recorder.invoke(
                process, new Get("x", ReadMode.STALE), note == null ? Map.of() : Map.of("s", note));
        recorder.ok(
                process,
                new KvOutput.Value(value),
                index == null ? Map.of() : Map.of("idx", index));
    }

    private KvCheck.Result check() {
        return KvCheck.check(recorder.history(), Budget.DEFAULT);
    }

    @Test
    void staleReadsMayBeOldAsLongAsTimeGoesOneWay() {
        put(1, "a");
        put(1, "b");
        stale(2, "7:1", null, "3");
        stale(2, "7:2", "a", "4");
        stale(3, "7:3", "b", "5");
        stale(4, "8:1", "a", "4");
        assertTrue(check().isFine(), check().message());
    }

    @Test
    void aSessionMustNotGoBackToAnOlderValue() {
        put(1, "a");
        put(1, "b");
        stale(2, "7:1", "b", null);
        stale(3, "7:2", "a", null);
        assertEquals(
                """
                LINEARIZABLE: 2 operations in 1 partitions
                STALE READS: session 7 saw an older state of key "x":
                    p1 put x "b" -> ok  [i 2..3]
                    p2 get x -> "b"  [i 4..5] {s=7:1}
                    p3 get x -> "a"  [i 6..7] {s=7:2}""",
                check().message());
        assertFalse(check().isFine());
        assertTrue(check().isWrong());
    }

    @Test
    void aSessionMustNotGoBackToNothing() {
        put(1, "a");
        stale(2, null, "a", null);
        stale(2, null, null, null);
        assertTrue(check().message().contains("process 2 saw an older state"), check().message());
    }

    @Test
    void whatWasRemovedMayBeAbsent() {
        put(1, "a");
        stale(2, null, "a", null);
        recorder.invoke(3, new Delete("x"));
        stale(2, null, null, null);
        assertTrue(check().isFine(), check().message());
    }

    @Test
    void anIndexMustNotFallWithinASession() {
        stale(2, "7:1", null, "12");
        stale(2, "7:2", null, "11");
        assertTrue(check().message().contains("session 7 went back from index 12 to 11"));
    }

    @Test
    void readsAtTheSameTimeMayComeInAnyOrder() {
        recorder.invoke(2, new Get("x", ReadMode.STALE), Map.of("s", "7:1"));
        recorder.invoke(3, new Get("x", ReadMode.STALE), Map.of("s", "7:2"));
        recorder.ok(2, new KvOutput.Value(null), Map.of("idx", "12"));
        recorder.ok(3, new KvOutput.Value(null), Map.of("idx", "11"));
        assertTrue(check().isFine(), check().message());
    }

    @Test
    void aStaleReadMustNotShowWhatNobodyWrote() {
        put(1, "a");
        stale(2, null, "q", null);
        assertTrue(check().message().contains("nobody had written what was read"));
    }

    @Test
    void concurrentWritesMayBeSeenInEitherOrder() {
        recorder.invoke(1, new Put("x", "a"));
        recorder.invoke(2, new Put("x", "b"));
        recorder.ok(1, new KvOutput.Done());
        recorder.ok(2, new KvOutput.Done());
        stale(3, null, "a", null);
        stale(3, null, "b", null);
        stale(4, null, "b", null);
        stale(4, null, "a", null);
        assertTrue(check().isFine(), check().message());
    }

    @Test
    void attemptsOfOneWriteTakeEffectOnce() {
        recorder.invoke(1, new KvInput.Append("x", "a"), Map.of("s", "7:1"));
        recorder.info(1, "timeout");
        recorder.invoke(2, new KvInput.Append("x", "a"), Map.of("s", "7:1"));
        recorder.ok(2, new KvOutput.Done());
        recorder.invoke(3, new Get("x"));
        recorder.ok(3, new KvOutput.Value("aa"));
        assertTrue(check().isWrong(), check().message());
        assertTrue(check().message().contains("attempts=2"), check().message());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "A PHANTOM        | A:put(x,1) A:ok B:get(x) B:=9",
                "FROM THE FUTURE  | B:get(x) B:=1 A:put(x,1) A:ok",
                "A STALE READ     | A:put(x,1) A:ok A:put(x,2) A:ok B:get(x) B:=1",
                "A STALE READ     | A:put(x,1) A:ok A:delete(x) A:ok B:get(x) B:=1",
                "A LOST WRITE     | A:put(x,1) A:ok B:get(x) B:=-",
                "A LOST WRITE     | A:append(x,1) A:ok B:get(x) B:=-",
            })
    void aConflictHasAName(String name, String script) {
        KvCheck.Result result = KvCheck.check(Script.history(script), Budget.DEFAULT);
        assertTrue(result.explanation().orElse("none").startsWith(name), result.message());
        assertTrue(result.message().contains(name), result.message());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:put(x,1) B:get(x) B:=1 C:get(x) C:=- A:ok",
                "A:put(x,1) A:ok A:cas(x,2,3) A:=true",
                "A:append(x,9) A:ok B:get(x) B:=99",
            })
    void whatIsNotPlainIsNotNamed(String script) {
        KvCheck.Result result = KvCheck.check(Script.history(script), Budget.DEFAULT);
        assertTrue(result.isWrong() && result.explanation().isEmpty(), result.message());
    }
}
