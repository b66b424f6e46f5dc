package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SuspectGroupException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A damaged group begins anew from its hard state (rule Z33), and the damage is forgotten when
 * nothing depends on it any more. Which damage allows that is told by {@link DamageTest}.
 */
class RebuildTest {
    private static final HardState VOTED = new HardState(5, NodeId.of("n2"));
    private static final int PAYLOAD = 1000;

    @TempDir(factory = InMemory.class)
    Path temp;

    private Path folder = Path.of("");

    /** Group "a" lost an entry in the first of several segments; "b" is whole. */
    @BeforeEach
    void damage() {
        Path original = temp.resolve("original");
        folder = temp.resolve("damaged");
        try (var store = open(original);
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b")) {
            b.snapshot(1_000_000);
            a.write(VOTED, TestLog.entries(1, 40, 5, PAYLOAD));
            b.write(null, TestLog.entries(1, 200, 6, PAYLOAD));
            Folders.copy(original, folder);
        }
        SegmentImage first = SegmentImage.of(folder).get(0);
        first.flip(first.entry("a", 20).offset() + 100);
    }

    private static SegmentLogStore open(Path folder) {
        return TestLog.builder().compactionMillis(-1).open(folder, TestLog.IDENTITY);
    }

    private static void assertSuspect(SegmentLogStore store) {
        assertTrue(
                assertThrows(SuspectGroupException.class, () -> TestLog.open(store, "a"))
                        .hardStateIntact());
    }

    private static void assertWhole(TestLog b, long last) {
        long first = b.log.firstIndex();
        assertEquals(TestLog.entries(first, last, 6, PAYLOAD), b.all());
    }

    @Test
    void groupBecomesWholeAgainFromItsPeers() {
        try (var store = open(folder)) {
            assertSuspect(store);
            try (var a = TestLog.openForRebuild(store, "a")) {
                assertTrue(a.log.rebuilding());
                assertEquals(VOTED, a.log.hardState());
                assertEquals(List.of(), a.all());
                a.snapshot(500);
                assertTrue(a.await(a.startReset(new HardState(7, null), 500, 6)));
                a.write(null, TestLog.entries(501, 520, 7, PAYLOAD));
            }
        }
        try (var store = open(folder);
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b")) {
            assertTrue(a.log.rebuilding());
            assertEquals(TestLog.entries(501, 520, 7, PAYLOAD), a.all());
            a.log.rebuilt();
            a.write(null, TestLog.entries(521, 521, 7, PAYLOAD));
            assertWhole(b, 200);
        }
        for (int opening = 0; opening < 3; opening++) {
            try (var store = open(folder);
                    var a = TestLog.open(store, "a");
                    var b = TestLog.open(store, "b")) {
                assertFalse(a.log.rebuilding());
                assertEquals(new HardState(7, null), a.log.hardState());
                assertEquals(501, a.log.firstIndex());
                assertEquals(TestLog.entries(501, 521, 7, PAYLOAD), a.all());
                assertWhole(b, 200);
            }
        }
    }

    @Test
    void rebuildMaySetInAgain() {
        for (int round = 0; round < 3; round++) {
            try (var store = open(folder);
                    var a = TestLog.openForRebuild(store, "a")) {
                assertEquals(List.of(), a.all());
                assertEquals(VOTED, a.log.hardState());
                a.write(null, TestLog.entries(1, 10 + round, 8, PAYLOAD));
            }
        }
        try (var store = open(folder);
                var a = TestLog.open(store, "a")) {
            assertEquals(TestLog.entries(1, 12, 8, PAYLOAD), a.all());
        }
    }

    @Test
    void unknownDestroyedAndOpenGroupsAreNotRebuilt() {
        try (var store = open(folder)) {
            assertThrows(IllegalStateException.class, () -> TestLog.openForRebuild(store, "x"));
            try (var b = TestLog.open(store, "b")) {
                assertThrows(IllegalStateException.class, () -> TestLog.openForRebuild(store, "b"));
                assertWhole(b, 200);
            }
            store.destroy(GroupId.of("b"));
            assertThrows(IllegalStateException.class, () -> TestLog.openForRebuild(store, "b"));
        }
    }

