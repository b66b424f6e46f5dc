package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The moments at which loop and writer disagree about what stands at an index. */
class GroupStateTest {
    private final GroupState state = new GroupState(new GroupMark(GroupId.of("g")));

    @Test
    void positionOfAReplacedEntryIsNotTaken() {
        List<LogEntry> first = TestLog.entries(5, 5, 1, 10);
        List<LogEntry> second = TestLog.entries(5, 5, 2, 10);
        List<LogEntry> third = TestLog.entries(5, 5, 1, 10);
        state.append(null, TestLog.entries(1, 4, 1, 10));
        state.append(null, first);
        assertEquals(5, state.append(null, second));
        assertEquals(5, state.append(null, third));
        // The writer comes to the first two only now; the third is equal to the first, not the
        // same.
        state.written(first, new long[] {Position.of(1, 100)});
        state.written(second, new long[] {Position.of(1, 200)});
        assertEquals(Position.NONE, state.position(5));
        assertSame(third.get(0), state.inMemory(5));
        state.written(third, new long[] {Position.of(1, 300)});
        assertEquals(Position.of(1, 300), state.position(5));
    }

    @Test
    void onlyWrittenEntriesAreForgotten() {
        List<LogEntry> entries = TestLog.entries(1, 3, 1, 10);
        state.append(null, entries);
        state.append(null, TestLog.entries(4, 6, 1, 10));
        state.written(
                entries, new long[] {Position.of(1, 4), Position.of(1, 8), Position.of(1, 12)});
        state.forget(6);
        assertNull(state.inMemory(3));
        assertNotNull(state.inMemory(4));
        state.forget(6);
        assertNotNull(state.inMemory(4));
    }

    @Test
    void entriesBelowAnEvictedTruncationAreInMemoryAgain() {
        List<LogEntry> entries = TestLog.entries(1, 3, 1, 10);
        state.append(null, entries);
        state.written(
                entries, new long[] {Position.of(1, 4), Position.of(1, 8), Position.of(1, 12)});
        state.forget(3);
        assertEquals(2, state.append(null, TestLog.entries(2, 2, 4, 10)));
        assertEquals(2, state.lastIndex());
        assertEquals(4, state.term(2));
        assertNull(state.inMemory(1));
        assertNotNull(state.inMemory(2));
        assertEquals(Position.of(1, 4), state.position(1));
    }

    @Test
    void missingEntriesAreFoundAndGoWithATruncation() {
        state.recoverEntry(1, 1, false, Position.of(1, 4), 64);
        state.recoverEntry(4, 2, true, Position.of(2, 4), 64);
        assertEquals(2, state.firstMissing());
        assertEquals(List.of(4L), state.membershipIndexes());
        state.recoverLastIndex(1);
        assertEquals(0, state.firstMissing());
        assertEquals(List.of(), state.membershipIndexes());
        state.recoverLastIndex(5);
        assertEquals(2, state.firstMissing());
    }
}
