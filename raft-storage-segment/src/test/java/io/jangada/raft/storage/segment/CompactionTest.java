package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.SuspectGroupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Segments go when nothing needs them, idle groups keep their entries but not the disk, and nothing
 * is forgotten on the way (rules Z30 and Z32).
 */
class CompactionTest {
    private static final NodeId N2 = NodeId.of("n2");
    private static final long FAR = 1_000_000_000;
    private static final int PAYLOAD = 1000;

    @TempDir(factory = InMemory.class)
    Path temp;

    private Path folder() {
        return temp.resolve("store");
    }

    /** A store that compacts only when told to. */
    private SegmentLogStore open() {
        return open(folder());
    }

    private static SegmentLogStore open(Path folder) {
        return TestLog.builder().compactionMillis(-1).open(folder, TestLog.IDENTITY);
    }

    private static TestLog snapshotted(SegmentLogStore store, String group) {
        TestLog log = TestLog.open(store, group);
        log.snapshot(FAR);
        return log;
    }

    private int segments() {
        return SegmentImage.of(folder()).size();
    }

    /** Entries of one term behind the last one, and what they cover is dropped but for a tail. */
    private static void overwrite(TestLog log, int count, int tail) {
        long first = log.log.lastIndex() + 1;
        log.write(null, TestLog.entries(first, first + count - 1, 1, PAYLOAD));
        log.log.compact(log.log.lastIndex() - tail);
    }

    private static void assertTail(TestLog log, int count) {
        long last = log.log.lastIndex();
        assertEquals(last - count + 1, log.log.firstIndex());
        assertEquals(TestLog.entries(last - count + 1, last, 1, PAYLOAD), log.all());
    }

    // ---- deletion ------------------------------------------------------------------------------

    @Test
    void segmentsBelowEveryGroupsNeedAreDeleted() throws IOException {
        try (var store = open();
                var a = snapshotted(store, "a")) {
            overwrite(a, 1000, 10);
            assertTrue(segments() > 8, segments() + " segments");
            store.compactNow();
            assertTrue(segments() <= 2, segments() + " segments");
            assertTail(a, 10);
            a.write(null, TestLog.entries(1001, 1300, 1, PAYLOAD));
            assertTail(a, 310);
        }
        for (int opening = 0; opening < 3; opening++) {
            try (var store = open();
                    var a = TestLog.open(store, "a")) {
                assertTail(a, 310);
            }
        }
    }

