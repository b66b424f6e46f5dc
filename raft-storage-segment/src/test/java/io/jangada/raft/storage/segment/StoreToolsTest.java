package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReport;
import io.jangada.raft.spi.RecordFilter;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreSummary;
import io.jangada.raft.spi.StoreTools;
import io.jangada.raft.spi.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking into a folder from outside: every record, every damage in words, and no trace. */
class StoreToolsTest {
    private static final NodeId N2 = NodeId.of("n2");

    @TempDir(factory = InMemory.class)
    Path root;

    private final StoreTools tools = StoreTools.load();
    private final List<StoredRecord> told = new ArrayList<>();

    private Path folder() {
        return root.resolve("n1");
    }

    private LogReport read(RecordFilter filter) {
        told.clear();
        return tools.records(folder(), filter, told::add);
    }

    private List<StoredRecord> of(String kind) {
        return told.stream().filter(record -> record.kind().equals(kind)).toList();
    }

    private static LogEntry membership(long index, long term) {
        return new LogEntry(
                index,
                term,
                index * 10,
                EntryType.MEMBERSHIP,
                Snapshots.MEMBERS.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void write() {
        try (var store = TestLog.openStore(folder());
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b")) {
            store.rememberPeer(N2, StoreId.of(2, 2));
            a.write(new HardState(3, N2), List.of(membership(1, 1)));
            a.writeEach(TestLog.entries(2, 20, 3, 50));
            a.write(new HardState(4, null), TestLog.entries(15, 16, 4, 50));
            b.writeEach(TestLog.entries(1, 10, 1, 70));
        }
    }

    @Test
    void serviceLoaderFindsTheTools() {
        assertInstanceOf(SegmentStoreTools.class, tools);
    }

    @Test
    void everyRecordIsTold() {
        write();
        LogReport report = read(RecordFilter.ALL);
        assertEquals(List.of(), report.problems());
        assertFalse(report.inUse());
        assertEquals(TestLog.IDENTITY, report.identity());
        assertEquals(told.size(), report.records());
        assertEquals(22 + 10, of("entry").size());
        StoredRecord first = of("entry").get(0);
        assertEquals("membership: " + Snapshots.MEMBERS, first.text());
        assertEquals(Optional.of(GroupId.of("a")), first.group());
        assertEquals(1, first.index());
        assertEquals(1, first.term());
        assertEquals(10, first.clusterTimeMillis());
        assertEquals(Optional.empty(), first.problem());
        StoredRecord command = of("entry").get(1);
        assertEquals("command", command.text());
        assertEquals(50, command.payloadBytes());
        assertEquals("vote for n2", of("hard state").get(0).text());
        assertEquals("no vote", of("hard state").get(1).text());
        assertEquals("entries from 15 on are gone", of("truncation").get(0).text());
        assertEquals(1, of("peer").size());
        assertTrue(of("peer").get(0).text().startsWith("n2 has store 0"));
        for (int i = 0; i < told.size(); i++) {
            assertEquals(i + 1, told.get(i).sequence(), "in order, without gaps");
        }
    }

    @Test
    void filtersByGroupAndIndex() {
        write();
        read(new RecordFilter(0, Long.MAX_VALUE, Optional.of(GroupId.of("b"))));
        assertTrue(told.stream().allMatch(r -> r.group().equals(Optional.of(GroupId.of("b")))));
        assertEquals(10, of("entry").size());
        LogReport report = read(new RecordFilter(4, 6, Optional.of(GroupId.of("a"))));
        assertEquals(List.of(4L, 5L, 6L), told.stream().map(StoredRecord::index).toList());
        assertTrue(report.records() > 32, "counts all");
        assertThrows(
                IllegalArgumentException.class, () -> new RecordFilter(5, 4, Optional.empty()));
    }

    @Test
    void lookingChangesNothing() throws Exception {
        write();
        List<String> before = files();
        read(RecordFilter.ALL);
        tools.describe(folder());
        assertEquals(before, files());
    }

    private List<String> files() throws Exception {
        try (Stream<Path> files = Files.walk(folder())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("LOCK"))
                    .map(file -> file + " " + file.toFile().length() + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void logInUseIsReadAndLeftToItsOwner() {
        try (var store = TestLog.openStore(folder());
                var a = TestLog.open(store, "a")) {
            a.writeEach(TestLog.entries(1, 30, 1, 3000));
            LogReport report = read(RecordFilter.ALL);
            assertTrue(report.inUse());
            assertEquals(List.of(), report.problems());
            assertEquals(30, of("entry").size());
            a.writeEach(TestLog.entries(31, 40, 1, 3000));
            assertThrows(StoreException.class, () -> TestLog.openStore(folder()));
            StoreException e = assertThrows(StoreException.class, () -> tools.describe(folder()));
            assertTrue(String.valueOf(e.getMessage()).contains("in use"), e.toString());
        }
        assertFalse(read(RecordFilter.ALL).inUse());
        assertEquals(40, of("entry").size());
    }

    @Test
    void damagedRecordIsNamed() {
        write();
        SegmentImage image = SegmentImage.of(folder()).get(0);
        SegmentImage.Found entry = image.entry("a", 7);
        image.flip(entry.end() - 10);
        LogReport report = read(RecordFilter.ALL);
        StoredRecord damaged =
                told.stream().filter(r -> r.problem().isPresent()).findFirst().orElseThrow();
        assertEquals(Optional.of("fails its checksum"), damaged.problem());
        assertEquals(7, damaged.index());
        assertEquals(3, damaged.term());
        assertEquals(entry.offset(), damaged.offset());
        assertEquals(entry.storeSequence(), damaged.sequence());
        assertEquals(Optional.of(GroupId.of("a")), damaged.group());
        assertEquals(1, told.stream().filter(r -> r.problem().isPresent()).count());
        assertEquals(1, report.problems().size());
        assertTrue(
                report.problems().get(0).startsWith("group 'a' cannot be trusted"),
                report.problems().toString());
        read(new RecordFilter(1, 3, Optional.of(GroupId.of("b"))));
        assertEquals(1, told.stream().filter(r -> r.problem().isPresent()).count(), "in any case");
    }

    @Test
    void zeroedPlaceIsTold() {
        write();
        SegmentImage image = SegmentImage.of(folder()).get(0);
        SegmentImage.Found from = image.entry("a", 7);
        SegmentImage.Found to = image.entry("a", 9);
        image.zero(from.offset(), to.end());
        read(RecordFilter.ALL);
        StoredRecord damage = of("damage").get(0);
        assertEquals(from.storeSequence(), damage.sequence());
        String problem = damage.problem().orElseThrow();
        assertTrue(
                problem.startsWith(
                        "records %d to %d are missing behind byte "
                                .formatted(from.storeSequence(), to.storeSequence())),
                problem);
    }

    @Test
    void deletedSegmentIsTold() throws Exception {
        try (var store = TestLog.openStore(folder());
                var a = TestLog.open(store, "a")) {
            a.writeEach(TestLog.entries(1, 150, 1, 3000));
        }
        SegmentImage second = SegmentImage.of(folder()).get(1);
        Files.delete(second.file);
        LogReport report = read(RecordFilter.ALL);
        String problem = of("damage").get(0).problem().orElseThrow();
        assertTrue(problem.endsWith("; segment %d is missing".formatted(second.number)), problem);
        assertEquals(1, report.problems().size());
    }

    @Test
    void lostNewestSegmentIsTold() throws Exception {
        try (var store = TestLog.openStore(folder());
                var a = TestLog.open(store, "a")) {
            a.writeEach(TestLog.entries(1, 150, 1, 3000));
        }
        List<SegmentImage> images = SegmentImage.of(folder());
        Files.delete(images.get(images.size() - 1).file);
        LogReport report = read(RecordFilter.ALL);
        assertTrue(report.problems().get(0).contains("lost its newest segment"), "" + report);
        assertTrue(of("entry").size() > 20, "what is there is shown");
    }

    @Test
    void folderOfSomethingElseIsRefused() throws Exception {
        Files.createDirectories(folder());
        for (var call :
                List.<Runnable>of(
                        () -> read(RecordFilter.ALL),
                        () -> tools.describe(folder()),
                        () -> tools.describe(root.resolve("nothing")))) {
            assertThrows(StoreException.class, call::run);
        }
        assertEquals(List.of(), files(), "no trace");
    }

    @Test
    void describesWhatANodeHas() {
        try (var store = TestLog.openStore(folder());
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b")) {
            a.write(new HardState(3, N2), List.of(membership(1, 1)));
            a.writeEach(TestLog.entries(2, 20, 3, 50));
            var meta = new SnapshotMeta(15, 3, 150, 1, Snapshots.MEMBERS);
            try (var sink = a.log.snapshots().create(meta)) {
                sink.commit();
            }
            a.log.compact(12);
            b.writeEach(TestLog.entries(1, 10, 1, 70));
            b.write(null, List.of());
        }
        StoreSummary summary = tools.describe(folder());
        assertEquals(TestLog.IDENTITY, summary.identity());
        assertEquals(1, summary.generation());
        assertEquals(2, summary.groups().size());
        StoreSummary.Group a = summary.groups().get(0);
        assertEquals(GroupId.of("a"), a.group());
        assertEquals(Optional.empty(), a.problem());
        assertEquals(new HardState(3, N2), a.hardState());
        assertEquals(13, a.firstIndex());
        assertEquals(20, a.lastIndex());
        assertEquals(3, a.lastTerm());
        assertEquals(15, a.committedAtLeast());
        assertEquals(15, a.snapshot().orElseThrow().meta().index());
        assertEquals(1, a.membershipIndex(), "from the snapshot");
        assertEquals(Snapshots.MEMBERS, a.membership());
    }

    @Test
    void describesWhyACopyCannotBeTrusted() {
        write();
        SegmentImage image = SegmentImage.of(folder()).get(0);
        image.flip(image.entry("a", 7).end() - 10);
        StoreSummary summary = tools.describe(folder());
        String problem = summary.groups().get(0).problem().orElseThrow();
        assertTrue(problem.startsWith("the log lost record"), problem);
        assertEquals(Optional.empty(), summary.groups().get(1).problem());
    }
}
