package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.SuspectGroupException;
import io.jangada.raft.storage.segment.SegmentImage.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What damage does, and whether the group may be rebuilt from its peers afterwards (rule Z29,
 * scenarios S19 and S20). Groups "a" and "b" wrote in turns into two segments, every write durable
 * before the next; "c" wrote a little at the start and fell silent.
 */
class DamageTest {
    private static final int LAST = 80;
    private static final int PAYLOAD = 1000;

    @TempDir(factory = InMemory.class)
    static Path bases;

    private static Path killed = Path.of("");
    private static Path closed = Path.of("");

    @TempDir(factory = InMemory.class)
    Path temp;

    private Path folder = Path.of("");

    @BeforeAll
    static void write() {
        Path original = bases.resolve("original");
        killed = bases.resolve("killed");
        closed = bases.resolve("closed");
        try (var store = TestLog.openForSingleWrites(original)) {
            try (var c = TestLog.open(store, "c");
                    var a = TestLog.open(store, "a");
                    var b = TestLog.open(store, "b")) {
                c.write(new HardState(2, null), TestLog.entries(1, 3, 2, 50));
                a.write(new HardState(5, TestLog.IDENTITY.node()), List.of());
                for (int index = 1; index <= LAST; index++) {
                    a.write(null, List.of(TestLog.entry(index, 5, PAYLOAD)));
                    b.write(null, List.of(TestLog.entry(index, 6, PAYLOAD)));
                }
                Folders.copy(original, killed);
            }
        }
        Folders.copy(original, closed);
        assertEquals(2, SegmentImage.of(killed).size());
        assertTrue(segment(killed, 1).hasEntry("a", 20));
        assertTrue(segment(killed, 2).hasEntry("a", 70));
    }

    @BeforeEach
    void copy() {
        folder = Folders.copy(killed, temp.resolve("killed"));
    }

    private static SegmentImage segment(Path folder, int number) {
        return SegmentImage.of(folder).get(number - 1);
    }

    // ---- damage to what is ours: found, named, and never served ---------------------------------

    @Test
    void nothingIsLostWithoutDamage() {
        assertIntact();
    }

    @Test
    void nothingIsLostWithoutDamageAfterAClose() {
        folder = Folders.copy(closed, temp.resolve("closed"));
        assertIntact();
    }

    @Test
    void flippedBitInAPayload() {
        Found record = segment(folder, 1).entry("a", 20);
        segment(folder, 1).flip(record.offset() + RecordFormat.GROUP + 100);
        assertDamaged("a", Rebuild.ALLOWED, "segment 1", "record " + record.storeSequence());
    }

    @Test
    void flippedBitInEveryFieldOfAHeader() {
        for (int at = 0; at < RecordFormat.GROUP; at++) {
            Path copy = Folders.copy(killed, temp.resolve("bit" + at));
            SegmentImage image = segment(copy, 1);
            image.flip(image.entry("a", 20).offset() + at);
            folder = copy;
            assertDamaged("a", Rebuild.ALLOWED, "segment 1");
        }
    }

    @Test
    void lengthOneTooLarge() {
        SegmentImage image = segment(folder, 1);
        int at = image.entry("b", 30).offset();
        image.putInt(at, image.buffer().getInt(at) + 1);
        assertDamaged("b", Rebuild.ALLOWED, "segment 1");
    }

    @Test
    void lengthAbsurd() {
        SegmentImage image = segment(folder, 1);
        image.putInt(image.entry("a", 20).offset(), 100_000_000);
        assertDamaged("a", Rebuild.ALLOWED, "segment 1");
    }

    @Test
    void zeroPageInTheMiddle() {
        SegmentImage image = segment(folder, 1);
        int page = image.entry("a", 20).offset() & -4096;
        image.zero(page, page + 4096);
        boolean ofB =
                image.records.stream()
                        .filter(record -> record.group().equals("b"))
                        .anyMatch(record -> record.offset() < page + 4096 && record.end() > page);
        try (var store = TestLog.openStore(folder)) {
            assertRefused(store, "a", Rebuild.ALLOWED, "segment 1");
            if (ofB) {
                assertRefused(store, "b", Rebuild.ALLOWED, "segment 1");
            } else {
                assertHolds(store, "b", TestLog.entries(1, LAST, 6, PAYLOAD));
            }
            try (var c = TestLog.open(store, "c")) {
                assertEquals(TestLog.entries(1, 3, 2, 50), c.all());
            }
        }
    }