    @Test
    void deletionHappensByItself() {
        try (var store = TestLog.builder().compactionMillis(1).open(folder(), TestLog.IDENTITY);
                var a = snapshotted(store, "a")) {
            for (int round = 0; round < 30; round++) {
                overwrite(a, 200, 10);
            }
            awaitSegments(4);
            assertTail(a, 10);
        }
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            assertTail(a, 10);
        }
    }

    /** Without looking into files that may go at any moment. */
    private int segmentFiles() {
        try (var files = Files.list(folder().resolve("log"))) {
            return (int)
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> SegmentNames.segmentOf(name) != 0)
                            .count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitSegments(int atMost) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (segmentFiles() > atMost) {
            assertTrue(System.nanoTime() < deadline, "segments are not deleted");
            Thread.onSpinWait();
        }
    }

    @Test
    void nothingButEntriesGoesWithASegment() throws IOException {
        try (var store = open()) {
            store.rememberPeer(N2, StoreId.of(2, 2));
            TestLog.open(store, "destroyed").close();
            store.destroy(GroupId.of("destroyed"));
            try (var voted = TestLog.open(store, "voted");
                    var reset = snapshotted(store, "reset");
                    var a = snapshotted(store, "a")) {
                voted.write(new HardState(9, N2), List.of());
                reset.write(new HardState(3, N2), TestLog.entries(1, 5, 3, 10));
                assertTrue(reset.await(reset.startReset(null, 77, 3)));
                TestLog.open(store, "rebuilt").close();
                TestLog.openForRebuild(store, "rebuilt").close();
                overwrite(a, 1000, 0);
                store.compactNow();
                assertEquals(1, segments());
            }
        }
        for (int opening = 0; opening < 3; opening++) {
            try (var store = open()) {
                assertEquals(Map.of(N2, StoreId.of(2, 2)), store.knownPeers());
                assertThrows(IllegalStateException.class, () -> TestLog.open(store, "destroyed"));
                try (var voted = TestLog.open(store, "voted");
                        var reset = TestLog.open(store, "reset");
                        var rebuilt = TestLog.open(store, "rebuilt");
                        var a = TestLog.open(store, "a")) {
                    assertEquals(new HardState(9, N2), voted.log.hardState());
                    assertEquals(new HardState(3, N2), reset.log.hardState());
                    assertEquals(78, reset.log.firstIndex());
                    assertEquals(3, reset.log.term(77));
                    assertTrue(rebuilt.log.rebuilding());
                    assertEquals(1001, a.log.firstIndex());
                    assertEquals(1, a.log.term(1000));
                }
            }
        }
    }

    @Test
    void truncatedTailsAndDestroyedGroupsFreeTheirSegments() throws IOException {
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            try (var b = TestLog.open(store, "b")) {
                b.write(null, TestLog.entries(1, 300, 1, PAYLOAD));
            }
            a.write(null, TestLog.entries(1, 300, 1, PAYLOAD));
            store.compactNow();
            assertTrue(segments() > 4);
            store.destroy(GroupId.of("b"));
            a.write(null, TestLog.entries(1, 5, 2, PAYLOAD));
            store.compactNow();
            assertEquals(1, segments());
        }
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            assertEquals(TestLog.entries(1, 5, 2, PAYLOAD), a.all());
        }
    }

    @Test
    void deletedSegmentIsUnmapped() throws IOException {
        try (var store = open();
                var a = snapshotted(store, "a")) {
            overwrite(a, 1000, 10);
            store.compactNow();
            String gone = folder().toRealPath() + "/log/";
            List<String> mapped =
                    Files.readAllLines(Path.of("/proc/self/maps")).stream()
                            .filter(line -> line.contains(gone) && line.endsWith("(deleted)"))
                            .toList();
            assertTrue(mapped.size() <= 1, "blocks of deleted files stay: " + mapped);
        }
    }

    @Test
    void lostSegmentIsStillMissedAfterOthersWereDeleted() throws IOException {
        Path copy = temp.resolve("copy");
        try (var store = open();
                var a = snapshotted(store, "a")) {
            overwrite(a, 1000, 10);
            store.compactNow();
            a.write(null, TestLog.entries(1001, 1300, 1, PAYLOAD));
            Folders.copy(folder(), copy);
        }
        SegmentImage first = SegmentImage.of(copy).get(0);
        Files.delete(first.file);
        try (var store = open(copy)) {
            String message =
                    assertThrows(SuspectGroupException.class, () -> TestLog.open(store, "a"))
                            .toString();
            assertTrue(message.contains("lost"), message);
        }
    }

    @Test
    void headOfTheOldestSegmentTellsWhatWentBefore() throws IOException {
        Path copy = temp.resolve("copy");
        try (var store = open();
                var idle = TestLog.open(store, "idle");
                var a = snapshotted(store, "a")) {
            idle.write(new HardState(4, N2), List.of());
            overwrite(a, 1000, 10);
            store.compactNow();
            a.write(null, TestLog.entries(1001, 1300, 1, PAYLOAD));
            Folders.copy(folder(), copy);
        }
        SegmentImage oldest = SegmentImage.of(copy).get(0);
        assertTrue(oldest.number > 1);
        oldest.flip(oldest.first(RecordType.SEGMENT_HEAD).offset() + RecordFormat.GROUP);
        try (var store = open(copy)) {
            for (String group : List.of("a", "idle")) {
                assertTrue(
                        assertThrows(SuspectGroupException.class, () -> TestLog.open(store, group))
                                .hardStateIntact());
            }
            try (var idle = TestLog.openForRebuild(store, "idle")) {
                assertEquals(new HardState(4, N2), idle.log.hardState());
            }
        }
    }

    // ---- rewriting -----------------------------------------------------------------------------

    /** One busy group, many idle ones that wrote a little in every segment of the beginning. */
    @Test
    void idleGroupsDoNotPinTheDisk() throws IOException {
        List<TestLog> idle = new ArrayList<>();
        try (var store = open();
                var busy = snapshotted(store, "busy")) {
            for (int i = 0; i < 20; i++) {
                idle.add(TestLog.open(store, "idle" + i));
            }
            for (int index = 1; index <= 40; index++) {
                for (TestLog log : idle) {
                    log.write(null, TestLog.entries(index, index, index / 10, 50));
                }
                overwrite(busy, 50, 10);
            }
            assertTrue(segments() > 15, segments() + " segments");
            store.compactNow();
            int compacted = segments();
            assertTrue(compacted <= 1 + Compactor.SPARE_SEGMENTS + 4, compacted + " segments");
            for (TestLog log : idle) {
                assertEquals(idleEntries(), log.all());
            }
            for (int round = 0; round < 20; round++) {
                overwrite(busy, 200, 10);
                store.compactNow();
                assertTrue(segments() <= compacted + 2, segments() + " segments");
            }
            idle.forEach(TestLog::close);
        }
        for (int opening = 0; opening < 3; opening++) {
            try (var store = open();
                    var busy = TestLog.open(store, "busy")) {
                assertTail(busy, 10);
                for (int i = 0; i < 20; i++) {
                    try (var log = TestLog.open(store, "idle" + i)) {
                        assertEquals(idleEntries(), log.all());
                        log.all().forEach(e -> assertEquals(e.term(), log.log.term(e.index())));
                    }
                }
            }
        }
    }

    /** Nobody has it in memory: it must be found at its old place, or already at its new one. */
    @Test
    void whatIsMovedCanBeReadAllTheTime() throws IOException {
        List<LogEntry> written = TestLog.entries(1, 10, 1, 50);
        AtomicReference<TestLog> reader = new AtomicReference<>();
        AtomicInteger moved = new AtomicInteger();
        UnaryOperator<Journal> looking =
                journal ->
                        new ForwardingJournal(journal) {
                            @Override
                            public int append(byte[] record, int length) throws IOException {
                                look();
                                if (RecordType.of(record[RecordFormat.TYPE])
                                        == RecordType.REWRITTEN_ENTRY) {
                                    moved.incrementAndGet();
                                }
                                return journal.append(record, length);
                            }

                            @Override
                            public void sync() throws IOException {
                                look();
                                journal.sync();
                            }

                            private void look() {
                                TestLog log = reader.get();
                                if (log != null) {
                                    assertEquals(written, log.all());
                                }
                            }
                        };
        SegmentLogStore.Builder builder =
                TestLog.builder()
                        .compactionMillis(-1)
                        .readCacheBytes(0)
                        .recentEntriesBytes(0)
                        .journals(looking);
        try (var store = builder.open(folder(), TestLog.IDENTITY);
                var busy = snapshotted(store, "busy");
                var idle = TestLog.open(store, "idle")) {
            for (LogEntry entry : written) {
                idle.write(null, List.of(entry));
                overwrite(busy, 150, 10);
            }
            reader.set(idle);
            store.compactNow();
            assertTrue(moved.get() > 1, moved + " entries moved");
            reader.set(null);
        }
    }

    private static List<LogEntry> idleEntries() {
        List<LogEntry> entries = new ArrayList<>();
        for (int index = 1; index <= 40; index++) {
            entries.add(TestLog.entry(index, index / 10, 50));
        }
        return entries;
    }

    @Test
    void manySmallSegmentsOfManyOpeningsBecomeFew() throws IOException {
        for (int life = 1; life <= 60; life++) {
            try (var store = open();
                    var a = TestLog.open(store, "a")) {
                a.write(null, TestLog.entries(life, life, 1, PAYLOAD));
            }
        }
        assertTrue(segments() > 50, segments() + " segments");
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            store.compactNow();
            assertTrue(segments() <= Compactor.SPARE_FILES + 3, segments() + " segments");
            assertEquals(TestLog.entries(1, 60, 1, PAYLOAD), a.all());
        }
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            assertEquals(TestLog.entries(1, 60, 1, PAYLOAD), a.all());
        }
    }

    @Test
    void rewrittenEntryYieldsToWhatTheLoopDidMeanwhile() throws IOException {
        try (var store = open();
                var a = snapshotted(store, "a")) {
            a.write(null, TestLog.entries(1, 10, 1, 10));
            GroupState state = store.state(GroupId.of("a"));
            List<Write.Move> moves = new ArrayList<>();
            for (LogEntry entry : a.all()) {
                moves.add(new Write.Move(state, entry, state.position(entry.index())));
            }
            a.log.compact(3);
            a.write(null, TestLog.entries(8, 9, 2, 10));
            store.writer().rewriteAndWait(moves);
            assertEquals(4, SegmentImage.of(folder()).get(0).count(RecordType.REWRITTEN_ENTRY));
        }
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            List<LogEntry> expected = new ArrayList<>(TestLog.entries(4, 7, 1, 10));
            expected.addAll(TestLog.entries(8, 9, 2, 10));
            assertEquals(expected, a.all());
        }
    }

    @Test
    void readersNeverMissAnEntryThatIsMoved() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (var store =
                        TestLog.builder()
                                .recentEntriesBytes(0)
                                .readCacheBytes(0)
                                .compactionMillis(1)
                                .open(folder(), TestLog.IDENTITY);
                var idle = TestLog.open(store, "idle");
                var busy = snapshotted(store, "busy")) {
            idle.write(null, TestLog.entries(1, 20, 1, PAYLOAD));
            Future<?> reading = reader.submit(() -> readAgainAndAgain(idle, done));
            for (int round = 0; round < 60; round++) {
                overwrite(busy, 100, 10);
            }
            done.set(true);
            reading.get(60, TimeUnit.SECONDS);
        } finally {
            done.set(true);
            reader.shutdownNow();
        }
    }

    private static void readAgainAndAgain(TestLog log, AtomicBoolean done) {
        while (!done.get()) {
            assertEquals(TestLog.entries(1, 20, 1, PAYLOAD), log.all());
        }
    }

    /** Everything at once, against a model, with compaction in the background. */
    @Test
    void randomWritesOfManyGroupsSurviveCompactionAndReopening() {
        Random random = new Random(7);
        Map<String, List<LogEntry>> models = new TreeMap<>();
        for (int life = 0; life < 6; life++) {
            try (var store =
                    TestLog.builder().compactionMillis(0).open(folder(), TestLog.IDENTITY)) {
                Map<String, TestLog> logs = new TreeMap<>();
                for (int i = 0; i < 5; i++) {
                    String name = "g" + i;
                    logs.put(name, snapshotted(store, name));
                    assertEquals(
                            models.computeIfAbsent(name, unused -> new ArrayList<>()),
                            logs.get(name).all(),
                            name);
                }
                for (int step = 0; step < 400; step++) {
                    // The higher the number, the more idle.
                    String name = "g" + (int) (5 * Math.pow(random.nextDouble(), 4));
                    step(logs.get(name), models.get(name), random, life * 1000 + step);
                }
                logs.forEach((name, log) -> assertEquals(models.get(name), log.all(), name));
                logs.values().forEach(TestLog::close);
            }
        }
        assertTrue(segments() < 40, segments() + " segments");
    }

    private static void step(TestLog log, List<LogEntry> model, Random random, long term) {
        int choice = random.nextInt(10);
        long first = log.log.firstIndex();
        if (choice == 0 && !model.isEmpty()) {
            int count = 1 + random.nextInt(model.size());
            model.subList(0, count).clear();
            log.log.compact(first + count - 1);
            return;
        }
        if (choice == 1 && !model.isEmpty()) {
            model.subList(random.nextInt(model.size()), model.size()).clear();
        }
        long next = first + model.size();
        List<LogEntry> entries = TestLog.entries(next, next + random.nextInt(20), term, PAYLOAD);
        model.addAll(entries);
        log.write(null, entries);
    }

    // ---- older formats -------------------------------------------------------------------------

    @Test
    void storeOfFormat1IsReadAndBecomesFormat2() throws IOException {
        try (var store = open();
                var a = TestLog.open(store, "a")) {
            a.write(new HardState(2, N2), TestLog.entries(1, 400, 1, PAYLOAD));
        }
        Path identity = folder().resolve("IDENTITY");
        String content = Files.readString(identity);
        assertTrue(content.startsWith("format=2\n"), content);
        Files.writeString(identity, formatOne(content));
        for (int opening = 0; opening < 2; opening++) {
            try (var store = open();
                    var a = TestLog.open(store, "a")) {
                assertEquals(TestLog.entries(1, 400, 1, PAYLOAD), a.all());
                assertEquals(new HardState(2, N2), a.log.hardState());
            }
            assertEquals(content, Files.readString(identity));
        }
        assertFalse(Files.exists(folder().resolve("IDENTITY.changed")));
    }

    private static String formatOne(String content) {
        String lines =
                content.substring(0, content.indexOf("crc32c=")).replace("format=2", "format=1");
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.UTF_8));
        return lines + "crc32c=" + Long.toHexString(crc.getValue()) + "\n";
    }
}
