package io.jangada.raft.spi.testkit;

import static io.jangada.raft.spi.testkit.TestEntries.command;
import static io.jangada.raft.spi.testkit.TestEntries.membership;
import static io.jangada.raft.spi.testkit.TestEntries.range;
import static io.jangada.raft.spi.testkit.TestEntries.sized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The part of {@link LogStoreContract} about logs that do not begin at 1: prefixes dropped, logs
 * replaced by a snapshot, and groups that begin anew after damage.
 */
abstract class CompactionContract extends GroupLogContract {
    private static final NodeId N2 = NodeId.of("n2");

    // ---- compaction ----------------------------------------------------------------------------

    @Test
    void compactedPrefixIsUnreadableAtOnce() {
        OpenLog log = openLog();
        log.write(null, range(1, 4, 1));
        log.write(null, range(5, 10, 2));
        log.compact(6);
        assertLog(log, 6, 2, range(7, 10, 2));
        log.write(command(11, 3));
        List<LogEntry> expected = new ArrayList<>(range(7, 10, 2));
        expected.add(command(11, 3));
        assertLog(log, 6, 2, expected);
        assertLog(restart(), 6, 2, expected);
    }

    @Test
    void compactionOfEverythingLeavesAnEmptyLogThatGoesOn() {
        OpenLog log = openLog();
        log.write(null, range(1, 10, 4));
        log.compact(10);
        assertLog(log, 10, 4, List.of());
        assertEquals(List.of(), log.log().membershipEntries());
        log = restart();
        assertLog(log, 10, 4, List.of());
        log.write(null, range(11, 12, 5));
        assertLog(log, 10, 4, range(11, 12, 5));
        assertLog(restart(), 10, 4, range(11, 12, 5));
    }

    @Test
    void compactionUpToAnIndexThatIsGoneAlreadyDoesNothing() {
        OpenLog log = openLog();
        log.write(null, range(1, 10, 1));
        log.compact(6);
        log.log().compact(6);
        log.log().compact(3);
        log.log().compact(0);
        assertLog(log, 6, 1, range(7, 10, 1));
        log.compact(8);
        assertLog(log, 8, 1, range(9, 10, 1));
        assertLog(restart(), 8, 1, range(9, 10, 1));
    }

    @Test
    void compactionBehindTheEndIsRefusedAndChangesNothing() {
        OpenLog log = openLog();
        log.write(null, range(1, 5, 1));
        assertThrows(IllegalArgumentException.class, () -> log.log().compact(6));
        assertLog(log, 0, 0, range(1, 5, 1));
    }

    @Test
    void entriesAreCompactedBeforeTheyAreDurable() {
        OpenLog log = openLog();
        log.snapshot(150, 1);
        log.start(null, range(1, 200, 1));
        log.log().compact(150);
        assertLog(log, 150, 1, range(151, 200, 1));
        log.write(command(201, 1));
        assertLog(restart(), 150, 1, range(151, 201, 1));
    }

    @Test
    void tailIsReplacedBehindACompactedPrefix() {
        OpenLog log = openLog();
        log.write(null, range(1, 10, 1));
        log.compact(5);
        log.write(null, range(6, 7, 2));
        assertLog(log, 5, 1, range(6, 7, 2));
        assertThrows(IllegalArgumentException.class, () -> log.start(command(5, 3)));
        assertThrows(IllegalArgumentException.class, () -> log.start(command(9, 3)));
        assertLog(restart(), 5, 1, range(6, 7, 2));
    }

    @Test
    void compactedMembershipEntriesAreNotListed() {
        OpenLog log = openLog();
        LogEntry first = membership(1, 0, "n1=h1:7000");
        LogEntry second = membership(3, 1, "n1=h1:7000", "n2=h2:7000");
        LogEntry third = membership(5, 1, "n2=h2:7000");
        log.write(first, command(2, 1), second, command(4, 1), third);
        log.compact(3);
        assertEquals(List.of(third), log.log().membershipEntries());
        assertEquals(List.of(third), restart().log().membershipEntries());
    }

