package io.jangada.raft.spi.testkit;

import static io.jangada.raft.spi.testkit.TestEntries.command;
import static io.jangada.raft.spi.testkit.TestEntries.membership;
import static io.jangada.raft.spi.testkit.TestEntries.range;
import static io.jangada.raft.spi.testkit.TestEntries.sized;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The half of {@link LogStoreContract} that concerns one log used by one thread. */
abstract class GroupLogContract extends LogStoreFixture {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");

    // ---- reading -----------------------------------------------------------------------------

    @Test
    void newLogIsEmpty() {
        GroupLog log = openLog().log();
        assertEquals(1, log.firstIndex());
        assertEquals(0, log.lastIndex());
        assertEquals(0, log.term(0));
        assertEquals(HardState.INITIAL, log.hardState());
        assertEquals(List.of(), log.membershipEntries());
    }

    @Test
    void newLogIsStillEmptyAfterReopening() {
        openLog();
        OpenLog log = restart();
        assertEquals(List.of(), log.all());
        assertEquals(1, log.log().firstIndex());
        assertEquals(HardState.INITIAL, log.log().hardState());
    }

    @Test
    void entriesAreReadableAsSoonAsAppendReturns() {
        OpenLog log = openLog();
        for (LogEntry entry : range(1, 300, 1)) {
            log.start(entry);
            assertEquals(entry.index(), log.log().lastIndex());
            assertEquals(1, log.log().term(entry.index()));
            assertEquals(
                    List.of(entry),
                    log.log().entries(entry.index(), entry.index(), Long.MAX_VALUE));
        }
        assertEquals(range(1, 300, 1), log.all());
    }

    @ParameterizedTest
    @EnumSource(EntryType.class)
    void everyTypeOfEntryKeepsAllItsParts(EntryType type) {
        LogEntry full =
                new LogEntry(
                        1, Long.MAX_VALUE, Long.MAX_VALUE, type, "voters n1=h:1".getBytes(UTF_8));
        LogEntry bare = new LogEntry(2, Long.MAX_VALUE, 0, type, new byte[0]);
        OpenLog log = openLog();
        log.write(full, bare);
        assertEquals(List.of(full, bare), log.all());
        assertEquals(List.of(full, bare), restart().all());
    }

