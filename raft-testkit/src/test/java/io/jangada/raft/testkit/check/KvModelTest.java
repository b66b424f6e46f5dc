package io.jangada.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.testkit.check.Model.Partition;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How the key-value model splits histories; what it allows is seen in {@link LinearizabilityTest}.
 */
class KvModelTest {

    @Test
    void eachKeyIsAPartition() {
        assertEquals(
                List.of("key \"b\": 2", "key \"a\": 1"),
                partitions("A:put(b,1) A:ok A:put(a,1) A:ok A:get(b) A:=1"));
    }

    @Test
    void aScanJoinsTheKeysOfItsRangeAndLeavesThemPartitionsOfTheirOwn() {
        assertEquals(
                List.of(
                        "keys \"a\", \"b\", \"c\": 4",
                        "key \"a\": 1",
                        "key \"b\": 1",
                        "key \"c\": 1",
                        "key \"d\": 1"),
                partitions(
                        "A:put(a,1) A:ok A:put(b,1) A:ok A:put(c,1) A:ok A:put(d,1) A:ok"
                                + " A:scan(a,d) A:=[a=1,b=1,c=1]"));
    }

    @Test
    void scansThatOverlapJoinTheirRanges() {
        assertEquals(
                List.of("keys \"a\", \"b\", \"c\": 3", "key \"c\": 1", "key \"d\": 1"),
                partitions(
                        "A:scan(a,c) A:=[] A:scan(b,d) A:=[c=1] A:put(c,1) A:ok A:put(d,1) A:ok"));
    }

    @Test
    void anAnswerJoinsTheKeysThatItNames() {
        assertEquals(
                List.of("keys \"a\", \"z\": 2", "key \"z\": 1"),
                partitions("A:scan(a,c) A:=[z=1] A:put(z,1) A:ok"));
    }

    @Test
    void aStaleReadIsInNoPartition() {
        assertEquals(List.of("key \"a\": 1"), partitions("A:put(a,1) A:ok A:stale(a) A:=7"));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "put(a,1)   | put(a,1)   | false",
                "put(a,1)   | put(b,1)   | true",
                "get(a)     | get(a)     | true",
                "get(a)     | put(a,1)   | false",
                "cas(a,1,2) | cas(a,1,2) | false",
                "scan(a,c)  | scan(b,d)  | true",
                "scan(a,c)  | delete(a)  | false",
                "scan(a,c)  | delete(b)  | false",
                "scan(a,c)  | delete(c)  | true",
                "scan(b,c)  | delete(a)  | true",
                "scan(b,-)  | delete(z)  | false",
            })
    void knowsWhichOperationsNeverNoticeEachOther(String one, String other, boolean independent) {
        KvInput left = Script.history("A:" + one).operations().get(0).input();
        KvInput right = Script.history("A:" + other).operations().get(0).input();
        KvModel model = new KvModel();
        assertEquals(independent, model.areIndependent(left, right));
        assertEquals(independent, model.areIndependent(right, left));
    }

    @Test
    void keysAreInOrderOfTheirBytes() {
        String[] keys =
                Stream.of("", "a", "ab", "b", "\u007f", "\u0080", "ü", "\ud7ff", "\ue000", "\uffff")
                        .flatMap(key -> Stream.of(key, key + "𝄞", key + "\uffff", "𝄞" + key))
                        .distinct()
                        .toArray(String[]::new);
        String[] sorted = keys.clone();
        Arrays.sort(sorted, KvModel.BYTE_ORDER);
        Arrays.sort(keys, (a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)));
        assertEquals(List.of(keys), List.of(sorted));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> partitions(String script) {
        return new KvModel()
                .partition(Script.history(script).operations()).stream()
                        .map(KvModelTest::describe)
                        .toList();
    }

    private static String describe(Partition<KvInput, KvOutput> partition) {
        return partition.name() + ": " + partition.operations().size();
    }
}
