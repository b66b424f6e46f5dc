package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.raft.testkit.check.HistoryGenerator.Shape;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvInput.Scan;
import io.jangada.raft.testkit.check.Operation.Status;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KvHistoryFileTest {

    /** A line that a good history may begin with. */
    private static final String CALL = "{'i':0,'t':5,'p':1,'type':'invoke','f':'get','k':'a'}\n";

    @TempDir Path folder;

    @Test
    void readsTheDocumentedExample() throws IOException {
        History<KvInput, KvOutput> history =
                read(
                        """
                        {'i':0,'t':12034511,'p':3,'type':'invoke','f':'put','k':'a','v':'3-17','node':'n2','s':'77:4'}
                        {'i':1,'t':12099120,'p':3,'type':'ok','f':'put','k':'a','v':'3-17'}
                        {'i':2,'t':12100001,'p':5,'type':'invoke','f':'get','k':'a','read':'lease'}
                        {'i':3,'t':12100870,'p':5,'type':'ok','f':'get','k':'a','v':'3-17','idx':912,'term':4}
                        {'i':4,'t':12101000,'p':3,'type':'invoke','f':'cas','k':'a','old':'3-17','new':'3-18'}
                        {'i':5,'t':13101000,'p':3,'type':'info','f':'cas','k':'a','error':'timeout'}
                        {'i':6,'t':13200000,'p':'nemesis','type':'info','f':'cut','v':['n1','n2|n3']}
                        {'i':7,'t':13300000,'p':5,'type':'invoke','f':'scan','k':'a','to':'m','limit':10}
                        {'i':8,'t':13300900,'p':5,'type':'ok','f':'scan','k':'a','v':['a','3-18','b','5-2']}
                        """);

        assertEquals(
                List.of(
                        new Operation<>(
                                3,
                                new Put("a", "3-17"),
                                Status.OK,
                                new KvOutput.Done(),
                                0,
                                12034511,
                                1,
                                12099120,
                                Map.of("node", "n2", "s", "77:4")),
                        new Operation<>(
                                5,
                                new Get("a", ReadMode.LEASE),
                                Status.OK,
                                new KvOutput.Value("3-17"),
                                2,
                                12100001,
                                3,
                                12100870,
                                Map.of("idx", "912", "term", "4")),
                        new Operation<>(
                                3,
                                new Cas("a", "3-17", "3-18"),
                                Status.INFO,
                                null,
                                4,
                                12101000,
                                5,
                                13101000,
                                Map.of("error", "timeout")),
                        new Operation<>(
                                5,
                                new Scan("a", "m", 10, ReadMode.DEFAULT),
                                Status.OK,
                                new KvOutput.Entries(
                                        List.of(Map.entry("a", "3-18"), Map.entry("b", "5-2"))),
                                7,
                                13300000,
                                8,
                                13300900,
                                Map.of())),
                history.operations());
        assertEquals(
                List.of(new Fault(6, 13200000, "cut", List.of("n1", "n2|n3"))), history.faults());
    }

    @Test
    void writesWhatItWouldRead() throws IOException {
        String text =
                """
                {"i":0,"t":1,"p":3,"type":"invoke","f":"put","k":"a","v":"3-17","node":"n2","s":"77:4"}
                {"i":1,"t":2,"p":3,"type":"ok","f":"put","k":"a","v":"3-17"}
                {"i":2,"t":2,"p":5,"type":"invoke","f":"get","k":"a","read":"stale"}
                {"i":3,"t":3,"p":5,"type":"ok","f":"get","k":"a","v":null,"idx":912,"term":4}
                {"i":4,"t":3,"p":3,"type":"invoke","f":"cas","k":"a","old":null,"new":"3-18"}
                {"i":5,"t":4,"p":3,"type":"ok","f":"cas","k":"a","old":null,"new":"3-18","v":false}
                {"i":6,"t":5,"p":3,"type":"invoke","f":"delete","k":"a"}
                {"i":7,"t":6,"p":3,"type":"fail","f":"delete","k":"a","error":"no leader"}
                {"i":8,"t":7,"p":"nemesis","type":"info","f":"heal","v":[]}
                {"i":9,"t":7,"p":5,"type":"invoke","f":"scan","k":"a","to":"m","limit":10,"read":"index"}
                {"i":10,"t":7,"p":5,"type":"ok","f":"scan","k":"a","to":"m","limit":10,"v":["a","\\"\\\\\\u0007ü"]}
                {"i":11,"t":7,"p":5,"type":"invoke","f":"append","k":"a","v":"x"}
                {"i":12,"t":9,"p":5,"type":"info","f":"append","k":"a","v":"x","error":"timeout"}
                {"i":13,"t":9,"p":6,"type":"invoke","f":"scan","k":"a"}
                """;
        StringBuilder out = new StringBuilder();
        KvHistoryFile.write(out, KvHistoryFile.read(new StringReader(text), "text"));
        assertEquals(text, out.toString());
    }

    @Test
    void whatIsWrittenReadsBackEqual() throws IOException {
        for (long seed = 1; seed <= 20; seed++) {
            History<KvInput, KvOutput> history =
                    HistoryGenerator.generate(seed, new Shape(5, 3, 200, 50, 50));
            Path file = folder.resolve("history-" + seed + ".jsonl");
            KvHistoryFile.write(file, history);
            assertEquals(history, KvHistoryFile.read(file), "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "quote \" backslash \\ slash / tab \t line \n bell \u0007 nul \0",
                "ü € 𝄞 \ufffd \uffff",
                "half a pair \ud834 alone",
            })
    void anyStringSurvives(String value) throws IOException {
        HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>(() -> 1);
        recorder.invoke(1, new Put(value, value), Map.of("node", value));
        recorder.info(1, value);
        recorder.fault(value, List.of(value, value));
        Path file = folder.resolve("history.jsonl");
        KvHistoryFile.write(file, recorder.history());
        assertEquals(recorder.history(), KvHistoryFile.read(file));
    }

    @Test
    void aSwapWithoutItsResultSucceeded() throws IOException {
        History<KvInput, KvOutput> history =
                read(
                        """
                        {'i':0,'t':1,'p':1,'type':'invoke','f':'cas','k':'a','old':'1','new':'2'}
                        {'i':1,'t':1,'p':1,'type':'ok','f':'cas','k':'a'}
                        """);
        assertEquals(new KvOutput.Swapped(true), history.operations().get(0).output());
    }

    @Test
    void spaceIsAllowedWhereJsonAllowsIt() throws IOException {
        assertEquals(
                read(CALL),
                read(CALL.replace(",", " ,\t").replace(":", " : ").replace("\n", "\r\n")));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'i':1,'t':6,'p':1,'type':'ok','f':'get','k':'a'}                    | field 'v' is missing",
                "{'t':6,'p':1,'type':'ok','f':'get','k':'a','v':null}                 | field 'i' is missing",
                "{'i':1,'t':6,'p':1,'type':'ok','f':'get','k':'a','v':7}              | field 'v' must be a string or null, not 7",
                "{'i':1,'t':6,'p':'1','type':'ok','f':'get','k':'a','v':'7'}          | field 'p' must be a whole number or 'nemesis', not 1",
                "{'i':0,'t':6,'p':1,'type':'ok','f':'get','k':'a','v':'7'}            | field 'i' goes back: events must stand in order of time",
                "{'i':1,'t':4,'p':1,'type':'ok','f':'get','k':'a','v':'7'}            | field 't' goes back: events must stand in order of time",
                "{'i':1,'t':6,'p':1,'type':'done','f':'get','k':'a','v':'7'}          | field 'type' must be invoke, ok, fail or info, not done",
                "{'i':1,'t':6,'p':1,'type':'ok','f':'put','k':'a','v':'7'}            | field 'f' is put, but the operation called was get a",
                "{'i':1,'t':6,'p':1,'type':'ok','f':'get','k':'b','v':'7'}            | field 'k' is b, but the operation called was get a",
                "{'i':1,'t':6,'p':2,'type':'ok','f':'get','k':'a','v':'7'}            | process 2 has no operation open",
                "{'i':1,'t':6,'p':1,'type':'info','f':'get','k':'a','v':'7'}          | field 'v' has no place here: 7",
                "{'i':1,'t':6,'p':1,'type':'ok','f':'get','k':'a','v':'7','x':1}      | field 'x' has no place in the ok of a get",
                "{'i':1,'t':6,'p':1,'type':'ok','f':'get','k':'a','v':'7','read':'log'}| field 'read' has no place in the ok of a get",
                "{'i':1,'t':6,'p':1,'type':'invoke','f':'get','k':'b'}                | process 1 still has its get a of 0 open: a process has one operation at a time",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'get'}                        | field 'k' is missing",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'get','k':'a','idx':7}        | field 'idx' has no place in the call of a get",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'get','k':'a','read':'old'}   | field 'read' must be log, index, lease or stale, not old",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'put','k':'a','v':null}       | field 'v' must be a string, not null",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'cas','k':'a','old':'1'}      | field 'new' is missing",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'scan','k':'a','limit':0}     | field 'limit' is out of range: 0",
                "{'i':1,'t':6,'p':2,'type':'invoke','f':'incr','k':'a'}               | field 'f' must be get, put, delete, append, cas or scan, not incr",
                "{'i':1,'t':6,'p':'nemesis','type':'ok','f':'cut'}                    | events of the nemesis are of type info, not ok",
                "{'i':1,'t':6,'p':'nemesis','type':'info','f':'cut','v':'n1'}         | field 'v' must be a list of strings, not 'n1'",
                "{'i':1,'i':2}           | column 11: field 'i' stands twice",
                "{'i':1.5}               | column 6: 1.5 is not a whole number of 64 bits",
                "{'i':01}                | column 6: 01 is not a whole number of 64 bits",
                "{'i':9223372036854775808}| column 6: 9223372036854775808 is not a whole number of 64 bits",
                "{'i':{}}                | column 6: expected a string, a whole number, true, false, null or a list of strings",
                "{'i':['a',1]}           | column 11: expected '",
                "{'i' 1}                 | column 6: expected :",
                "{'i':1,}                | column 8: expected '",
                "{'i':1                  | column 7: expected }",
                "{'i':1} x               | column 9: nothing may follow the object",
                "{'i':'a                 | column 8: the string has no end",
                "{'i':'\\x'}             | column 9: unknown escape after \\",
                "{'i':'\\u12'}           | column 9: unknown escape after \\",
                "[]                      | column 1: expected {",
                "``                      | column 1: expected {",
            })
    void refusesABadLineAndSaysWhy(String line, String complaint) {
        HistoryFormatException e =
                assertThrows(HistoryFormatException.class, () -> read(CALL + line + "\n"));
        assertEquals("text:2: " + complaint.replace('\'', '"'), e.getMessage());
    }

    @Test
    void refusesAProcessWhoseLastOperationMayYetTakeEffect() {
        String info = "{'i':1,'t':6,'p':1,'type':'info','f':'get','k':'a'}\n";
        String call = "{'i':2,'t':6,'p':1,'type':'invoke','f':'get','k':'a'}\n";
        HistoryFormatException e =
                assertThrows(HistoryFormatException.class, () -> read(CALL + info + call));
        assertEquals(
                "text:3: process 1 still has its get a of 0, which may yet take effect:"
                        + " use a new process id",
                e.getMessage());
    }

    @Test
    void refusesAControlCharacterInAString() {
        HistoryFormatException e =
                assertThrows(HistoryFormatException.class, () -> read("{'i\t':1}"));
        assertEquals(
                "text:1: column 4: a control character in a string must be escaped",
                e.getMessage());
    }

    @Test
    void refusesWhatIsNotUtf8() throws IOException {
        Path file = folder.resolve("history.jsonl");
        Files.write(
                file,
                CALL.replace('\'', '"').replace("a", "ü").getBytes(StandardCharsets.ISO_8859_1));
        HistoryFormatException e =
                assertThrows(HistoryFormatException.class, () -> KvHistoryFile.read(file));
        assertEquals(file + ":1: is not UTF-8 at this line or behind it", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"colour, red", "error, timeout", "idx, 7"})
    void refusesToWriteANoteThatACallCannotHave(String name, String note) {
        HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>(() -> 1);
        recorder.invoke(1, new Get("a"), Map.of(name, note));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> KvHistoryFile.write(new StringBuilder(), recorder.history()));
        assertEquals(
                ("the file format has no place for the note \"%s\" of p1 get a -> ?  [i 0..]"
                                + " {%s=%s}: it knows node and s on calls, idx, term and error on ends")
                        .formatted(name, name, note),
                e.getMessage());
    }

    private static History<KvInput, KvOutput> read(String text) throws IOException {
        return KvHistoryFile.read(new StringReader(text.replace('\'', '"')), "text");
    }
}
