package io.jangada.raft.impl.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecsTest {
    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "green, with a class of its own";
            }
        },
        BLUE
    }

    record Empty() {}

    record Add(long n) {}

    record Primitives(byte b, short s, int i, long l, char c, boolean z, float f, double d) {}

    record Boxes(Byte b, Short s, Integer i, Long l, Character c, Boolean z, Float f, Double d) {}

    record Texts(String text, Color color, Optional<String> perhaps, List<String> many) {}

    record Line(String from, String to, Add length) {}

    record Drawing(List<Line> lines, Optional<Line> best, List<Color> colors, List<Long> ids) {}

    record Tree(String name, List<Tree> children) {}

    record Positive(int n) {
        Positive {
            if (n <= 0) {
                throw new IllegalArgumentException("not positive: " + n);
            }
        }
    }

    private record Hidden(int n) {}

    @SuppressWarnings("ArrayRecordComponent") // Compared by content here.
    record Blob(byte[] data, List<byte[]> more) {}

    // Values come back, and their bytes are fixed

    static Stream<Arguments> valuesAndBytes() {
        return Stream.of(
                Arguments.of(Add.class, new Add(0), ""),
                Arguments.of(Add.class, new Add(1), "0801"),
                Arguments.of(Add.class, new Add(-1), "08ffffffffffffffffff01"),
                Arguments.of(Empty.class, new Empty(), ""),
                Arguments.of(Hidden.class, new Hidden(300), "08ac02"),
                Arguments.of(
                        Primitives.class,
                        new Primitives((byte) 1, (short) 2, 3, 4, 'A', true, 1.5f, -0.0),
                        "0801100218032004284130013d0000c03f410000000000000080"),
                Arguments.of(
                        Primitives.class,
                        new Primitives((byte) 0, (short) 0, 0, 0, '\0', false, 0, 0),
                        ""),
                Arguments.of(
                        Boxes.class,
                        new Boxes((byte) 0, (short) 0, 0, 0L, '\0', false, 0f, 0d),
                        "0800100018002000280030003d00000000410000000000000000"),
                Arguments.of(
                        Boxes.class, new Boxes(null, null, null, null, null, null, null, null), ""),
                Arguments.of(
                        Texts.class,
                        new Texts("ü", Color.BLUE, Optional.of(""), List.of("a", "")),
                        "0a02c3bc10021a002201612200"),
                Arguments.of(Texts.class, new Texts(null, null, Optional.empty(), List.of()), ""),
                Arguments.of(Line.class, new Line("", "b", new Add(7)), "0a001201621a020807"),
                Arguments.of(
                        Drawing.class,
                        new Drawing(
                                List.of(new Line("a", "b", null), new Line(null, null, null)),
                                Optional.of(new Line("c", null, null)),
                                List.of(Color.GREEN, Color.RED),
                                List.of(0L, 5L)),
                        "0a060a01611201620a0012030a0163180118002000" + "2005"),
                Arguments.of(
                        Tree.class,
                        new Tree("r", List.of(new Tree("a", List.of()), new Tree("b", List.of()))),
                        "0a017212030a016112030a0162"),
                Arguments.of(String.class, "Jangada ⛵", "4a616e6761646120e29bb5"),
                Arguments.of(String.class, "\uFFFD", "efbfbd"),
                Arguments.of(String.class, "", ""),
                Arguments.of(Color.class, Color.RED, "0800"),
                Arguments.of(Color.class, Color.GREEN, "0801"),
                Arguments.of(Long.class, 0L, "0800"),
                Arguments.of(Long.class, Long.MIN_VALUE, "0880808080808080808001"),
                Arguments.of(Integer.class, -2, "08feffffffffffffffff01"),
                Arguments.of(int.class, 5, "0805"),
                Arguments.of(Boolean.class, true, "0801"),
                Arguments.of(Character.class, '\uFFFF', "08ffff03"),
                Arguments.of(Double.class, 1.0, "09000000000000f03f"),
                Arguments.of(Float.class, Float.NaN, "0d0000c07f"));
    }

    @ParameterizedTest(name = "[{index}] {1}")
    @MethodSource("valuesAndBytes")
    <T> void valuesComeBackFromFixedBytes(Class<T> type, T value, String hex) {
        Codec<T> codec = Codec.of(type);
        assertEquals(hex, HexFormat.of().formatHex(codec.encode(value)));
        assertEquals(value, decode(codec, hex));
        ByteBuffer direct = ByteBuffer.allocateDirect(hex.length() / 2 + 4).position(2);
        direct.put(HexFormat.of().parseHex(hex)).flip().position(2);
        assertEquals(value, codec.decode(direct.asReadOnlyBuffer()));
    }

    @Test
    void bytesAreThemselvesAndNeverShared() {
        Codec<byte[]> codec = Codec.of(byte[].class);
        byte[] value = {1, 0, -1};
        byte[] encoded = codec.encode(value);
        assertArrayEquals(value, encoded);
        assertNotSame(value, encoded);
        byte[] decoded = codec.decode(ByteBuffer.wrap(encoded));
        assertArrayEquals(value, decoded);
        assertNotSame(encoded, decoded);
    }

    @Test
    void bytesInsideRecordsAreThoseOfTheValue() {
        Codec<Blob> codec = Codec.of(Blob.class);
        byte[] large = new byte[100_000];
        Arrays.fill(large, (byte) 7);
        byte[] encoded = codec.encode(new Blob(large, List.of(new byte[0], new byte[] {-1})));
        Arrays.fill(large, (byte) 8);
        Blob decoded = codec.decode(ByteBuffer.wrap(encoded));
        Arrays.fill(encoded, (byte) 9);
        Arrays.fill(large, (byte) 7);
        assertArrayEquals(large, decoded.data());
        assertArrayEquals(new byte[0], decoded.more().get(0));
        assertArrayEquals(new byte[] {-1}, decoded.more().get(1));
        assertNull(codec.decode(ByteBuffer.wrap(codec.encode(new Blob(null, List.of())))).data());
    }

    @Test
    void voidIsNothing() {
        Codec<Void> codec = Codec.of(Void.class);
        assertArrayEquals(new byte[0], codec.encode(null));
        assertNull(codec.decode(ByteBuffer.allocate(0)));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(ByteBuffer.allocate(1)));
    }

    @Test
    void codecOfAClassIsMadeOnce() {
        assertSame(Codec.of(Drawing.class), Codec.of(Drawing.class));
    }

    @Test
    void allNaNsAreOne() {
        Codec<Double> codec = Codec.of(Double.class);
        double other = Double.longBitsToDouble(0x7ff8000000000001L);
        assertArrayEquals(codec.encode(Double.NaN), codec.encode(other));
    }

    @Test
    void listsComeBackUnmodifiable() {
        Codec<Tree> codec = Codec.of(Tree.class);
        List<Tree> children = new ArrayList<>(List.of(new Tree("a", List.of())));
        Tree decoded = codec.decode(ByteBuffer.wrap(codec.encode(new Tree("r", children))));
        assertThrows(UnsupportedOperationException.class, () -> decoded.children().clear());
        Tree leaf = decoded.children().get(0);
        assertThrows(UnsupportedOperationException.class, () -> leaf.children().add(leaf));
    }

    @Test
    void longListsAndTextsComeBack() {
        Codec<Texts> codec = Codec.of(Texts.class);
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            many.add("x".repeat(i % 700));
        }
        Texts value = new Texts("y".repeat(100_000), Color.RED, Optional.of("z"), many);
        byte[] encoded = codec.encode(value);
        assertEquals(value, codec.decode(ByteBuffer.wrap(encoded)));
        assertArrayEquals(encoded, codec.encode(value), "the same bytes after a long value");
    }

    @Test
    void manyThreadsEncodeAtOnce() throws Exception {
        Codec<Line> codec = Codec.of(Line.class);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> done = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int name = thread;
                done.add(
                        threads.submit(
                                () -> {
                                    for (int i = 0; i < 2000; i++) {
                                        Line line = new Line("t" + name, "x", new Add(i));
                                        byte[] bytes = codec.encode(line);
                                        assertEquals(line, codec.decode(ByteBuffer.wrap(bytes)));
                                    }
                                    return name;
                                }));
            }
            for (Future<Integer> each : done) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    record Greedy(String text) {
        @Override
        public String text() {
            return new String(Codec.of(Line.class).encode(new Line(text, "", null)), UTF_8);
        }
    }

    record Outer(String before, Greedy greedy, String after) {}

    @Test
    void accessorMayEncodeSomethingItself() {
        byte[] bytes = Codec.of(Outer.class).encode(new Outer("b", new Greedy("a"), "c"));
        assertEquals("0a016212070a050a016112001a0163", HexFormat.of().formatHex(bytes));
    }

    // Evolution: components are appended

    record PointV1(int x) {}

    record PointV2(int x, int y, String label, Optional<Long> at, List<Add> path, Add last) {}

    @Test
    void missingComponentsAreZeroNullOrEmpty() {
        byte[] old = Codec.of(PointV1.class).encode(new PointV1(5));
        PointV2 decoded = Codec.of(PointV2.class).decode(ByteBuffer.wrap(old));
        assertEquals(new PointV2(5, 0, null, Optional.empty(), List.of(), null), decoded);
    }

    @Test
    void laterComponentsAreSkipped() {
        PointV2 later =
                new PointV2(
                        5, -6, "x", Optional.of(7L), List.of(new Add(1), new Add(2)), new Add(3));
        byte[] bytes = Codec.of(PointV2.class).encode(later);
        assertEquals(new PointV1(5), Codec.of(PointV1.class).decode(ByteBuffer.wrap(bytes)));
    }

    record InnerV1(Add add, int after) {}

    record LongAdd(long n, String why, double weight) {}

    record InnerV2(LongAdd add, int after) {}

    @Test
    void laterComponentsOfInnerRecordsAreSkipped() {
        byte[] bytes =
                Codec.of(InnerV2.class).encode(new InnerV2(new LongAdd(9, "because", 1.5), 4));
        assertEquals(
                new InnerV1(new Add(9), 4), Codec.of(InnerV1.class).decode(ByteBuffer.wrap(bytes)));
    }

    // Types that are refused, by name

    record WithMap(int fine, Map<String, Long> tags) {}

    record WithObject(Object anything) {}

    @SuppressWarnings("ArrayRecordComponent")
    record WithArray(int[] numbers) {}

    record WithListOfLists(List<List<String>> table) {}

    record WithRawList(@SuppressWarnings("rawtypes") List values) {}

    record WithWildcard(List<?> values) {}

    record Generic<T>(T value) {}

    record WithInner(WithMap inner) {}

    static Stream<Arguments> unsupported() {
        return Stream.of(
                Arguments.of(WithMap.class, "component 'tags'", "java.util.Map<"),
                Arguments.of(WithObject.class, "component 'anything'", "java.lang.Object"),
                Arguments.of(WithArray.class, "component 'numbers'", "int[]"),
                Arguments.of(WithListOfLists.class, "component 'table'", "List<java.lang.String>"),
                Arguments.of(WithRawList.class, "component 'values'", "java.util.List"),
                Arguments.of(WithWildcard.class, "component 'values'", "?"),
                Arguments.of(Generic.class, "component 'value'", "T"),
                Arguments.of(WithInner.class, "component 'tags'", "java.util.Map<"),
                Arguments.of(List.class, "Codec.of(List.class)", "java.util.List"),
                Arguments.of(Object.class, "Codec.of(Object.class)", "java.lang.Object"),
                Arguments.of(int[].class, "Codec.of(int[].class)", "int[]"));
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void unsupportedTypesAreRefusedByName(Class<?> type, String what, String named) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Codec.of(type));
        String message = refused.getMessage();
        assertTrue(message.contains(what) && message.contains(named), message);
        assertThrows(IllegalArgumentException.class, () -> Codec.of(type), "again");
    }

    // Values that are refused

    @Test
    void valuesThatCannotComeBackAreRefused() {
        Optional<String> none = null;
        assertCannotEncode(Texts.class, new Texts("", null, none, List.of()), "'perhaps'");
        assertCannotEncode(Texts.class, new Texts("", null, Optional.empty(), null), "'many'");
        List<String> withNull = Arrays.asList("a", null);
        assertCannotEncode(Texts.class, new Texts("", null, Optional.empty(), withNull), "'many'");
        assertCannotEncode(Line.class, new Line("\ud800", "", null), "surrogate");
        assertCannotEncode(String.class, "a\udc00b", "surrogate");
        assertCannotEncode(Long.class, null, "null");
        assertCannotEncode(Add.class, null, "null");
    }

    @Test
    void nestingEndsBeforeTheStackDoes() {
        Codec<Tree> codec = Codec.of(Tree.class);
        Tree tree = new Tree("leaf", List.of());
        for (int depth = 0; depth < RecordShape.DEPTH_MAX; depth++) {
            tree = new Tree("", List.of(tree));
        }
        byte[] deepest = codec.encode(tree);
        assertEquals(tree, codec.decode(ByteBuffer.wrap(deepest)));
        assertCannotEncode(Tree.class, new Tree("", List.of(tree)), "nested");

        RawMessage.Field field = RawMessage.Field.bytes(2, deepest);
        byte[] tooDeep = RawMessage.bytesOf(List.of(field));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(ByteBuffer.wrap(tooDeep)));
        byte[] attack = new byte[0];
        for (int depth = 0; depth < 3000; depth++) {
            attack = RawMessage.bytesOf(List.of(RawMessage.Field.bytes(2, attack)));
        }
        ByteBuffer bytes = ByteBuffer.wrap(attack);
        assertThrows(IllegalArgumentException.class, () -> codec.decode(bytes));
    }

    // Bytes that are refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08", // no value
                "0880", // half a number
                "0a0100", // bytes instead of a number
                "0d00000000", // fixed instead of a number
                "08010802", // twice
                "00", // no field
                "07", // what protostuff takes for the end
                "0b0c", // a group in the place of a field
                "130c14", // an unknown group
                "14", // the end of a group
                "16", // no wire type
                "0801120a00", // an unknown field that is too long
                "12ffffffff07", // and far too long
                "12ffffffff0f", // and negative
                "0880808080808080808080808001" // more than 64 bits
            })
    void badBytesOfARecordAreRefused(String hex) {
        assertThrows(IllegalArgumentException.class, () -> decode(Codec.of(Add.class), hex), hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // missing
                "1001", // only an unknown field
                "0803", // no such constant
                "08ffffffffffffffffff01", // nor this
                "08010801" // twice
            })
    void badBytesOfAnEnumAreRefused(String hex) {
        assertThrows(IllegalArgumentException.class, () -> decode(Codec.of(Color.class), hex), hex);
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertCannotDecode(Byte.class, "088001");
        assertCannotDecode(Short.class, "08808002");
        assertCannotDecode(Integer.class, "088080808008");
        assertCannotDecode(Character.class, "08808004");
        assertCannotDecode(Character.class, "08ffffffffffffffffff01");
        assertCannotDecode(Boolean.class, "0802");
        assertCannotDecode(Primitives.class, "088001");
        assertCannotDecode(Primitives.class, "3002");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        assertCannotDecode(String.class, "ff");
        assertCannotDecode(String.class, "efbfbdc3");
        assertCannotDecode(String.class, "eda080");
        assertCannotDecode(Line.class, "0a01ff");
    }

    @Test
    void listsArePackedNeverAndRefusedIfTheyAre() {
        assertCannotDecode(Drawing.class, "22020506");
    }

    @Test
    void whatTheConstructorRefusesIsRefused() {
        assertCannotDecode(Positive.class, "");
        IllegalArgumentException refused = assertCannotDecode(Positive.class, "0800");
        assertTrue(refused.getMessage().contains("not positive: 0"), refused.getMessage());
        assertEquals(new Positive(3), decode(Codec.of(Positive.class), "0803"));
    }

    private static <T> T decode(Codec<T> codec, String hex) {
        return codec.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    private static IllegalArgumentException assertCannotDecode(Class<?> type, String hex) {
        return assertThrows(IllegalArgumentException.class, () -> decode(Codec.of(type), hex), hex);
    }

    private static <T> void assertCannotEncode(Class<T> type, T value, String named) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Codec.of(type).encode(value));
        assertTrue(refused.getMessage().contains(named), refused.getMessage());
    }
}
