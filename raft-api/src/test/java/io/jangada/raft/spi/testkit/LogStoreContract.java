package io.jangada.raft.spi.testkit;

import static io.jangada.raft.spi.testkit.TestEntries.command;
import static io.jangada.raft.spi.testkit.TestEntries.range;
import static io.jangada.raft.spi.testkit.TestEntries.sized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link io.jangada.raft.spi.LogStore} must do. Extend it, say how a store is made and
 * opened again, and inherit the checks:
 *
 * <pre>{@code
 * class MyLogStoreTest extends LogStoreContract {
 *     @TempDir Path folder;
 *
 *     @Override
 *     protected LogStore create(StoreIdentity identity) {
 *         return new MyLogStore(folder, identity);
 *     }
 *
 *     @Override
 *     protected LogStore reopen() {
 *         return new MyLogStore(folder);
 *     }
 * }
 * }</pre>
 *
 * <p>Make segments or files small here, so that the tests cross their borders. Loss of power,
 * damage and failing disks are not covered: they need means that differ from store to store.
 */
public abstract class LogStoreContract extends CompactionContract {
    private static final GroupId A = GroupId.of("a");
    private static final GroupId B = GroupId.of("b");
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");

    // ---- groups --------------------------------------------------------------------------------

    @Test
    void newStoreHasNoGroups() {
        assertEquals(Set.of(), store().groups());
        restartStore();
        assertEquals(Set.of(), store().groups());
    }

    @Test
    void openedGroupsAreListed() {
        Set<GroupId> before = store().groups();
        OpenLog a = OpenLog.open(store(), A);
        OpenLog b = OpenLog.open(store(), B);
        a.write(command(1, 1));
        b.write(new HardState(1, N1), List.of());
        assertEquals(Set.of(A, B), store().groups());
        a.log().close();
        b.log().close();
        assertEquals(Set.of(A, B), store().groups());
        assertEquals(Set.of(), before, "a snapshot stays as it was");
        assertThrows(UnsupportedOperationException.class, () -> store().groups().clear());
        restartStore();
        assertEquals(Set.of(A, B), store().groups());
    }

    @Test
    void openGroupIsNotOpenedAgain() {
        OpenLog first = OpenLog.open(store(), A);
        assertThrows(IllegalStateException.class, () -> OpenLog.open(store(), A));
        first.write(command(1, 1));
        first.log().close();
        OpenLog second = OpenLog.open(store(), A);
        assertEquals(List.of(command(1, 1)), second.all());
        second.log().close();
    }

    /** Whoever had it before may have promised something until the moment at which it closed it. */
    @Test
    void z23_aLogIsHeldNoLongerThanSinceTheStoreWasOpenedAndTheLogLastClosed() {
        long opening = System.nanoTime();
        restartStore();
        OpenLog first = OpenLog.open(store(), A);
        assertHeldAtMostSince(opening, first);
        first.write(command(1, 1));
        long closing = System.nanoTime();
        first.log().close();
        OpenLog second = OpenLog.open(store(), A);
        assertHeldAtMostSince(closing, second);
        second.log().close();
    }

    private static void assertHeldAtMostSince(long nanos, OpenLog log) {
        long held = log.log().heldFor().toNanos();
        long most = System.nanoTime() - nanos;
        assertTrue(held >= 0 && held <= most, held + " ns of " + most);
    }

    @Test
    void closedLogIsOpenedAgainWithAllItsWritesEvenThosePending() {
        OpenLog first = OpenLog.open(store(), A);
        first.start(new HardState(3, N2), range(1, 50, 1));
        first.start(null, range(40, 60, 2));
        first.log().close();
        List<LogEntry> expected = new ArrayList<>(range(1, 39, 1));
        expected.addAll(range(40, 60, 2));
        OpenLog second = OpenLog.open(store(), A);
        assertEquals(expected, second.all());
        second.write(command(61, 2));
        second.log().close();
        restartStore();
        OpenLog third = OpenLog.open(store(), A);
        expected.add(command(61, 2));
        assertEquals(expected, third.all());
        assertEquals(new HardState(3, N2), third.log().hardState());
        third.log().close();
    }

