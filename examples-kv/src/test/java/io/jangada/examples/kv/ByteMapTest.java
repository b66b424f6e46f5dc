package io.jangada.examples.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class ByteMapTest {
    @SuppressWarnings("ArrayRecordComponent") // Steps are never compared.
    record Step(boolean put, byte[] key, byte[] value) {}

    @Property(tries = 300)
    void behavesAsATreeMapAndNeverChangesAnOldVersion(@ForAll("steps") List<Step> steps) {
        TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        ByteMap map = ByteMap.EMPTY;
        for (Step step : steps) {
            ByteMap before = map;
            List<String> entriesBefore = entries(before, null, null);
            if (step.put) {
                model.put(step.key, step.value);
                map = map.with(step.key, step.value);
            } else {
                model.remove(step.key);
                map = map.without(step.key);
            }
            assertEquals(entriesBefore, entries(before, null, null));
            assertEquals(entries(model), entries(map, null, null));
            assertEquals(model.size(), map.size());
            assertArrayEquals(model.get(step.key), map.get(step.key));
        }
        for (Step step : steps) {
            assertEquals(entries(model.tailMap(step.key)), entries(map, step.key, null), "from");
            assertEquals(entries(model.headMap(step.key)), entries(map, null, step.key), "to");
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(2);
        return Arbitraries.frequencyOf(
                        Tuple.of(3, bytes.map(k -> new Step(true, k, k.clone()))),
                        Tuple.of(2, bytes.map(k -> new Step(false, k, k))))
                .list()
                .ofMaxSize(120);
    }

    @Test
    void ordersAsUnsignedBytesAndPrefixesFirst() {
        ByteMap map = ByteMap.EMPTY;
        for (byte[] key : new byte[][] {{(byte) 0xff}, {0x7f}, {0x7f, 0}, {}, {(byte) 0x80}}) {
            map = map.with(key, key);
        }
        assertEquals(
                List.of("[]=[]", "[127]=[127]", "[127, 0]=[127, 0]", "[-128]=[-128]", "[-1]=[-1]"),
                entries(map, null, null));
    }

    @Test
    void staysShallowWhateverTheOrderOfChanges() {
        ByteMap map = ByteMap.EMPTY;
        for (int i = 0; i < 100_000; i++) {
            map = map.with(key(i), key(i));
        }
        for (int i = 0; i < 99_000; i++) {
            map = map.without(key(i));
        }
        assertEquals(1_000, map.size());
        assertNull(map.get(key(98_999)));
        assertArrayEquals(key(99_000), map.get(key(99_000)));
        // A weight-balanced tree with delta 3 is no deeper than 2.41 log2 of its size.
        assertTrue(map.depth() <= 24, "depth " + map.depth());
    }

    @Test
    void buildsFromSortedEntriesAndRefusesUnsortedOnes() {
        Iterator<Integer> numbers = List.of(1, 2, 3, 4, 5).iterator();
        ByteMap map = ByteMap.ofSorted(5, () -> entry(numbers.next()));
        assertEquals(5, map.size());
        assertArrayEquals(key(4), map.get(key(4)));

        Iterator<Integer> unsorted = List.of(1, 1).iterator();
        assertThrows(
                IllegalArgumentException.class,
                () -> ByteMap.ofSorted(2, () -> entry(unsorted.next())));
    }

    @Test
    void visitsUntilTheVisitorHasEnough() {
        ByteMap map = ByteMap.EMPTY.with(key(1), key(1)).with(key(2), key(2));
        List<byte[]> seen = new ArrayList<>();
        map.visit(
                null,
                null,
                (key, value) -> {
                    seen.add(key);
                    return false;
                });
        assertEquals(1, seen.size());
    }

    private static Map.Entry<byte[], byte[]> entry(int number) {
        return Map.entry(key(number), key(number));
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
    }

    private static List<String> entries(ByteMap map, byte[] from, byte[] to) {
        List<String> entries = new ArrayList<>();
        map.visit(
                from,
                to,
                (key, value) -> entries.add(Arrays.toString(key) + "=" + Arrays.toString(value)));
        return entries;
    }

    private static List<String> entries(Map<byte[], byte[]> map) {
        return map.entrySet().stream()
                .map(e -> Arrays.toString(e.getKey()) + "=" + Arrays.toString(e.getValue()))
                .toList();
    }
}