    @Test
    void suspectGroupMayBeDestroyedInstead() {
        try (var store = open(folder)) {
            store.destroy(GroupId.of("a"));
        }
        try (var store = open(folder);
                var b = TestLog.open(store, "b")) {
            assertThrows(IllegalStateException.class, () -> TestLog.open(store, "a"));
            assertWhole(b, 200);
        }
    }

    /** Somebody may want to repair it; but the other groups' disk use stays bounded. */
    @Test
    void damagedSegmentsAreKeptAsLongAsTheGroupIsSuspectAndNoLonger() throws IOException {
        for (int opening = 0; opening < 3; opening++) {
            try (var store = open(folder);
                    var b = TestLog.open(store, "b")) {
                assertSuspect(store);
                overwrite(b);
                store.compactNow();
                List<SegmentImage> kept = SegmentImage.of(folder);
                assertEquals(1, kept.get(0).number);
                assertTrue(kept.get(0).hasEntry("a", 19) && kept.get(0).hasEntry("a", 21));
                assertTrue(kept.size() <= 3, kept.size() + " segments");
            }
        }
        try (var store = open(folder);
                var b = TestLog.open(store, "b");
                var a = TestLog.openForRebuild(store, "a")) {
            a.write(null, TestLog.entries(1, 3, 9, PAYLOAD));
            overwrite(b);
            store.compactNow();
            assertTrue(SegmentImage.of(folder).get(0).number > 1);
        }
        try (var store = open(folder);
                var a = TestLog.open(store, "a")) {
            assertEquals(TestLog.entries(1, 3, 9, PAYLOAD), a.all());
        }
    }

    private static void overwrite(TestLog b) {
        long first = b.log.lastIndex() + 1;
        b.write(null, TestLog.entries(first, first + 499, 6, PAYLOAD));
        b.log.compact(first + 499);
    }

    /** The damaged segment stays for another group, the record that began anew goes. */
    @Test
    void damageIsForgottenWhenTheRecordOfTheNewBeginningIsGone() throws IOException {
        List<LogEntry> anew = new ArrayList<>();
        try (var store = open(folder)) {
            try (var a = TestLog.openForRebuild(store, "a");
                    var b = TestLog.open(store, "b")) {
                a.write(null, TestLog.entries(1, 3, 9, PAYLOAD));
                a.snapshot(1_000_000);
                // As much as is alive in all, so that nothing needs to be moved.
                a.write(null, TestLog.entries(4, 300, 9, PAYLOAD));
                a.log.compact(300);
                anew.addAll(TestLog.entries(301, 310, 9, PAYLOAD));
                a.write(null, anew);
                assertWhole(b, 200);
            }
            store.compactNow();
        }
        List<SegmentImage> left = SegmentImage.of(folder);
        assertTrue(left.get(0).hasEntry("a", 19), "the damaged segment");
        assertTrue(
                left.stream().allMatch(image -> image.count(RecordType.REBUILD_BEGUN) == 0),
                "the new beginning");
        for (int opening = 0; opening < 3; opening++) {
            try (var store = open(folder);
                    var a = TestLog.open(store, "a");
                    var b = TestLog.open(store, "b")) {
                assertEquals(anew, a.all());
                assertTrue(a.log.rebuilding());
                assertWhole(b, 200);
            }
        }
    }

    @Test
    void damageAfterTheNewBeginningIsFoundLikeAnyOther() {
        Path copy = temp.resolve("again");
        try (var store = open(folder);
                var a = TestLog.openForRebuild(store, "a")) {
            a.writeEach(TestLog.entries(1, 9, 8, 10));
            a.write(new HardState(9, null), List.of());
            Folders.copy(folder, copy);
        }
        SegmentImage last = SegmentImage.of(copy).get(SegmentImage.of(copy).size() - 1);
        last.flip(last.entry("a", 4).offset());
        try (var store = open(copy)) {
            assertSuspect(store);
            try (var a = TestLog.openForRebuild(store, "a")) {
                assertEquals(new HardState(9, null), a.log.hardState());
            }
        }
    }
}