    @Test
    void lostTruncationRecordIsNoticedByTheGroupSequence() {
        Path other = temp.resolve("truncated");
        Path copy = temp.resolve("truncated-killed");
        try (var store = TestLog.openStore(other);
                var a = TestLog.open(store, "a")) {
            a.write(null, TestLog.entries(1, 9, 1, 10));
            a.write(null, TestLog.entries(8, 9, 2, 10));
            a.write(null, TestLog.entries(10, 10, 2, 10));
            Folders.copy(other, copy);
        }
        SegmentImage image = segment(copy, 1);
        image.flip(image.first(RecordType.TRUNCATION).offset() + RecordFormat.INDEX);
        try (var store = TestLog.openStore(copy)) {
            assertRefused(store, "a", Rebuild.REFUSED, "segment 1");
        }
    }

    @Test
    void silentGroupIsSuspectWhenTheLastSegmentHasAHoleAndNoFooter() {
        SegmentImage image = segment(folder, 2);
        image.flip(image.entry("a", 70).offset());
        try (var store = TestLog.openStore(folder)) {
            assertRefused(store, "a", Rebuild.REFUSED, "segment 2");
            // Any group may have written what is missing, even one that nobody heard of since.
            assertRefused(store, "c", Rebuild.REFUSED, "may have lost");
            assertNotCreated(store);
            try (var b = TestLog.open(store, "b")) {
                assertEquals(TestLog.entries(1, LAST, 6, PAYLOAD), b.all());
            }
        }
        try (var store = TestLog.openStore(folder)) {
            assertRefused(store, "c", Rebuild.REFUSED, "may have lost");
            assertNotCreated(store);
        }
    }

    @Test
    void hardStateBehindTheHoleIsTheLastWordOnIt() {
        Path other = temp.resolve("voted");
        Path copy = temp.resolve("voted-killed");
        try (var store = TestLog.openStore(other);
                var a = TestLog.open(store, "a")) {
            a.write(new HardState(1, null), TestLog.entries(1, 9, 1, 10));
            a.write(new HardState(2, TestLog.IDENTITY.node()), List.of());
            Folders.copy(other, copy);
        }
        SegmentImage image = segment(copy, 1);
        image.flip(image.entry("a", 5).offset());
        try (var store = TestLog.openStore(copy)) {
            assertRefused(store, "a", Rebuild.ALLOWED, "segment 1");
            try (var a = TestLog.openForRebuild(store, "a")) {
                assertEquals(new HardState(2, TestLog.IDENTITY.node()), a.log.hardState());
            }
        }
    }

    @Test
    void footerProvesTheSilentGroup() {
        folder = Folders.copy(closed, temp.resolve("closed"));
        SegmentImage image = segment(folder, 2);
        image.flip(image.entry("a", 70).offset());
        assertDamaged("a", Rebuild.ALLOWED, "segment 2");
    }

    @Test
    void lastAcknowledgedWriteBeforeACloseIsMissed() {
        folder = Folders.copy(closed, temp.resolve("closed"));
        SegmentImage image = segment(folder, 2);
        image.flip(image.entry("b", LAST).offset() + 80);
        assertDamaged("b", Rebuild.ALLOWED, "segment 2");
    }

    @Test
    void lastAcknowledgedWriteBeforeAnIdleMarkIsMissed() throws Exception {
        Path other = temp.resolve("idle");
        Path copy = temp.resolve("idle-killed");
        try (var store = TestLog.openStore(other);
                var a = TestLog.open(store, "a")) {
            a.writeEach(TestLog.entries(1, 5, 1, 10));
            awaitIdleMark(other);
            Folders.copy(other, copy);
        }
        SegmentImage image = segment(copy, 1);
        image.flip(image.entry("a", 5).offset());
        try (var store = TestLog.openStore(copy)) {
            assertRefused(store, "a", Rebuild.REFUSED, "segment 1");
        }
    }

    /** The damage begins in what was durable and reaches into a batch that was not. */
    @Test
    void lastAcknowledgedWriteBeforeATornBatchIsMissed() {
        Path other = temp.resolve("torn");
        Path copy = temp.resolve("torn-killed");
        try (var store = TestLog.openStore(other);
                var a = TestLog.open(store, "a")) {
            a.writeEach(TestLog.entries(1, 5, 1, 10));
            a.write(null, TestLog.entries(6, 8, 1, 10));
            Folders.copy(other, copy);
        }
        SegmentImage image = segment(copy, 1);
        image.flip(image.entry("a", 5).offset());
        image.flip(image.entry("a", 6).offset());
        try (var store = TestLog.openStore(copy)) {
            assertRefused(store, "a", Rebuild.REFUSED, "segment 1");
        }
    }

