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
import io.jangada.raft.api.Codec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class KvCodecTest {
    @Test
    void aSetCanBeReadInTheLog() {
        byte[] encoded = KvCommand.CODEC.encode(put("a", "1"));
        assertEquals("P*o\001a\0011", new String(encoded, UTF_8));
    }

    @Property
    void commandsComeBackAsTheyWere(@ForAll("commands") KvCommand command) {
        roundTrips(KvCommand.CODEC, command);
    }

    @Property
    void resultsComeBackAsTheyWere(@ForAll("results") KvResult result) {
        roundTrips(KvResult.CODEC, result);
    }

    @Property
    void damagedBytesAreRefusedOrMeanSomethingElse(
            @ForAll("commands") KvCommand command, @ForAll int position, @ForAll byte change) {
        byte[] bytes = KvCommand.CODEC.encode(command);
        bytes[Math.floorMod(position, bytes.length)] ^= change;
        assertRefusedOrDecoded(KvCommand.CODEC, bytes);
    }

    @Property
    void anyBytesAreRefusedOrDecoded(@ForAll byte[] bytes) {
        assertRefusedOrDecoded(KvCommand.CODEC, bytes);
        assertRefusedOrDecoded(KvResult.CODEC, bytes);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] bytes = KvCommand.CODEC.encode(new Batch(List.of(put("key", "value"), new Clear())));
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> KvCommand.CODEC.decode(cut),
                    "cut to " + length);
        }
    }

    @Test
    void aHugeCountTakesNoMemory() {
        byte[] bytes = {'D', -1, -1, -1, -1, 7};
        assertThrows(
                IllegalArgumentException.class,
                () -> KvCommand.CODEC.decode(ByteBuffer.wrap(bytes)));
    }

    @Test
    void batchesDoNotNest() {
        Batch inner = new Batch(List.of(new Clear()));
        assertThrows(IllegalArgumentException.class, () -> new Batch(List.of(inner)));
        byte[] nested = {'B', 1, 'B', 1, 'F'};
        assertThrows(
                IllegalArgumentException.class,
                () -> KvCommand.CODEC.decode(ByteBuffer.wrap(nested)));
    }

    @Test
    void everyKindOfCommandAndResultIsAmongTheRandomOnes() {
        assertEquals(
                names(KvCommand.class.getPermittedSubclasses()),
                names(ALL_COMMANDS.stream().map(Object::getClass).toArray(Class<?>[]::new)));
        assertEquals(
                names(KvResult.class.getPermittedSubclasses()),
                names(ALL_RESULTS.stream().map(Object::getClass).toArray(Class<?>[]::new)));
    }

    private static final List<KvCommand> ALL_COMMANDS =
            List.of(
                    put("a", "1"),
                    new PutAll(List.of(bytes("a"), bytes("1"))),
                    new Append(bytes("a"), bytes("1"), 100),
                    new Add(bytes("a"), Long.MIN_VALUE),
                    new CompareAndSet(bytes("a"), bytes("1"), bytes("2")),
                    new Take(bytes("a")),
                    new Delete(List.of(bytes("a"), bytes("b"))),
                    new Clear(),
                    new Batch(List.of(new Clear(), put("a", "2"))));

    private static final List<KvResult> ALL_RESULTS =
            List.of(
                    new KvResult.Ok(),
                    new KvResult.Nil(),
                    new KvResult.Int(-7),
                    new KvResult.Value(bytes("x")),
                    new KvResult.Refused("no"),
                    new KvResult.Many(List.of(new KvResult.Ok(), new KvResult.Nil())));

    @Provide
    Arbitrary<KvCommand> commands() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        Arbitrary<KvCommand> puts =
                Combinators.combine(
                                bytes,
                                bytes,
                                Arbitraries.of(When.values()),
                                Arbitraries.of(Answer.values()))
                        .as(Put::new);
        Arbitrary<KvCommand> deletes = bytes.list().ofMaxSize(5).map(Delete::new);
        Arbitrary<KvCommand> single =
                Arbitraries.oneOf(puts, deletes, Arbitraries.of(ALL_COMMANDS));
        return Arbitraries.oneOf(
                single,
                single.filter(c -> !(c instanceof Batch))
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(5)
                        .map(Batch::new));
    }

    @Provide
    Arbitrary<KvResult> results() {
        Arbitrary<KvResult> numbers = Arbitraries.longs().map(KvResult.Int::new);
        Arbitrary<KvResult> values =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(300).map(KvResult.Value::new);
        return Arbitraries.oneOf(numbers, values, Arbitraries.of(ALL_RESULTS));
    }

    private static <T> void roundTrips(Codec<T> codec, T value) {
        byte[] encoded = codec.encode(value);
        byte[] again = codec.encode(codec.decode(ByteBuffer.wrap(encoded)));
        assertArrayEquals(encoded, again);
    }

    private static void assertRefusedOrDecoded(Codec<?> codec, byte[] bytes) {
        try {
            codec.decode(ByteBuffer.wrap(bytes));
        } catch (IllegalArgumentException e) {
            // The one exception that a codec may throw.
        }
    }

    private static Set<String> names(Class<?>... classes) {
        return Arrays.stream(classes)
                .map(Class::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Put put(String key, String value) {
        return new Put(bytes(key), bytes(value), When.ALWAYS, Answer.OK);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
