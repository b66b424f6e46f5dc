package io.jangada.examples.kv.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kv check} says what it found, and its exit code says it too. */
class CheckCommandTest {
    private static final String PUT =
            """
            {"i":0,"t":10,"p":1,"type":"invoke","f":"put","k":"a","v":"1"}
            {"i":1,"t":20,"p":1,"type":"ok","f":"put","k":"a"}
            {"i":2,"t":30,"p":2,"type":"invoke","f":"get","k":"a"}
            """;
    private static final String FINE =
            PUT
                    + "{\"i\":3,\"t\":40,\"p\":2,\"type\":\"ok\",\"f\":\"get\",\"k\":\"a\",\"v\":\"1\"}\n";
    private static final String LOST =
            PUT
                    + "{\"i\":3,\"t\":40,\"p\":2,\"type\":\"ok\",\"f\":\"get\",\"k\":\"a\",\"v\":null}\n";

    @TempDir private Path folder;
    private Path file;

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void choose() {
        file = folder.resolve("history.jsonl");
    }

    private static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Outcome(code, out.toString(), err.toString());
    }

    private Outcome check(String history, String... options) throws IOException {
        Files.writeString(file, history);
        String[] words = new String[options.length + 2];
        words[0] = "check";
        words[1] = file.toString();
        System.arraycopy(options, 0, words, 2, options.length);
        return run(words);
    }

    @Test
    void aLinearizableHistoryIsExitCode0() throws IOException {
        Outcome outcome = check(FINE);
        assertEquals("LINEARIZABLE: 2 operations in 1 partitions\n", outcome.out);
        assertEquals("", outcome.err);
        assertEquals(0, outcome.code);
    }

    @Test
    void aConflictIsExitCode1AndSaysWhatConflicts() throws IOException {
        Outcome outcome = check(LOST);
        assertEquals(
                """
                NOT LINEARIZABLE: key "a", 2 operations, conflict at events 2..3
                No order explains this answer together with all that came before it:
                    p2 get a -> absent  [i 2..3]
                States possible just before it was given: {a=1}
                The longest order found, 1 operations:
                    p1 put a "1" -> ok  [i 0..1]
                Open when the answer was given, and not in that order:
                    p2 get a -> absent  [i 2..3]
                A LOST WRITE: nothing was read, though this had returned before, and nobody removed\
                 the key: p1 put a "1" -> ok  [i 0..1]
                """,
                outcome.out);
        assertEquals(1, outcome.code);
    }

    @Test
    void whatCannotBeSettledIsExitCode3() throws IOException {
        StringBuilder history = new StringBuilder();
        int i = 0;
        // Writes whose effects may come in any order, and a read that none of the orders explains.
        for (int process = 1; process <= 40; process++) {
            history.append(
                    "{\"i\":%d,\"t\":%d,\"p\":%d,\"type\":\"invoke\",\"f\":\"append\",\"k\":\"a\",\"v\":\"%d\"}%n"
                            .formatted(i, i++, process, process % 10));
        }
        history.append(
                "{\"i\":%d,\"t\":%d,\"p\":99,\"type\":\"invoke\",\"f\":\"get\",\"k\":\"a\"}%n"
                        .formatted(i, i++));
        history.append(
                "{\"i\":%d,\"t\":%d,\"p\":99,\"type\":\"ok\",\"f\":\"get\",\"k\":\"a\",\"v\":\"x\"}%n"
                        .formatted(i, i));
        Outcome outcome = check(history.toString(), "--budget", "0.01");
        assertEquals("UNKNOWN: key \"a\": not settled after 10000 configurations\n", outcome.out);
        assertEquals(3, outcome.code);
    }

    @Test
    void jsonIsOneObject() throws IOException {
        assertEquals(
                "{\"file\":\""
                        + file
                        + "\",\"verdict\":\"linearizable\",\"operations\":2,"
                        + "\"staleReadAnomalies\":0,\"message\":\"LINEARIZABLE: 2 operations in 1"
                        + " partitions\"}\n",
                check(FINE, "--json").out);
        Outcome outcome = check(LOST, "--json");
        assertEquals(1, outcome.code);
        assertEquals(1, outcome.out.lines().count());
        assertTrue(
                outcome.out.contains(
                        "\"verdict\":\"not linearizable\",\"operations\":2,\"partition\":\"key"
                                + " \\\"a\\\"\",\"culprit\":\"p2 get a -> absent  [i 2..3]\","
                                + "\"culpritCall\":2,\"prefix\":1,\"pending\":1,\"explanation\":"),
                outcome.out);
    }

    @Test
    void htmlIsAPage() throws IOException {
        Path page = folder.resolve("page.html");
        assertEquals(1, check(LOST, "--html", page.toString()).code);
        String html = Files.readString(page);
        assertTrue(html.startsWith("<!DOCTYPE html>"), html);
        assertTrue(html.contains("id=\"conflict\""), html);
        assertTrue(html.contains("<title>history.jsonl</title>"), html);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{ => FILE:4: column 2: expected \"",
                "{\"i\":9,\"t\":1,\"p\":9,\"type\":\"ok\",\"f\":\"get\",\"k\":\"a\"} =>"
                        + " FILE:4: field \"t\" goes back: events must stand in order of time",
                "{\"i\":9,\"t\":99,\"p\":9,\"type\":\"ok\",\"f\":\"get\",\"k\":\"a\",\"v\":null} =>"
                        + " FILE:4: process 9 has no operation open",
                "{\"i\":9,\"t\":99,\"p\":9,\"type\":\"invoke\",\"f\":\"put\",\"k\":\"a\",\"v\":\"1\",\"s\":\"x\"}"
                        + " => FILE:4: field \"s\": 'x' is not SESSION:SEQUENCE, as in 77:4",
            })
    void aBadLineIsExitCode2AndNamed(String line, String complaint) throws IOException {
        Outcome outcome = check(PUT + line + "\n");
        assertEquals("kv check: " + complaint.replace("FILE", file.toString()) + "\n", outcome.err);
        assertEquals("", outcome.out);
        assertEquals(2, outcome.code);
    }

    @Test
    void aWriteThatAsksForTwoThingsIsABadLine() throws IOException {
        String first =
                "{\"i\":0,\"t\":1,\"p\":1,\"type\":\"invoke\",\"f\":\"put\",\"k\":\"a\",\"v\":\"1\",\"s\":\"7:1\"}\n";
        String second =
                "{\"i\":1,\"t\":2,\"p\":2,\"type\":\"invoke\",\"f\":\"put\",\"k\":\"a\",\"v\":\"2\",\"s\":\"7:1\"}\n";
        Outcome outcome = check(first + second);
        assertEquals(
                "kv check: " + file + ":2: write 7:1 was attempted as put a \"1\" before\n",
                outcome.err);
        assertEquals(2, outcome.code);
    }

    @Test
    void wrongUsageIsExitCode2() throws IOException {
        assertEquals(
                "kv check: Missing required parameter: 'FILE'; kv check --help tells more\n",
                run("check").err);
        assertEquals("kv check: there is no file 'nosuch'\n", run("check", "nosuch").err);
        Files.writeString(file, FINE);
        Outcome outcome = run("check", file.toString(), "--budget", "0");
        assertEquals("kv check: --budget 0.0 is not from 0.001 to 100\n", outcome.err);
        assertEquals(2, outcome.code);
        Outcome unwritable =
                run("check", file.toString(), "--html", folder.resolve("no/such").toString());
        assertEquals(2, unwritable.code);
        assertTrue(unwritable.err.startsWith("kv check: --html: cannot write '"), unwritable.err);
    }
}