    private static void awaitIdleMark(Path folder) throws Exception {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (segment(folder, 1).records.stream()
                .noneMatch(r -> r.type() == RecordType.IDLE_MARK)) {
            assertTrue(System.nanoTime() < deadline, "no idle mark came");
            Thread.onSpinWait();
        }
    }

    @Test
    void damagedFooterCostsNobodyAnything() {
        SegmentImage image = segment(folder, 1);
        image.flip(image.first(RecordType.FOOTER).offset());
        assertIntact();
    }

    @Test
    void damagedSegmentHeadCostsNobodyAnything() {
        SegmentImage image = segment(folder, 2);
        image.flip(image.first(RecordType.SEGMENT_HEAD).offset());
        // Its groups are proven by what they wrote later; "c" only by the footer before.
        try (var store = TestLog.openStore(folder)) {
            assertHolds(store, "a", TestLog.entries(1, LAST, 5, PAYLOAD));
            assertHolds(store, "b", TestLog.entries(1, LAST, 6, PAYLOAD));
            assertRefused(store, "c", Rebuild.REFUSED, "may have lost");
        }
    }

    @Test
    void zeroedSegmentInTheMiddle() {
        SegmentImage image = segment(folder, 1);
        image.zero(0, image.bytes.length);
        assertAllLost();
    }

    @Test
    void emptiedSegmentInTheMiddle() throws IOException {
        Files.write(segment(folder, 1).file, new byte[0]);
        assertAllLost();
    }

    @Test
    void deletedSegmentInTheMiddle() throws IOException {
        Files.delete(segment(folder, 1).file);
        assertAllLost();
    }

    private void assertAllLost() {
        for (int opening = 1; opening <= 2; opening++) {
            try (var store = TestLog.openStore(folder)) {
                assertRefused(store, "a", Rebuild.ALLOWED, "lost");
                assertRefused(store, "b", Rebuild.ALLOWED, "lost");
                assertRefused(store, "c", Rebuild.ALLOWED, "lost");
            }
        }
    }

    @Test
    void allSegmentsDeletedIsNotANewNode() throws IOException {
        for (SegmentImage image : SegmentImage.of(folder)) {
            Files.delete(image.file);
        }
        StoreException e = assertThrows(StoreException.class, () -> TestLog.openStore(folder));
        assertTrue(e.getMessage().contains("no readable segment"), e.getMessage());
    }

    @Test
    void zeroedNewestSegmentIsMissed() {
        SegmentImage image = segment(folder, 2);
        image.zero(0, image.bytes.length);
        assertStoreRefused("lost its newest segment, number 2");
    }

    @Test
    void deletedNewestSegmentIsMissed() throws IOException {
        Files.delete(segment(folder, 2).file);
        assertStoreRefused("lost its newest segment, number 2");
    }

    @Test
    void damagedNoteOfTheNewestSegmentCostsNobodyAnything() throws IOException {
        for (String content : List.of("", "9", "9 00000000\n", "\u00ff\u0000")) {
            Files.writeString(folder.resolve("log/CURRENT"), content);
            assertIntact();
        }
        Files.delete(folder.resolve("log/CURRENT"));
        assertIntact();
    }

    private void assertStoreRefused(String words) {
        for (int opening = 1; opening <= 2; opening++) {
            StoreException e = assertThrows(StoreException.class, () -> TestLog.openStore(folder));
            assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
        }
    }