    @Test
    void compactionOfAClosedLogIsRefused() {
        OpenLog log = openLog();
        log.write(null, range(1, 5, 1));
        log.log().close();
        assertThrows(StoreException.class, () -> log.log().compact(3));
        assertThrows(StoreException.class, () -> log.log().reset(1000, null, 3, 1));
        assertLog(openLog(), 0, 0, range(1, 5, 1));
    }

    // ---- reset ---------------------------------------------------------------------------------

    @ParameterizedTest(name = "log 1..10, snapshot of {0}")
    @ValueSource(longs = {1, 5, 10, 11, 5_000_000_000L})
    void resetLogIsEmptyAndGoesOnBehindTheSnapshot(long index) {
        OpenLog log = openLog();
        log.write(new HardState(1, N2), range(1, 10, 1));
        log.reset(new HardState(7, null), index, 7);
        assertLog(log, index, 7, List.of());
        assertThrows(IllegalArgumentException.class, () -> log.start(command(index, 8)));
        assertThrows(IllegalArgumentException.class, () -> log.start(command(index + 2, 8)));
        OpenLog again = restart();
        assertEquals(new HardState(7, null), again.log().hardState());
        assertLog(again, index, 7, List.of());
        again.write(null, range(index + 1, index + 3, 8));
        assertLog(again, index, 7, range(index + 1, index + 3, 8));
        assertLog(restart(), index, 7, range(index + 1, index + 3, 8));
    }

    @Test
    void resetTakesEffectInOrderWithOtherWrites() {
        OpenLog log = openLog();
        log.start(new HardState(2, N2), range(1, 50, 2));
        log.startReset(null, 100, 3);
        log.start(null, range(101, 160, 3));
        log.startReset(new HardState(4, null), 200, 4);
        log.write(null, range(201, 250, 4));
        assertLog(log, 200, 4, range(201, 250, 4));
        log.writes().assertNoBreach();
        OpenLog again = restart();
        assertLog(again, 200, 4, range(201, 250, 4));
        assertEquals(new HardState(4, null), again.log().hardState());
    }

    @Test
    void resetWithoutHardStateKeepsTheLastOne() {
        OpenLog log = openLog();
        log.write(new HardState(9, N2), List.of());
        log.reset(null, 40, 8);
        assertEquals(new HardState(9, N2), restart().log().hardState());
    }

    @Test
    void resetLogIsCompactedAgain() {
        OpenLog log = openLog();
        log.reset(null, 40, 8);
        log.write(null, range(41, 60, 9));
        log.compact(50);
        assertLog(log, 50, 9, range(51, 60, 9));
        assertLog(restart(), 50, 9, range(51, 60, 9));
    }

    // ---- beginning anew ------------------------------------------------------------------------

    @Test
    void groupIsNotBeingRebuiltUnlessItWasOpenedForThat() {
        OpenLog log = openLog();
        assertFalse(log.log().rebuilding());
        log.write(null, range(1, 3, 1));
        log.log().rebuilt();
        assertFalse(restart().log().rebuilding());
    }

    @Test
    void rebuildDropsEverythingButTheHardState() {
        OpenLog log = openLog();
        log.write(new HardState(6, N2), range(1, 30, 5));
        log.compact(10);
        log.log().close();
        OpenLog anew = OpenLog.openForRebuild(store(), group());
        assertTrue(anew.log().rebuilding());
        assertEquals(new HardState(6, N2), anew.log().hardState());
        assertLog(anew, 0, 0, List.of());
        assertTrue(anew.log().snapshots().latest().isEmpty());
        anew.log().close();
        OpenLog again = restart();
        assertTrue(again.log().rebuilding());
        assertLog(again, 0, 0, List.of());
        assertEquals(new HardState(6, N2), again.log().hardState());
    }

    @Test
    void rebuildLastsUntilTheGroupIsWhole() {
        openLog().write(new HardState(6, N2), range(1, 30, 5));
        nextGroup();
        openLog().write(null, range(1, 7, 3));
        restartStore();
        OpenLog.openForRebuild(store(), group()).log().close();
        OpenLog log = restart();
        log.reset(new HardState(7, null), 20, 6);
        log.write(null, range(21, 40, 7));
        log = restart();
        assertTrue(log.log().rebuilding());
        assertLog(log, 20, 6, range(21, 40, 7));
        log.log().rebuilt();
        assertFalse(log.log().rebuilding());
        log.write(command(41, 7));
        log = restart();
        assertFalse(log.log().rebuilding());
        assertLog(log, 20, 6, range(21, 41, 7));
        assertEquals(new HardState(7, null), log.log().hardState());
    }

