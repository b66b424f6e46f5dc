package io.jangada.raft.testkit.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.testkit.sim.SimulationFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How scripts are written, compared, recorded and refused. */
class SimScriptTest {
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft.impl");

    private static final String STORY =
            """
            # A leader, and a write.

            cluster 3
            elect n1
            put alice k v
            ----
            n1 leads in term 1
            alice: put k "v": ok
            """;

    @BeforeAll
    static void quiet() {
        LIBRARY.setLevel(Level.OFF);
    }

    @Test
    void aScriptThatIsAsRecordedPassesAndStaysAsItIs() {
        SimScript.parse("story", STORY).check();
        assertEquals(STORY, SimScript.parse("story", STORY).run());
    }

    @Test
    void anotherOutputThanRecordedFailsWithBoth() {
        String other = STORY.replace("\"v\": ok", "\"v\": refused");
        ScriptFailure failure =
                assertThrows(ScriptFailure.class, () -> SimScript.parse("story", other).check());
        String message = failure.getMessage();
        assertTrue(message.startsWith("story:5: "), message);
        assertTrue(message.contains("refused") && message.contains("ok"), message);
        assertEquals(STORY, SimScript.parse("story", other).run(), "it is recorded right");
    }

    @Test
    void durationsHaveUnits() {
        String text = "cluster 1 start=no electionTimeout=200ms heartbeatInterval=50ms\n";
        for (String step : List.of("1s", "250ms", "3T", "0.5min", "500us")) {
            text += "run " + step + "\n";
        }
        String run = SimScript.parse("s", text + "time\n").run();
        assertTrue(run.endsWith("----\n31850 ms\n"), run);
    }