    @Test
    void segmentOfAnotherStoreIsNotRead() {
        SegmentImage image = segment(folder, 2);
        Path foreign = temp.resolve("foreign");
        StoreUnderTest.get()
                .builder()
                .segmentBytes(TestLog.SEGMENT_BYTES)
                .open(
                        foreign,
                        new StoreIdentity("testers", TestLog.IDENTITY.node(), StoreId.of(5, 5)))
                .close();
        try {
            Path file;
            try (var files = Files.list(foreign.resolve("log"))) {
                file = files.filter(StoreUnderTest.get()::isWritten).findFirst().orElseThrow();
            }
            Files.write(image.file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertStoreRefused("lost its newest segment, number 2");
    }

    @Test
    void spareFileWithGarbage() throws IOException {
        byte[] random = new byte[TestLog.SEGMENT_BYTES];
        new Random(42).nextBytes(random);
        Files.write(StoreUnderTest.get().files().preparedFile(folder.resolve("log"), 3), random);
        Files.write(
                StoreUnderTest.get().files().preparedFile(folder.resolve("log"), 4), new byte[10]);
        assertIntact();
    }

    // ---- helpers --------------------------------------------------------------------------------

    private void assertIntact() {
        List<LogEntry> a = TestLog.entries(1, LAST, 5, PAYLOAD);
        for (int opening = 1; opening <= 3; opening++) {
            try (var store = TestLog.openStore(folder)) {
                assertHolds(store, "b", TestLog.entries(1, LAST, 6, PAYLOAD));
                assertHolds(store, "c", TestLog.entries(1, 3, 2, 50));
                try (var log = TestLog.open(store, "a")) {
                    assertEquals(new HardState(5, TestLog.IDENTITY.node()), log.log.hardState());
                    assertEquals(a.subList(0, LAST), log.all().subList(0, LAST));
                    log.write(null, List.of(TestLog.entry(log.log.lastIndex() + 1, 5, 100)));
                }
            }
        }
    }

    /** One group is refused, now and ever after; the other two go on. */
    private void assertDamaged(String group, Rebuild rebuild, String... words) {
        String other = group.equals("a") ? "b" : "a";
        long term = other.equals("a") ? 5 : 6;
        List<LogEntry> expected = new ArrayList<>(TestLog.entries(1, LAST, term, PAYLOAD));
        for (int opening = 1; opening <= 3; opening++) {
            try (var store = TestLog.openStore(folder)) {
                assertRefused(store, group, rebuild, words);
                assertHolds(store, "c", TestLog.entries(1, 3, 2, 50));
                try (var log = TestLog.open(store, other)) {
                    assertEquals(expected, log.all());
                    LogEntry more = TestLog.entry(log.log.lastIndex() + 1, term, 2000);
                    log.write(null, List.of(more));
                    expected.add(more);
                }
            }
        }
        if (rebuild == Rebuild.ALLOWED) {
            assertRebuilt(group, other, expected);
        }
    }

    /** The group begins anew with its hard state; the others have nothing to do with it. */
    private void assertRebuilt(String group, String other, List<LogEntry> others) {
        HardState hardState =
                group.equals("a") ? new HardState(5, TestLog.IDENTITY.node()) : HardState.INITIAL;
        List<LogEntry> anew = TestLog.entries(1, 5, 9, PAYLOAD);
        try (var store = TestLog.openStore(folder);
                var log = TestLog.openForRebuild(store, group)) {
            assertEquals(hardState, log.log.hardState());
            log.write(null, anew);
        }
        for (int opening = 1; opening <= 3; opening++) {
            try (var store = TestLog.openStore(folder);
                    var log = TestLog.open(store, group)) {
                assertTrue(log.log.rebuilding());
                assertEquals(hardState, log.log.hardState());
                assertEquals(anew, log.all());
                assertHolds(store, other, others);
                assertHolds(store, "c", TestLog.entries(1, 3, 2, 50));
            }
        }
    }

    private static void assertHolds(SegmentLogStore store, String group, List<LogEntry> entries) {
        try (var log = TestLog.open(store, group)) {
            assertEquals(entries, log.all(), group);
        }
    }

    /** Whether a suspect group's hard state is proven, so that its peers may make it good. */
    private enum Rebuild {
        ALLOWED,
        REFUSED
    }

    private static void assertRefused(
            SegmentLogStore store, String group, Rebuild rebuild, String... words) {
        SuspectGroupException e =
                assertThrows(SuspectGroupException.class, () -> TestLog.open(store, group));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("'" + group + "'"), message);
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
        assertEquals(rebuild == Rebuild.ALLOWED, e.hardStateIntact(), message);
        if (rebuild == Rebuild.REFUSED) {
            assertThrows(SuspectGroupException.class, () -> TestLog.openForRebuild(store, group));
        }
    }

    private static void assertNotCreated(SegmentLogStore store) {
        StoreException e = assertThrows(StoreException.class, () -> TestLog.open(store, "new"));
        assertTrue(String.valueOf(e.getMessage()).contains("may have held it"), e.getMessage());
    }
}