    @Test
    void groupsAreIndependent() {
        OpenLog a = OpenLog.open(store(), A);
        OpenLog b = OpenLog.open(store(), B);
        for (int index = 1; index <= 20; index++) {
            a.start(new HardState(index, N1), List.of(command(index, 1)));
            b.start(command(index, 9));
        }
        a.write(null, range(5, 6, 2));
        b.write(command(21, 9));
        assertEquals(6, a.log().lastIndex());
        assertEquals(range(1, 21, 9), b.all());
        a.log().close();
        b.log().close();

        restartStore();
        OpenLog again = OpenLog.open(store(), B);
        assertEquals(range(1, 21, 9), again.all());
        assertEquals(HardState.INITIAL, again.log().hardState());
        again.log().close();
        OpenLog other = OpenLog.open(store(), A);
        assertEquals(6, other.log().lastIndex());
        assertEquals(2, other.log().term(5));
        assertEquals(new HardState(20, N1), other.log().hardState());
        other.log().close();
    }

    @Test
    void groupWithTheLongestNameIsStored() {
        GroupId longest = GroupId.of("x".repeat(64));
        OpenLog log = OpenLog.open(store(), longest);
        log.write(new HardState(1, NodeId.of("y".repeat(64))), range(1, 2, 1));
        log.log().close();
        restartStore();
        assertEquals(Set.of(longest), store().groups());
        OpenLog again = OpenLog.open(store(), longest);
        assertEquals(new HardState(1, NodeId.of("y".repeat(64))), again.log().hardState());
        again.log().close();
    }

    @Test
    void fiftyGroupsComeBackEachWithItsOwn() {
        Map<GroupId, OpenLog> logs = new TreeMap<>();
        for (int number = 1; number <= 50; number++) {
            GroupId group = GroupId.of("group-" + number);
            logs.put(group, OpenLog.open(store(), group));
        }
        int number = 0;
        for (OpenLog log : logs.values()) {
            number++;
            log.start(new HardState(number, N3), range(1, number, number));
        }
        logs.values().forEach(OpenLog::write);
        logs.values().forEach(log -> log.log().close());

        restartStore();
        assertEquals(logs.keySet(), store().groups());
        number = 0;
        for (GroupId group : logs.keySet()) {
            number++;
            OpenLog log = OpenLog.open(store(), group);
            assertEquals(new HardState(number, N3), log.log().hardState());
            assertEquals(range(1, number, number), log.all());
            log.log().close();
        }
    }

    // ---- destroying ----------------------------------------------------------------------------

    @Test
    void destroyedGroupIsGoneForGood() {
        write(A, 5);
        write(B, 7);
        store().destroy(A);
        assertEquals(Set.of(B), store().groups());
        assertThrows(IllegalStateException.class, () -> OpenLog.open(store(), A));

        restartStore();
        assertEquals(Set.of(B), store().groups());
        assertThrows(IllegalStateException.class, () -> OpenLog.open(store(), A));
        OpenLog b = OpenLog.open(store(), B);
        assertEquals(range(1, 7, 1), b.all());
        b.log().close();
    }

    @Test
    void destroyingAgainDoesNothing() {
        write(A, 5);
        store().destroy(A);
        store().destroy(A);
        restartStore();
        store().destroy(A);
        assertEquals(Set.of(), store().groups());
    }

    @Test
    void openGroupIsNotDestroyed() {
        OpenLog log = OpenLog.open(store(), A);
        log.write(null, range(1, 3, 1));
        assertThrows(IllegalStateException.class, () -> store().destroy(A));
        assertEquals(range(1, 3, 1), log.all());
        log.write(command(4, 1));
        log.log().close();
        assertEquals(Set.of(A), store().groups());
    }

    @Test
    void unknownGroupIsNotDestroyed() {
        assertThrows(IllegalStateException.class, () -> store().destroy(A));
        write(A, 1);
        assertEquals(Set.of(A), store().groups());
    }

    // ---- identity and peers --------------------------------------------------------------------

    @Test
    void identityIsTheOneItWasCreatedWith() {
        assertEquals(IDENTITY, store().identity());
        restartStore();
        assertEquals(IDENTITY, store().identity());
    }