    // ---- several threads -----------------------------------------------------------------------

    @Test
    void committedEntriesAreReadWhileThePrefixGoes() throws Exception {
        OpenLog log = openLog();
        log.snapshot(1_000_000, 1);
        AtomicLong first = new AtomicLong(1);
        AtomicLong last = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService applier = Executors.newSingleThreadExecutor();
        try {
            Future<Long> reads = applier.submit(() -> readAll(log.log(), first, last, done));
            for (long index = 1; index <= 3000; index++) {
                log.start(sized(index, 1, 200));
                last.set(index);
                if (index % 50 == 0) {
                    // What is applied is dropped, never more.
                    log.log().compact(first.get() - 1);
                }
            }
            log.write();
            done.set(true);
            assertEquals(3000, reads.get(60, TimeUnit.SECONDS));
        } finally {
            done.set(true);
            applier.shutdownNow();
        }
    }

    private static long readAll(
            GroupLog log, AtomicLong first, AtomicLong last, AtomicBoolean done) {
        boolean end = false;
        while (!end) {
            end = done.get();
            long to = last.get();
            for (long from = first.get(); from <= to; from++) {
                assertEquals(List.of(sized(from, 1, 200)), log.entries(from, from, Long.MAX_VALUE));
                first.set(from + 1);
            }
        }
        return first.get() - 1;
    }

    // ---- anything in any order -----------------------------------------------------------------

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void behavesLikeAListWithAMovingStart(long seed) {
        Random random = new Random(seed);
        List<LogEntry> model = new ArrayList<>();
        long prefix = 0;
        long prefixTerm = 0;
        OpenLog log = openLog();
        for (int step = 1; step <= 200; step++) {
            int choice = random.nextInt(100);
            if (choice < 4) {
                log = restart();
            } else if (choice < 14 && !model.isEmpty()) {
                int count = 1 + random.nextInt(model.size());
                prefixTerm = model.get(count - 1).term();
                prefix += count;
                model.subList(0, count).clear();
                log.compact(prefix);
            } else if (choice < 17) {
                prefix = Math.max(1, prefix + random.nextInt(30) - 5);
                prefixTerm = step;
                model.clear();
                log.startReset(null, prefix, step);
            } else {
                int kept =
                        model.size() - Math.min(model.size(), Math.max(0, random.nextInt(12) - 6));
                model.subList(kept, model.size()).clear();
                List<LogEntry> entries = new ArrayList<>();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    long index = prefix + model.size() + entries.size() + 1;
                    entries.add(sized(index, step, random.nextInt(900)));
                }
                log.start(null, entries);
                model.addAll(entries);
            }
            assertLog(log, prefix, prefixTerm, model);
        }
        log.writes().assertNoBreach();
        assertLog(restart(), prefix, prefixTerm, model);
    }

    /** The log holds these entries behind an index of this term, and nothing else. */
    private static void assertLog(
            OpenLog log, long prefix, long prefixTerm, List<LogEntry> entries) {
        GroupLog held = log.log();
        long last = prefix + entries.size();
        assertEquals(prefix + 1, held.firstIndex());
        assertEquals(last, held.lastIndex());
        assertEquals(prefixTerm, held.term(prefix));
        assertEquals(entries, log.all());
        entries.forEach(entry -> assertEquals(entry.term(), held.term(entry.index())));
        assertThrows(IndexOutOfBoundsException.class, () -> held.term(prefix - 1));
        assertThrows(IndexOutOfBoundsException.class, () -> held.term(last + 1));
        assertThrows(
                IndexOutOfBoundsException.class, () -> held.entries(prefix, last, Long.MAX_VALUE));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> held.entries(prefix + 1, last + 1, Long.MAX_VALUE));
    }
}
