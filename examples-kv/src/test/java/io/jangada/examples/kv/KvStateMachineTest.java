package io.jangada.examples.kv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.examples.kv.KvCommand.Add;
import io.jangada.examples.kv.KvCommand.Answer;
import io.jangada.examples.kv.KvCommand.Append;
import io.jangada.examples.kv.KvCommand.Batch;
import io.jangada.examples.kv.KvCommand.Clear;
import io.jangada.examples.kv.KvCommand.CompareAndSet;
import io.jangada.examples.kv.KvCommand.Delete;
import io.jangada.examples.kv.KvCommand.Put;
import io.jangada.examples.kv.KvCommand.PutAll;
import io.jangada.examples.kv.KvCommand.Take;
import io.jangada.examples.kv.KvCommand.When;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvStateMachineTest {
    private final KvStateMachine machine = new KvStateMachine();
    private long index;

    @ParameterizedTest(name = "{0} {1} over ''{2}'': answers {3}, leaves ''{4}''")
    @CsvSource({
        "ALWAYS,  OK,       , ok,  new",
        "ALWAYS,  OK,    old, ok,  new",
        "ALWAYS,  PREVIOUS, , nil, new",
        "ALWAYS,  PREVIOUS, old, old, new",
        "ABSENT,  OK,       , ok,  new",
        "ABSENT,  OK,    old, nil, old",
        "ABSENT,  PREVIOUS, , nil, new",
        "ABSENT,  PREVIOUS, old, old, old",
        "ABSENT,  COUNT,    , 1,   new",
        "ABSENT,  COUNT, old, 0,   old",
        "PRESENT, OK,       , nil, ",
        "PRESENT, OK,    old, ok,  new",
        "PRESENT, PREVIOUS, , nil, ",
        "PRESENT, PREVIOUS, old, old, new"
    })
    void putsOnACondition(When when, Answer answer, String old, String result, String left) {
        set("k", old);
        assertEquals(result, apply(new Put(bytes("k"), bytes("new"), when, answer)));
        assertEquals(left, get("k"));
    }

    @ParameterizedTest(name = "{2}: ''{0}'' plus {1}")
    @CsvSource({
        ", 5, 5",
        "10, -3, 7",
        "-1, 1, 0",
        "9223372036854775807, 1, refused: increment or decrement would overflow",
        "-9223372036854775808, -1, refused: increment or decrement would overflow",
        "-9223372036854775808, 9223372036854775807, -1",
        "abc, 1, refused: value is not an integer or out of range",
        "'', 1, refused: value is not an integer or out of range",
        "' 1', 1, refused: value is not an integer or out of range",
        "+1, 1, refused: value is not an integer or out of range",
        "01, 1, refused: value is not an integer or out of range",
        "-0, 1, refused: value is not an integer or out of range",
        "-, 1, refused: value is not an integer or out of range",
        "9223372036854775808, 1, refused: value is not an integer or out of range",
        "1.0, 1, refused: value is not an integer or out of range"
    })
    void addsToIntegersOnly(String old, long delta, String result) {
        set("k", old);
        assertEquals(result, apply(new Add(bytes("k"), delta)));
        assertEquals(result.startsWith("refused") ? old : result, get("k"));
    }

    @Test
    void appendsUpToTheLimitThatTheCommandCarries() {
        assertEquals("3", apply(new Append(bytes("k"), bytes("abc"), 5)));
        assertEquals("5", apply(new Append(bytes("k"), bytes("de"), 5)));
        assertEquals(
                "refused: string exceeds maximum allowed size (5 bytes)",
                apply(new Append(bytes("k"), bytes("f"), 5)));
        assertEquals("abcde", get("k"));
        assertEquals("6", apply(new Append(bytes("k"), bytes("f"), 6)));
    }

    @ParameterizedTest
    @CsvSource({", 1, 0", "1, 1, 1", "1, 2, 0", "'', '', 1", ", '', 0"})
    void comparesAndSets(String old, String expected, String result) {
        set("k", old);
        assertEquals(result, apply(new CompareAndSet(bytes("k"), bytes(expected), bytes("new"))));
        assertEquals(result.equals("1") ? "new" : old, get("k"));
    }

    @Test
    void removes() {
        set("a", "1");
        set("b", "2");
        assertEquals("1", apply(new Delete(List.of(bytes("a"), bytes("a"), bytes("missing")))));
        assertEquals("2", apply(new Take(bytes("b"))));
        assertEquals("nil", apply(new Take(bytes("b"))));
        set("c", "3");
        assertEquals("ok", apply(new Clear()));
        assertEquals(0, machine.map().size());
    }

    @Test
    void aCommandOfSeveralKeysIsOneStepForReaders() {
        Map<byte[], byte[]> before = machine.map();
        apply(new PutAll(List.of(bytes("a"), bytes("1"), bytes("b"), bytes("2"))));
        assertEquals(0, before.size());
        assertEquals("1", get("a"));
        assertEquals("2", get("b"));
        apply(new PutAll(List.of(bytes("a"), bytes("3"), bytes("a"), bytes("4"))));
        assertEquals("4", get("a"));
    }

    @Test
    void aBatchAnswersEachOfItsCommands() {
        KvCommand batch =
                new Batch(
                        List.of(
                                put("n", "1"),
                                new Add(bytes("n"), 1),
                                new Append(bytes("n"), bytes("x"), 1),
                                new Take(bytes("n")),
                                new Take(bytes("n"))));
        assertEquals(
                "[ok, 2, refused: string exceeds maximum allowed size (1 bytes), 2, nil]",
                apply(batch));
    }

    @Test
    void reloadsWhatItSavedAndSavesTheSameBytesWhateverTheHistory() throws IOException {
        for (int i = 0; i < 500; i++) {
            set("key" + i, "value" + i);
        }
        for (int i = 100; i < 500; i++) {
            apply(new Take(bytes("key" + i)));
        }
        byte[] saved = save(machine);

        KvStateMachine other = new KvStateMachine();
        other.apply(put("left over", "x"), new Applied(1, 1, 0));
        other.load(new SnapshotReader(new ByteArrayInputStream(saved)));
        assertEquals(100, other.map().size());
        assertArrayEquals(bytes("value42"), other.map().get(bytes("key42")));
        assertArrayEquals(saved, save(other));
    }

    @Test
    void refusesADamagedSnapshot() throws IOException {
        set("a", "1");
        set("b", "2");
        byte[] saved = save(machine);
        for (int length = 0; length < saved.length; length++) {
            byte[] cut = Arrays.copyOf(saved, length);
            assertThrows(IOException.class, () -> load(cut), "cut to " + length);
        }
        byte[] disordered = saved.clone();
        disordered[12] = 'z';
        assertThrows(IOException.class, () -> load(disordered));
        byte[] negative = saved.clone();
        negative[8] = -1;
        assertThrows(IOException.class, () -> load(negative));
        byte[] otherFormat = saved.clone();
        otherFormat[3] = 9;
        assertThrows(IOException.class, () -> load(otherFormat));
    }

    private static void load(byte[] snapshot) throws IOException {
        new KvStateMachine().load(new SnapshotReader(new ByteArrayInputStream(snapshot)));
    }

    private static byte[] save(KvStateMachine machine) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.save(new SnapshotWriter(out));
        return out.toByteArray();
    }

    private void set(String key, String value) {
        if (value != null) {
            apply(put(key, value));
        }
    }

    private String get(String key) {
        byte[] value = machine.map().get(bytes(key));
        return value == null ? null : new String(value, UTF_8);
    }

    private String apply(KvCommand command) {
        return show(machine.apply(command, new Applied(++index, 1, 0)));
    }

    private static String show(KvResult result) {
        if (result instanceof KvResult.Int number) {
            return Long.toString(number.value());
        } else if (result instanceof KvResult.Value value) {
            return new String(value.value(), UTF_8);
        } else if (result instanceof KvResult.Refused refused) {
            return "refused: " + refused.reason();
        } else if (result instanceof KvResult.Many many) {
            StringJoiner joined = new StringJoiner(", ", "[", "]");
            many.results().forEach(each -> joined.add(show(each)));
            return joined.toString();
        }
        return result instanceof KvResult.Ok ? "ok" : "nil";
    }

    private static KvCommand put(String key, String value) {
        return new Put(bytes(key), bytes(value), When.ALWAYS, Answer.OK);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