    @Test
    @Tag(JOINER)
    void joinerAdoptsItsClusterOnce() {
        assertEquals(JOINING, store().identity());
        restartStore();
        assertEquals(JOINING, store().identity());
        write(A, 3);
        store().adoptCluster("testers");
        assertEquals(IDENTITY, store().identity());
        assertThrows(IllegalStateException.class, () -> store().adoptCluster("others"));
        restartStore();
        assertEquals(IDENTITY, store().identity());
        assertThrows(IllegalStateException.class, () -> store().adoptCluster("others"));
        assertEquals(Set.of(A), store().groups());
    }

    @Test
    void storeOfAClusterTakesNoOther() {
        assertThrows(IllegalStateException.class, () -> store().adoptCluster("others"));
        assertEquals(IDENTITY, store().identity());
    }

    @Test
    void peersAreRemembered() {
        assertEquals(Map.of(), store().knownPeers());
        store().rememberPeer(N2, StoreId.of(2, 2));
        Map<NodeId, StoreId> before = store().knownPeers();
        store().rememberPeer(N3, StoreId.of(3, 3));
        assertEquals(Map.of(N2, StoreId.of(2, 2)), before, "a snapshot stays as it was");
        assertThrows(UnsupportedOperationException.class, () -> store().knownPeers().clear());
        restartStore();
        assertEquals(Map.of(N2, StoreId.of(2, 2), N3, StoreId.of(3, 3)), store().knownPeers());
    }

    @Test
    void peerWithANewStoreReplacesTheOldOne() {
        store().rememberPeer(N2, StoreId.of(2, 2));
        store().rememberPeer(N2, StoreId.of(5, 5));
        store().rememberPeer(N2, StoreId.of(5, 5));
        assertEquals(Map.of(N2, StoreId.of(5, 5)), store().knownPeers());
        restartStore();
        assertEquals(Map.of(N2, StoreId.of(5, 5)), store().knownPeers());
    }

    @Test
    void peersAreRememberedWhileLogsAreWritten() {
        OpenLog log = openLog();
        long last = 0;
        for (int index = 1; index <= 30; index++) {
            last = log.start(command(index, 1));
            store().rememberPeer(NodeId.of("p" + index), StoreId.of(index, index));
        }
        log.writes().awaitPersisted(last);
        OpenLog again = restart();
        assertEquals(range(1, 30, 1), again.all());
        assertEquals(30, store().knownPeers().size());
    }

    // ---- closing -------------------------------------------------------------------------------

    @Test
    void closingTheStoreSettlesWhatIsPending() {
        OpenLog log = openLog();
        long last = 0;
        for (int index = 1; index <= 200; index++) {
            last = log.start(sized(index, 1, 1000));
        }
        log.log().close();
        store().close();
        log.writes().awaitFate(last);
        assumeTrue(durable(), "this store keeps nothing");
        long confirmed = log.writes().highestPersisted() / 3; // Sequences grow by 3, see OpenLog.
        List<LogEntry> recovered = restart().all();
        assertTrue(recovered.size() >= confirmed, "a confirmed entry is missing");
        for (LogEntry entry : recovered) {
            assertEquals(sized(entry.index(), 1, 1000), entry);
        }
    }

    @Test
    void closedStoreSaysSo() {
        write(B, 1);
        OpenLog log = openLog();
        log.write(command(1, 1));
        store().close();
        store().close();
        assertThrows(StoreException.class, () -> log.start(command(2, 1)));
        assertThrows(StoreException.class, () -> OpenLog.open(store(), A));
        assertThrows(StoreException.class, () -> store().rememberPeer(N2, StoreId.of(1, 1)));
        assertThrows(StoreException.class, () -> store().destroy(B));
    }

    // ---- several threads -----------------------------------------------------------------------