    @Test
    void everyValueOfAByteSurvives() {
        byte[] payload = new byte[256];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) i;
        }
        OpenLog log = openLog();
        log.write(command(1, 1, payload));
        assertEquals(List.of(command(1, 1, payload)), log.all());
        assertEquals(List.of(command(1, 1, payload)), restart().all());
    }

    @Test
    void entryThatFoundsTheGroupHasTermZero() {
        LogEntry founding = membership(1, 0, "n1=h1:7000");
        openLog().write(founding);
        OpenLog log = restart();
        assertEquals(List.of(founding), log.all());
        assertEquals(0, log.log().term(1));
    }

    @ParameterizedTest(name = "{0}..{1} of 1..10")
    @CsvSource({"1, 1", "1, 10", "10, 10", "4, 7", "2, 9"})
    void readsExactlyTheRangeAskedFor(long from, long to) {
        OpenLog log = openLog();
        log.write(null, range(1, 10, 1));
        assertEquals(range(from, to, 1), log.log().entries(from, to, Long.MAX_VALUE));
    }

    @ParameterizedTest(name = "{0}..{1} of 1..10")
    @CsvSource({"0, 1", "-1, 5", "5, 4", "1, 11", "11, 11", "11, 12", "1, 0"})
    void refusesToReadOutsideTheLog(long from, long to) {
        OpenLog log = openLog();
        log.write(null, range(1, 10, 1));
        assertThrows(
                IndexOutOfBoundsException.class, () -> log.log().entries(from, to, Long.MAX_VALUE));
    }

    @Test
    void refusesToReadAnEmptyLog() {
        GroupLog log = openLog().log();
        assertThrows(IndexOutOfBoundsException.class, () -> log.entries(1, 1, 100));
        assertThrows(IndexOutOfBoundsException.class, () -> log.entries(1, 0, 100));
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(1));
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(-1));
    }

    @ParameterizedTest(name = "five entries of 10 bytes, at most {0} bytes: {1}")
    @CsvSource({
        "0, 1",
        "1, 1",
        "9, 1",
        "10, 1",
        "19, 1",
        "20, 2",
        "29, 2",
        "30, 3",
        "49, 4",
        "50, 5",
        "9223372036854775807, 5"
    })
    void stopsBeforePayloadsExceedTheBytesAskedFor(long bytesMax, int count) {
        OpenLog log = openLog();
        List<LogEntry> entries = new ArrayList<>();
        for (int index = 1; index <= 5; index++) {
            entries.add(sized(index, 1, 10));
        }
        log.write(null, entries);
        assertEquals(entries.subList(0, count), log.log().entries(1, 5, bytesMax));
        assertEquals(
                entries.subList(0, count), restart().log().entries(1, 5, bytesMax), "reopened");
    }

    @Test
    void entriesWithoutPayloadNeverExceedTheBytesAskedFor() {
        OpenLog log = openLog();
        List<LogEntry> noops =
                List.of(LogEntry.noop(1, 1, 5), LogEntry.noop(2, 1, 5), LogEntry.noop(3, 2, 7));
        log.write(null, noops);
        assertEquals(noops, log.log().entries(1, 3, 0));
    }

    @Test
    void largeEntryIsReturnedAloneEvenIfItExceedsTheBytesAskedFor() {
        OpenLog log = openLog();
        List<LogEntry> entries = List.of(sized(1, 1, 10), sized(2, 1, 5000), sized(3, 1, 10));
        log.write(null, entries);
        assertEquals(entries.subList(0, 1), log.log().entries(1, 3, 100));
        assertEquals(entries.subList(1, 2), log.log().entries(2, 3, 100));
        assertEquals(entries.subList(2, 3), log.log().entries(3, 3, 100));
    }

    @Test
    void tellsTheTermOfEveryEntry() {
        OpenLog log = openLog();
        List<LogEntry> entries = new ArrayList<>(range(1, 3, 1));
        entries.addAll(range(4, 4, 2));
        entries.addAll(range(5, 9, 7));
        log.write(null, entries);
        assertTerms(log.log(), 0, 1, 1, 1, 2, 7, 7, 7, 7, 7);
        assertTerms(restart().log(), 0, 1, 1, 1, 2, 7, 7, 7, 7, 7);
    }

    @Test
    void listHandedOutNeverChanges() {
        OpenLog log = openLog();
        log.write(null, range(1, 5, 1));
        List<LogEntry> before = log.log().entries(1, 5, Long.MAX_VALUE);
        List<LogEntry> memberships = log.log().membershipEntries();
        log.write(membership(3, 2, "n1=h1:7000"), command(4, 2));
        assertEquals(range(1, 5, 1), before);
        assertEquals(List.of(), memberships);
    }

    // ---- truncation by appending ---------------------------------------------------------------

    @ParameterizedTest(name = "1..10 of term 1, then {0}..{1} of term 2")
    @CsvSource({"1, 1", "1, 10", "1, 12", "5, 5", "5, 7", "5, 15", "10, 10", "10, 11", "11, 12"})
    void overlappingEntriesReplaceEverythingFromThereOn(long from, long to) {
        OpenLog log = openLog();
        log.write(null, range(1, 10, 1));
        log.start(null, range(from, to, 2));
        List<LogEntry> expected = new ArrayList<>(range(1, from - 1, 1));
        expected.addAll(range(from, to, 2));
        assertHolds(expected, log);
        log.write();
        assertHolds(expected, restart());
    }

    @Test
    void sameIndexIsReplacedAgainAndAgainEvenBackToAnEarlierTerm() {
        OpenLog log = openLog();
        log.write(null, range(1, 4, 1));
        List<LogEntry> expected = new ArrayList<>(range(1, 4, 1));
        expected.add(command(5, 1));
        log.start(command(5, 1));
        log.start(command(5, 2));
        assertEquals(2, log.log().term(5));
        log.start(command(5, 1), command(6, 1));
        log.start(command(5, 2), command(6, 2), command(7, 2));
        log.write(command(5, 1));
        assertHolds(expected, log);
        assertHolds(expected, restart());
    }

    @Test
    void truncationSurvivesSeveralReopenings() {
        openLog().write(null, range(1, 9, 1));
        restart().write(command(6, 2));
        restart().write(command(7, 2), command(8, 2));
        restart().write(command(7, 3));
        List<LogEntry> expected = new ArrayList<>(range(1, 5, 1));
        expected.add(command(6, 2));
        expected.add(command(7, 3));
        assertHolds(expected, restart());
        assertHolds(expected, restart());
    }

    @Test
    void equalEntriesMayBeWrittenAgain() {
        OpenLog log = openLog();
        log.write(null, range(1, 5, 1));
        log.write(null, range(3, 5, 1));
        assertHolds(range(1, 5, 1), log);
        assertHolds(range(1, 5, 1), restart());
    }

    @Test
    void membershipEntriesAreThoseOfTheLogAsItStands() {
        LogEntry first = membership(1, 0, "n1=h1:7000");
        LogEntry second = membership(4, 1, "n1=h1:7000", "n2=h2:7000");
        LogEntry third = membership(6, 1, "n1=h1:7000", "n3=h3:7000");
        OpenLog log = openLog();
        log.start(first, command(2, 1), command(3, 1), second, command(5, 1), third);
        assertEquals(List.of(first, second, third), log.log().membershipEntries());

        log.start(command(6, 2), command(7, 2));
        assertEquals(List.of(first, second), log.log().membershipEntries());

        LogEntry replaced = membership(4, 3, "n1=h1:7000");
        log.write(replaced);
        assertEquals(List.of(first, replaced), log.log().membershipEntries());
        assertEquals(List.of(first, replaced), restart().log().membershipEntries());
    }

    // ---- hard state ----------------------------------------------------------------------------

    @Test
    void hardStateAloneSurvives() {
        openLog().write(new HardState(7, N1), List.of());
        OpenLog log = restart();
        assertEquals(new HardState(7, N1), log.log().hardState());
        assertEquals(List.of(), log.all());
    }

    @Test
    void hardStateWithoutVoteSurvives() {
        openLog().write(new HardState(7, N1), List.of());
        restart().write(new HardState(8, null), List.of());
        assertEquals(new HardState(8, null), restart().log().hardState());
    }

    @Test
    void hardStateAndEntriesOfOneWriteSurviveTogether() {
        openLog().write(new HardState(Long.MAX_VALUE, N2), range(1, 3, 4));
        OpenLog log = restart();
        assertEquals(new HardState(Long.MAX_VALUE, N2), log.log().hardState());
        assertHolds(range(1, 3, 4), log);
    }

    @Test
    void latestHardStateWins() {
        OpenLog log = openLog();
        log.start(new HardState(1, N1), List.of());
        log.start(new HardState(2, null), range(1, 1, 1));
        log.start(new HardState(2, N2), List.of());
        log.start(null, range(2, 3, 2));
        log.write();
        assertEquals(new HardState(2, N2), restart().log().hardState());
    }

    @Test
    void hardStateSurvivesTruncation() {
        OpenLog log = openLog();
        log.write(new HardState(3, N1), range(1, 10, 3));
        log.write(null, range(1, 1, 3));
        assertEquals(new HardState(3, N1), restart().log().hardState());
        assertEquals(new HardState(3, N1), restart().log().hardState());
    }

    // ---- confirmations -------------------------------------------------------------------------

    @Test
    void everyKindOfWriteIsConfirmed() {
        OpenLog log = openLog();
        log.write(new HardState(1, null), List.of());
        log.write(command(1, 1));
        log.write(new HardState(2, N1), range(2, 3, 2));
        log.write(null, range(2, 2, 3));
        log.write(null, List.of());
    }

    @Test
    void confirmationsNeverFallAndReachTheLastWrite() {
        OpenLog log = openLog();
        long last = 0;
        for (int index = 1; index <= 500; index++) {
            HardState hardState = index % 3 == 0 ? new HardState(index, null) : null;
            last = log.start(hardState, List.of(command(index, index)));
        }
        log.writes().awaitPersisted(last);
        assertEquals(last, log.writes().highestPersisted());
        log.writes().assertNoBreach();
    }

    @Test
    void nothingIsConfirmedThatWasNotWritten() {
        OpenLog log = openLog();
        log.write(command(1, 1));
        long sequence = log.start(command(2, 1));
        log.writes().awaitPersisted(sequence);
        assertEquals(sequence, log.writes().highestPersisted());
    }

    // ---- refusals ------------------------------------------------------------------------------

    @Test
    void holeIsRefusedAndChangesNothing() {
        assertRefused(range(5, 6, 2));
        assertRefused(range(9, 9, 2));
    }

    @Test
    void entriesThatDoNotFollowEachOtherAreRefusedAndChangeNothing() {
        assertRefused(List.of(command(4, 2), command(6, 2)));
        assertRefused(List.of(command(2, 2), command(2, 2)));
        assertRefused(List.of(command(3, 2), command(2, 2)));
    }

    @Test
    void entriesBelowTheFirstIndexAreRefusedAndChangeNothing() {
        assertRefused(range(0, 1, 2));
        assertRefused(range(-3, 3, 2));
    }

    @Test
    void oversizeEntryIsRefusedAndChangesNothing() {
        assertTrue(store().entryBytesMax() > 0);
        assumeTrue(store().entryBytesMax() <= 64 << 20, "too large a limit for this test's memory");
        int tooLarge = store().entryBytesMax() + 1;
        assertRefused(List.of(command(2, 2), command(3, 2, new byte[tooLarge])));
    }

    @Test
    void largestEntryFits() {
        assumeTrue(store().entryBytesMax() <= 64 << 20, "too large a limit for this test's memory");
        LogEntry largest = sized(1, 1, store().entryBytesMax());
        OpenLog log = openLog();
        log.write(largest, command(2, 1));
        assertEquals(List.of(largest, command(2, 1)), log.all());
        assertEquals(List.of(largest, command(2, 1)), restart().all());
    }

    // ---- many entries --------------------------------------------------------------------------

    @Test
    void longLogIsReadBackInPages() {
        List<LogEntry> entries = new ArrayList<>();
        OpenLog log = openLog();
        for (int index = 1; index <= 3000; index++) {
            LogEntry entry = sized(index, 1 + index / 100, index * 7 % 900);
            entries.add(entry);
            log.start(entry);
        }
        log.write();
        assertEquals(entries, readInPages(log.log()));
        assertEquals(entries, readInPages(restart().log()));
    }

    @Test
    void manyMegabytesAreReadBack() {
        List<LogEntry> entries = new ArrayList<>();
        OpenLog log = openLog();
        int bytes = Math.min(100_000, store().entryBytesMax());
        for (int index = 1; index <= 150; index++) {
            LogEntry entry = sized(index, 1, bytes - index);
            entries.add(entry);
            log.start(entry);
        }
        log.write(command(151, 1));
        entries.add(command(151, 1));
        assertEquals(entries, readInPages(log.log()));
        assertEquals(entries, readInPages(restart().log()));
    }

    @Test
    void entriesAreReadInAnyOrderAfterReopening() {
        openLog().write(null, range(1, 200, 3));
        GroupLog log = restart().log();
        Random random = new Random(20140601);
        for (int i = 0; i < 300; i++) {
            int from = 1 + random.nextInt(200);
            int to = from + random.nextInt(201 - from);
            assertEquals(range(from, to, 3), log.entries(from, to, Long.MAX_VALUE));
        }
    }

    // ---- helpers -------------------------------------------------------------------------------

    /**
     * Writes 1..3, tries to write {@code entries} with another hard state, and looks for traces.
     */
    private void assertRefused(List<LogEntry> entries) {
        OpenLog log = openLog();
        HardState hardState = new HardState(1, N1);
        log.write(hardState, range(1, 3, 1));
        assertThrows(
                IllegalArgumentException.class, () -> log.start(new HardState(2, N2), entries));
        assertHolds(range(1, 3, 1), log);
        log.write(command(4, 1));
        assertHolds(range(1, 4, 1), log);

        OpenLog reopened = restart();
        assertHolds(range(1, 4, 1), reopened);
        assertEquals(hardState, reopened.log().hardState());
        nextGroup();
    }

    private static void assertHolds(List<LogEntry> expected, OpenLog log) {
        assertEquals(expected, log.all());
        assertEquals(expected.size(), log.log().lastIndex());
        assertThrows(IndexOutOfBoundsException.class, () -> log.log().term(1L + expected.size()));
        for (LogEntry entry : expected) {
            assertEquals(entry.term(), log.log().term(entry.index()), () -> "term of " + entry);
        }
    }

    private static void assertTerms(GroupLog log, long... terms) {
        assertEquals(terms.length - 1, log.lastIndex());
        for (int index = 0; index < terms.length; index++) {
            assertEquals(terms[index], log.term(index), "term of entry " + index);
        }
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(terms.length));
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(-1));
    }

    private static List<LogEntry> readInPages(GroupLog log) {
        List<LogEntry> all = new ArrayList<>();
        while (all.size() < log.lastIndex()) {
            List<LogEntry> page = log.entries(1L + all.size(), log.lastIndex(), 20_000);
            assertFalse(page.isEmpty(), "one entry at least");
            all.addAll(page);
        }
        return all;
    }
}
