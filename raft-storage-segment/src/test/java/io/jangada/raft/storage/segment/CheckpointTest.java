package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.StoreId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class CheckpointTest {
    private static GroupMark mark(int number) {
        GroupMark mark = new GroupMark(GroupId.of("group-" + number));
        mark.sequence = Long.MAX_VALUE - number;
        mark.lastIndex = Long.MAX_VALUE / 3 - number;
        mark.hardState =
                new HardState(
                        Long.MAX_VALUE - 7, number % 2 == 0 ? null : NodeId.of("n".repeat(64)));
        mark.firstIndex = number % 4 == 0 ? 1 : Long.MAX_VALUE / 5 - number;
        mark.prefixTerm = number % 4 == 0 ? 0 : Long.MAX_VALUE - 11;
        mark.rebuilding = number % 5 == 0;
        mark.rebuiltAt = number % 5 == 0 ? Long.MAX_VALUE - 13 : 0;
        mark.status = GroupMark.Status.of(number % 3);
        mark.hardStateLost = mark.status == GroupMark.Status.SUSPECT && number % 2 == 0;
        if (mark.status == GroupMark.Status.SUSPECT) {
            mark.damaged("lost record " + number);
        }
        return mark;
    }

    private static Checkpoint full() {
        Checkpoint checkpoint = new Checkpoint();
        for (int number = 0; number < 30; number++) {
            checkpoint.groups.add(mark(number));
        }
        checkpoint.peers.put(NodeId.of("n2"), StoreId.of(-1, -1));
        checkpoint.peers.put(NodeId.of("x".repeat(64)), StoreId.of(1, 2));
        checkpoint.peersSequence = 77;
        checkpoint.segments.add(new Checkpoint.Range(Integer.MAX_VALUE, 5, Long.MAX_VALUE));
        checkpoint.segments.add(new Checkpoint.Range(1, 1, 4));
        checkpoint.segmentsBefore = Long.MAX_VALUE - 17;
        checkpoint.namesLost = true;
        return checkpoint;
    }

    @Example
    void comesBackAsItWas() {
        Checkpoint written = full();
        Checkpoint read = Checkpoint.decode(written.encode());
        assertEquals(written.peers, read.peers);
        assertEquals(written.peersSequence, read.peersSequence);
        assertEquals(written.segments, read.segments);
        assertEquals(written.segmentsBefore, read.segmentsBefore);
        assertTrue(read.namesLost);
        assertEquals(written.groups.size(), read.groups.size());
        List<GroupMark> expected = List.copyOf(written.groups);
        List<GroupMark> marks = List.copyOf(read.groups);
        for (int i = 0; i < marks.size(); i++) {
            assertEquals(expected.get(i).group, marks.get(i).group);
            assertEquals(expected.get(i).sequence, marks.get(i).sequence);
            assertEquals(expected.get(i).status, marks.get(i).status);
            assertEquals(expected.get(i).damage, marks.get(i).damage);
            assertEquals(expected.get(i).hardState, marks.get(i).hardState);
            assertEquals(expected.get(i).lastIndex, marks.get(i).lastIndex);
            assertEquals(expected.get(i).firstIndex, marks.get(i).firstIndex);
            assertEquals(expected.get(i).prefixTerm, marks.get(i).prefixTerm);
            assertEquals(expected.get(i).rebuilding, marks.get(i).rebuilding);
            assertEquals(expected.get(i).rebuiltAt, marks.get(i).rebuiltAt);
            assertEquals(expected.get(i).hardStateLost, marks.get(i).hardStateLost);
        }
    }

    @Example
    void emptyComesBackEmpty() {
        Checkpoint read = Checkpoint.decode(new Checkpoint().encode());
        assertTrue(read.groups.isEmpty());
        assertEquals(Map.of(), read.peers);
        assertEquals(List.of(), read.segments);
    }

    /** Rolls reserve room by this bound: were it too small, a footer would not fit. */
    @Example
    void boundHoldsForTheLargestNumbers() {
        Checkpoint checkpoint = full();
        int bound =
                checkpoint.groups.stream().mapToInt(GroupMark::checkpointBytes).sum()
                        + checkpoint.peers.size() * Checkpoint.BYTES_PER_PEER
                        + checkpoint.segments.size() * Checkpoint.BYTES_PER_RANGE
                        + Checkpoint.BYTES_PER_RANGE;
        assertTrue(checkpoint.encode().length <= bound);
    }

    @Property(tries = 300)
    void anyBytesAreReadOrRefusedWithOneException(@ForAll @Size(max = 200) byte[] bytes) {
        readOrRefuse(bytes);
    }

    @Property(tries = 300)
    void mutatedCheckpointIsReadOrRefusedWithOneException(@ForAll long seed) {
        byte[] bytes = full().encode();
        Random random = new Random(seed);
        for (int i = 0; i < 3; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        readOrRefuse(bytes);
    }

    private static void readOrRefuse(byte[] bytes) {
        try {
            Checkpoint.decode(bytes);
        } catch (IllegalArgumentException e) {
            assertEquals("checkpoint is not understood", e.getMessage());
        }
    }

    @Example
    void nestedGroupsAreRefusedAndDoNotOverflowTheStack() {
        byte[] nested = new byte[1 << 20];
        Arrays.fill(nested, (byte) (25 << 3 | 3));
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.decode(nested));
    }
}