    @Test
    void committedEntriesAreReadWhileTheLoopAppends() throws Exception {
        OpenLog log = openLog();
        AtomicLong committed = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService appliers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Long>> reads = new ArrayList<>();
            for (int seed = 1; seed <= 2; seed++) {
                reads.add(appliers.submit(applier(log.log(), committed, done, seed)));
            }
            appendAndReplaceTail(log, committed);
            done.set(true);
            for (Future<Long> read : reads) {
                assertTrue(read.get(60, TimeUnit.SECONDS) > 0, "nothing was read");
            }
        } finally {
            done.set(true);
            appliers.shutdownNow();
        }
    }

    @Test
    void groupsAreWrittenByThreadsOfTheirOwn() throws Exception {
        int threads = 4;
        ExecutorService loops = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int number = 1; number <= threads; number++) {
                OpenLog log = OpenLog.open(store(), GroupId.of("t" + number));
                long term = number;
                running.add(loops.submit(() -> writeAndClose(log, term)));
            }
            for (Future<?> loop : running) {
                loop.get(60, TimeUnit.SECONDS);
            }
        } finally {
            loops.shutdownNow();
        }
        restartStore();
        for (int number = 1; number <= threads; number++) {
            OpenLog log = OpenLog.open(store(), GroupId.of("t" + number));
            assertEquals(range(1, 300, number), log.all());
            log.log().close();
        }
    }

    // ---- anything in any order -----------------------------------------------------------------

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void behavesLikeAListUnderRandomOperations(long seed) {
        Random random = new Random(seed);
        List<LogEntry> model = new ArrayList<>();
        HardState hardState = HardState.INITIAL;
        OpenLog log = openLog();
        for (int step = 0; step < 250; step++) {
            int choice = random.nextInt(100);
            if (choice < 3) {
                log = restart();
                assertEquals(hardState, log.log().hardState(), "hard state, step " + step);
                assertEquals(model, log.all(), "step " + step);
            } else if (choice < 15) {
                hardState = new HardState(step, random.nextBoolean() ? N2 : null);
                log.start(hardState, List.of());
            } else if (choice < 60) {
                List<LogEntry> entries = randomEntries(random, model.size(), step);
                if (random.nextInt(4) == 0) {
                    hardState = new HardState(step, N3);
                    log.start(hardState, entries);
                } else {
                    log.start(null, entries);
                }
                model.subList((int) entries.get(0).index() - 1, model.size()).clear();
                model.addAll(entries);
            } else if (!model.isEmpty()) {
                int from = random.nextInt(model.size());
                int to = from + random.nextInt(model.size() - from);
                assertEquals(
                        model.subList(from, to + 1),
                        log.log().entries(from + 1, to + 1, Long.MAX_VALUE),
                        "step " + step);
                assertEquals(model.get(to).term(), log.log().term(to + 1), "step " + step);
            }
            assertEquals(model.size(), log.log().lastIndex(), "step " + step);
        }
        log.writes().assertNoBreach();
        assertEquals(model, restart().all());
    }

    private static List<LogEntry> randomEntries(Random random, int lastIndex, long term) {
        boolean truncate = lastIndex > 0 && random.nextInt(4) == 0;
        int replaced = truncate ? 1 + random.nextInt(Math.min(lastIndex, 10)) : 0;
        int from = lastIndex - replaced + 1;
        List<LogEntry> entries = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            entries.add(sized(from + i, term, random.nextInt(10) == 0 ? 5000 : random.nextInt(60)));
        }
        return entries;
    }

    private void write(GroupId group, int entries) {
        OpenLog log = OpenLog.open(store(), group);
        log.write(null, range(1, entries, 1));
        log.log().close();
    }

    private static void writeAndClose(OpenLog log, long term) {
        long last = 0;
        for (int index = 1; index <= 300; index++) {
            last = log.start(command(index, term));
        }
        log.writes().awaitPersisted(last);
        log.log().close();
    }

    /**
     * Extends the log by 2,000 committed entries, with uncommitted ones on top that it replaces.
     */
    private static void appendAndReplaceTail(OpenLog log, AtomicLong committed) {
        for (long index = 1; index <= 2000; index += 4) {
            log.start(null, range(index, index + 7, 1));
            log.start(null, range(index + 4, index + 5, 2));
            committed.set(index + 3);
        }
        log.write();
    }

    /** Reads what is committed, again and again, and returns how many entries it saw. */
    private static Callable<Long> applier(
            GroupLog log, AtomicLong committed, AtomicBoolean done, int seed) {
        return () -> {
            Random random = new Random(seed);
            long seen = 0;
            boolean last = false;
            while (!last) {
                last = done.get();
                long to = committed.get();
                if (to > 0) {
                    long from = Math.max(1, to - random.nextInt(100));
                    List<LogEntry> read = log.entries(from, to, Long.MAX_VALUE);
                    assertEquals(range(from, to, 1), read);
                    assertFalse(read.isEmpty());
                    seen += read.size();
                }
            }
            return seen;
        };
    }
}
