package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batching, order, and what a failing disk does (rules Z27 and Z28, scenario S21). */
class LogWriterTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    @TempDir(factory = InMemory.class)
    Path copies;

    private final GatedDisk disk = new GatedDisk();

    private SegmentLogStore open() {
        return TestLog.builder()
                .segmentBytes(4 << 20)
                .journals(disk)
                .open(folder, TestLog.IDENTITY);
    }

    @Test
    void thousandGroupsCostOneSync() throws InterruptedException {
        try (var store = open()) {
            List<TestLog> logs = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                logs.add(TestLog.open(store, "g" + i));
            }
            TestLog first = logs.get(0);
            first.write(null, TestLog.entries(1, 1, 1, 10));
            long blocked = 0;
            int before;
            try (GatedDisk.Gate gate = disk.gate()) {
                for (int i = 0; i < LogWriter.WRITERS; i++) {
                    blocked = first.start(null, TestLog.entries(2 + 4 * i, 5 + 4 * i, 1, 10));
                    gate.awaitSync();
                }
                before = disk.syncs.get();
                // All writers are in the middle of a sync: all of this waits for the next one.
                logs.subList(1, 1000)
                        .forEach(
                                log ->
                                        log.start(
                                                new HardState(1, null),
                                                TestLog.entries(1, 2, 1, 10)));
            }
            assertTrue(first.await(blocked));
            logs.subList(1, 1000).forEach(log -> assertTrue(log.await(1)));
            assertEquals(before + 1, disk.syncs.get());
            logs.forEach(TestLog::close);
        }
        try (var store = open()) {
            assertEquals(1000, store.groups().size());
            try (var log = TestLog.open(store, "g999")) {
                assertEquals(TestLog.entries(1, 2, 1, 10), log.all());
            }
        }
    }

    @Test
    void nothingIsConfirmedBeforeItsSyncReturns() throws InterruptedException {
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 1, 1, 10));
            long write;
            try (GatedDisk.Gate gate = disk.gate()) {
                write = log.start(null, TestLog.entries(2, 2, 1, 10));
                gate.awaitSync();
                assertEquals(write - 1, log.persisted());
                assertEquals(TestLog.entries(1, 2, 1, 10), log.all(), "readable at once");
            }
            assertTrue(log.await(write));
        }
    }

    @Test
    void z27_syncsEndInAnyOrderAndAreConfirmedInTheirs() throws InterruptedException {
        try (var store = open();
                var one = TestLog.open(store, "a");
                var other = TestLog.open(store, "b")) {
            one.write(null, TestLog.entries(1, 1, 1, 10));
            try (GatedDisk.Gate gate = disk.gate()) {
                final long first = one.start(null, TestLog.entries(2, 2, 1, 10));
                GatedDisk.HeldSync firstSync = gate.awaitSync();
                long second = other.start(null, TestLog.entries(1, 4, 1, 10));
                GatedDisk.HeldSync secondSync = gate.awaitSync();
                long third = one.start(null, TestLog.entries(3, 3, 1, 10));

                // The writer that is free again takes the third one.
                secondSync.release();
                GatedDisk.HeldSync thirdSync = gate.awaitSync();
                assertEquals(first - 1, one.persisted());
                assertEquals(0, other.persisted(), "its own sync is not enough");

                firstSync.release();
                assertTrue(one.await(first));
                assertTrue(other.await(second));
                assertEquals(first, one.persisted(), "not the one whose sync goes on");
                thirdSync.release();
                assertTrue(one.await(third));
            }
        }
    }

    /** Until then what is written behind it looks torn to whoever opens the folder. */
    @Test
    void z27_nothingCountsBeforeWhatCameFirstIsWritten() throws Exception {
        try (var store = open();
                var one = TestLog.open(store, "a");
                var other = TestLog.open(store, "b")) {
            one.write(null, TestLog.entries(1, 1, 1, 10));
            try (GatedDisk.Gate writes = disk.writeGate();
                    GatedDisk.Gate syncs = disk.gate()) {
                final long first = one.start(null, TestLog.entries(2, 2, 1, 10));
                GatedDisk.HeldSync firstWrite = writes.awaitSync();
                long second = other.start(null, TestLog.entries(1, 4, 1, 10));
                GatedDisk.HeldSync secondWrite = writes.awaitSync();
                assertFalse(syncs.hasReached(), "nothing is there that could be synced");
                secondWrite.release();
                syncs.awaitSync().release();
                awaitWritersThatWait();
                assertEquals(0, other.persisted(), "its own sync is not enough");

                Path killed = Folders.copy(folder, copies.resolve("killed"));
                try (var found = TestLog.openForSingleWrites(killed);
                        var a = TestLog.open(found, "a");
                        var b = TestLog.open(found, "b")) {
                    assertTrue(a.log.lastIndex() >= 1, "what was confirmed is there");
                    boolean all = a.log.lastIndex() == 2;
                    assertTrue(all || b.log.lastIndex() == 0, "nothing is left behind a hole");
                }

                firstWrite.release();
                syncs.awaitSync().release();
                assertTrue(one.await(first));
                assertTrue(other.await(second));
            }
        }
    }

    @Test
    void fewEntriesWaitForTheSyncUnderWay() throws InterruptedException {
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 1, 1, 10));
            int syncs = disk.syncs.get();
            long last;
            try (GatedDisk.Gate gate = disk.gate()) {
                log.start(null, TestLog.entries(2, 2, 1, 10));
                gate.awaitSync();
                log.start(null, TestLog.entries(3, 3, 1, 10));
                last = log.start(null, TestLog.entries(4, 4, 1, 10));
                awaitWritersThatWait();
                assertFalse(gate.hasReached());
            }
            assertTrue(log.await(last));
            assertEquals(syncs + 2, disk.syncs.get());
        }
    }

    @Test
    void closesWhileOneAppendsAndFewEntriesWait() throws InterruptedException {
        try (var store = open()) {
            TestLog log = TestLog.open(store, "a");
            log.write(null, TestLog.entries(1, 1, 1, 10));
            CountDownLatch appending = new CountDownLatch(1);
            int records = disk.records.get();
            disk.appending = appending;
            log.start(null, TestLog.entries(2, 2, 1, 10));
            awaitRecords(records + 1);
            log.start(null, TestLog.entries(3, 3, 1, 10));
            Thread closing = new Thread(store::close);
            closing.start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (closing.getState() != Thread.State.WAITING) {
                assertTrue(System.nanoTime() < deadline, "it does not wait for the writers");
                Thread.yield();
            }
            awaitWritersThatWait();
            disk.appending = null;
            appending.countDown();
            closing.join(TimeUnit.SECONDS.toMillis(20));
            assertFalse(closing.isAlive(), "a writer sleeps for ever");
        }
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            assertEquals(TestLog.entries(1, 3, 1, 10), log.all());
        }
    }

    @Test
    void z28_whatCameAfterAFailedSyncFailsThoughItsOwnWentWell() throws InterruptedException {
        try (var store = open();
                var one = TestLog.open(store, "a");
                var other = TestLog.open(store, "b")) {
            one.write(null, TestLog.entries(1, 1, 1, 10));
            try (GatedDisk.Gate gate = disk.gate()) {
                one.start(null, TestLog.entries(2, 2, 1, 10));
                GatedDisk.HeldSync firstSync = gate.awaitSync();
                long second = other.start(null, TestLog.entries(1, 4, 1, 10));
                gate.awaitSync().release();
                other.start(null, TestLog.entries(5, 8, 1, 10));
                // It is only taken when the second batch waits for the first one.
                gate.awaitSync();
                firstSync.fail(new IOException("the disk is on fire"));
                assertFalse(other.await(second));
            }
        }
    }

    @Test
    void z29_aSegmentEndsWhenNothingOfItIsBeingSynced() throws InterruptedException {
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 1, 1, 10));
            int segments = disk.segments.get();
            long last;
            try (GatedDisk.Gate gate = disk.gate()) {
                log.start(null, TestLog.entries(2, 2, 1, 10));
                final GatedDisk.HeldSync held = gate.awaitSync();
                int records = disk.records.get();
                // More than a segment takes: the other writer wants to end it.
                last = log.start(null, TestLog.entries(3, 10, 1, 600 << 10));
                awaitRecords(records + 3);
                awaitWritersThatWait();
                assertFalse(gate.hasReached(), "no sync before the footer yet");
                assertEquals(segments, disk.segments.get());

                held.release();
                gate.awaitSync();
            }
            assertTrue(log.await(last));
            assertEquals(segments + 1, disk.segments.get());
        }
    }

    private static void awaitWritersThatWait() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (writers().anyMatch(LogWriterTest::isBusy)) {
            assertTrue(System.nanoTime() < deadline, "a writer is busy");
            Thread.yield();
        }
    }

    private static boolean isBusy(Thread writer) {
        Thread.State state = writer.getState();
        return state != Thread.State.WAITING && state != Thread.State.TIMED_WAITING;
    }

    private static Stream<Thread> writers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("jangada-log-n1-[0-9]"));
    }

    @Test
    void failedSyncIsFinalAndToldOnceToAllGroups() {
        failsForGood(new IOException("the disk is on fire"));
    }

    @Test
    void errorOutOfTheMappedFileIsFinalToo() {
        failsForGood(new InternalError("a fault occurred in an unsafe memory access operation"));
    }

    private void failsForGood(Throwable failure) {
        try (var store = open();
                var writing = TestLog.open(store, "a");
                var idle = TestLog.open(store, "b")) {
            writing.write(null, TestLog.entries(1, 3, 1, 10));
            int syncs = disk.syncs.get();
            disk.failure.set(failure);
            assertFalse(writing.await(writing.start(null, TestLog.entries(4, 4, 1, 10))));
            assertFalse(idle.await(1));
            assertEquals(syncs + 1, disk.syncs.get(), "not tried again");
            // From here on the disk would work again, but nobody knows what it holds.
            disk.failure.set(null);
            StoreException refused =
                    assertThrows(
                            StoreException.class,
                            () -> idle.start(null, TestLog.entries(1, 1, 1, 10)));
            assertTrue(String.valueOf(refused.getMessage()).contains(folder.toString()));
            assertThrows(
                    StoreException.class,
                    () -> store.rememberPeer(NodeId.of("n2"), StoreId.of(1, 1)));
            assertThrows(StoreException.class, () -> TestLog.open(store, "c"));
            assertEquals(1, writing.failures());
            assertEquals(1, idle.failures());
            assertSame(failure, assertNotNullFailure(writing).getCause());
            assertEquals(1, writing.persisted());
            assertEquals(TestLog.entries(1, 3, 1, 10), writing.all().subList(0, 3));
        }
        try (var store = TestLog.openStore(folder);
                var log = TestLog.open(store, "a")) {
            assertEquals(TestLog.entries(1, 3, 1, 10), log.all().subList(0, 3));
            log.write(null, TestLog.entries(log.log.lastIndex() + 1, 9, 1, 10));
        }
    }

    private static StoreException assertNotNullFailure(TestLog log) {
        StoreException failure = log.failure();
        assertNotNull(failure);
        return failure;
    }

    @Test
    void waitingCallIsToldOfAFailure() throws InterruptedException {
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 1, 1, 10));
            disk.failure.set(new IOException("no"));
            StoreException e =
                    assertThrows(
                            StoreException.class,
                            () -> store.rememberPeer(NodeId.of("n2"), StoreId.of(1, 1)));
            assertTrue(String.valueOf(e.getMessage()).contains("open it again"));
        }
    }

    @Test
    void quietStoreMarksOnceWhatIsDurable() {
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 1, 1, 10));
            int syncs = disk.syncs.get();
            int records = disk.records.get();
            awaitRecords(records + 1);
            // A second mark would be due after another 100 ms.
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() < until) {
                assertTrue(disk.records.get() <= records + 1, "one mark is enough");
                Thread.yield();
            }
            assertEquals(syncs, disk.syncs.get(), "an idle store does not sync");
        }
    }

    private void awaitRecords(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (disk.records.get() < count) {
            assertTrue(System.nanoTime() < deadline, "no idle mark came");
            Thread.yield();
        }
    }

    @Test
    void withoutSyncingNothingIsCalledDurable() {
        try (var store =
                        TestLog.forSingleWrites()
                                .syncWrites(false)
                                .journals(disk)
                                .open(folder, TestLog.IDENTITY);
                var group = TestLog.open(store, "a")) {
            int syncs = disk.syncs.get();
            group.writeEach(TestLog.entries(1, 50, 1, 10));
            assertEquals(syncs, disk.syncs.get());
            // A record may name as durable only what a sync covered, or a power loss looks like
            // rot.
            Replay replay = new Replay(TestLog.IDENTITY.store(), Long.MAX_VALUE);
            Path copy = Folders.copy(folder, folder.resolveSibling(folder.getFileName() + "-copy"));
            try {
                Path log = copy.resolve("log");
                SegmentFiles files =
                        new SegmentFiles(
                                log,
                                TestLog.IDENTITY.store(),
                                StoreUnderTest.get().files(),
                                Disk.SYSTEM);
                replay.run(files.list());
                assertEquals(1, replay.durableSequence);
                assertTrue(replay.lastSequence > 50);
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                Folders.delete(copy);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100})
    void eachConfirmationNamesTheHighestWrite(int perWrite) {
        try (var store = open();
                var log = TestLog.open(store, "a")) {
            long last = 0;
            for (int i = 0; i < 300; i++) {
                last =
                        log.start(
                                null,
                                TestLog.entries(
                                        1L + (long) i * perWrite, (i + 1L) * perWrite, 1, 5));
            }
            assertTrue(log.await(last));
            assertEquals(last, log.persisted());
            assertNull(log.failure());
            assertEquals(300L * perWrite, log.log.lastIndex());
        }
    }
}