    @Test
    void aMissingOutputFailsToo() {
        String none = STORY.substring(0, STORY.indexOf("----"));
        assertThrows(ScriptFailure.class, () -> SimScript.parse("story", none).check());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frobnicate n1 | there is no instruction 'frobnicate'",
                "crash n9 | there is no node 'n9' but n1, n2, n3",
                "crash | a node is missing",
                "run | a duration is missing",
                "run 5 | '5' is not a duration such as 50ms",
                "run 5ms 6ms | '6ms' is one word too many",
                "run 5ms twice=yes | there is no option twice= here",
                "run until n1 sleeps | a node cannot be 'sleeps'",
                "run until n1 commit ~ 3 | '~' is none of",
                "expect zoe ok | 'zoe' is no condition",
                "hold AppendEntries | name what is held, with as=NAME",
                "drop Appends | there is no message 'Appends'",
                "deliver acks 1 | there is no rule 'acks'",
                "cut n1 | 'n1' is not a link",
                "disk n1 explode sync | a disk cannot 'explode'",
                "disk n1 fail fsync | there is no operation 'fsync'",
                "get alice k mode=magic | there is no mode 'magic'",
                "clock n1 rate=fast | a rate is a percentage",
                "clock n1 rate=-200% | cannot run backwards",
                "cluster 3 | there is a cluster already",
                "put alice k | a value is missing",
                "retry alice | has no session",
                "links loss=7 | loss 7.0 is not from 0 to 1",
                "violation S1 | invariants are named I1 to I20",
                "load end | there is no load to end",
            })
    void whatIsWrongIsSaidWithFileAndLine(String instruction, String message) {
        String text = STORY + "\n# A comment.\n" + instruction + "\n";
        ScriptException refusal =
                assertThrows(ScriptException.class, () -> SimScript.parse("story", text).run());
        assertTrue(refusal.getMessage().startsWith("story:11: "), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "cluster 0,1 to 99",
        "cluster 3 electionTimeout=soon,not a duration",
        "cluster 3 speed=9,no setting 'speed'",
        "run 5ms,there is no cluster yet"
    })
    void aWrongBeginningIsRefused(String instruction, String message) {
        ScriptException refusal =
                assertThrows(ScriptException.class, () -> SimScript.parse("s", instruction).run());
        assertTrue(refusal.getMessage().startsWith("s:1: "), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    }

    @Test
    void aRulerWithoutAnInstructionIsRefused() {
        ScriptException refusal =
                assertThrows(ScriptException.class, () -> SimScript.parse("s", "# A\n----\nx\n"));
        assertEquals("s:2: there is no instruction above this ----", refusal.getMessage());
    }

    /** Recording does not hide what the script expects. */
    @Test
    void anExpectationMustHoldWhateverIsRecorded() {
        String text = STORY + "\nexpect n2 leads\n";
        ScriptFailure failure =
                assertThrows(ScriptFailure.class, () -> SimScript.parse("story", text).run());
        assertEquals(
                "story:10: 'n2 leads' does not hold: n2 is FOLLOWER in term 1",
                failure.getMessage());
    }

    @Test
    void whatDoesNotComeTrueInTimeFails() {
        String text = STORY + "\nrun until n1 commit >= 99 within=1s\n";
        ScriptFailure failure =
                assertThrows(ScriptFailure.class, () -> SimScript.parse("story", text).run());
        assertTrue(failure.getMessage().contains("n1 commit is 4"), failure.getMessage());
    }

    /** The invariants are checked on the way: a lying disk is found at once. */
    @Test
    void aViolatedInvariantFailsTheScript() {
        String text = STORY + "\ndisk n2 lose sync\nput bob k w\nrun 1s\n";
        ScriptFailure failure =
                assertThrows(ScriptFailure.class, () -> SimScript.parse("story", text).run());
        assertTrue(failure.getMessage().matches("(?s)story:1[12]: .*"), failure.getMessage());
        assertTrue(failure.getMessage().contains("I12 facts are durable"), failure.getMessage());
        assertEquals(SimulationFailure.class, failure.getCause().getClass());
    }

    @Test
    void aViolationThatWasAnnouncedHasToCome() {
        String text = STORY + "\nviolation I7\nrun 1s\n";
        ScriptFailure failure =
                assertThrows(ScriptFailure.class, () -> SimScript.parse("story", text).run());
        assertEquals("story:11: I7 was not violated", failure.getMessage());
        String another = STORY + "\ndisk n2 lose sync\nviolation I7\nput bob k w\n";
        assertThrows(ScriptFailure.class, () -> SimScript.parse("story", another).run());
    }

    /** I16: what the named clients saw is judged at the end. */
    @Test
    void clientsThatSeeWhatMayNotBeFailTheScript() {
        String stale =
                """
                cluster 3
                clocks beyond-bound
                elect n1
                put alice k old
                clock n1 rate=-99%
                run 500ms
                isolate n1
                elect n2
                put alice k new at=n2
                get bob k at=n1 mode=lease
                """;
        ScriptFailure failure =
                assertThrows(ScriptFailure.class, () -> SimScript.parse("s", stale).run());
        assertTrue(failure.getMessage().contains("I16 linearizability"), failure.getMessage());
    }

    @Test
    void theCommandLineAnswersWithAnExitCode(@TempDir Path folder) throws IOException {
        Path good = Files.writeString(folder.resolve("good.txt"), STORY);
        Path other = Files.writeString(folder.resolve("other.txt"), STORY.replace("ok", "no"));
        Path bad = Files.writeString(folder.resolve("bad.txt"), "clust 3\n");
        assertEquals("0 1 of 1 scripts passed", run("" + good));
        assertTrue(run("" + good, "" + other).startsWith("1 other.txt:5: shows something else"));
        assertTrue(run("" + bad).startsWith("2 bad.txt:1: there is no instruction 'clust'"));
        Path none = folder.resolve("none.txt");
        assertEquals("2 " + none + ": there is no such file", run("" + none));
        assertTrue(run().startsWith("2 usage: "));
        assertTrue(run("--frob", "" + good).startsWith("2 usage: "));
        assertTrue(run("--help").contains("crash NODE..."));
        assertEquals("0 1 of 1 scripts passed", run("--rewrite", "" + other));
        assertEquals(STORY, Files.readString(other));
    }

    /** Exit code, and all that was printed. */
    private static String run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int code = SimScript.run(List.of(arguments), out, out);
        return code + " " + bytes.toString(StandardCharsets.UTF_8).strip();
    }
}
