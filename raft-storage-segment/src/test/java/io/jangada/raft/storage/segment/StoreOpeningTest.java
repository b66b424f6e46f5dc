package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogStoreProvider;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a folder must be like to be opened, and what opening leaves behind. */
class StoreOpeningTest {
    private static final NodeId N2 = NodeId.of("n2");

    @TempDir(factory = InMemory.class)
    Path temp;

    private Path folder() {
        return temp.resolve("data/n1");
    }

    private static String refused(Path folder) {
        StoreException e = assertThrows(StoreException.class, () -> TestLog.openStore(folder));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(folder.toString()), message);
        return message;
    }

    /** However long recovery takes: the promises of earlier lives are as old (Z23). */
    @Test
    void logsAreHeldSinceTheFolderWasLocked() {
        long[] recovered = new long[1];
        SegmentLogStore.Builder builder = TestLog.builder();
        builder.journals =
                journal -> {
                    recovered[0] = System.nanoTime();
                    return journal;
                };
        long least = System.nanoTime();
        try (var store = builder.open(folder(), TestLog.IDENTITY);
                TestLog log = TestLog.open(store, "a")) {
            long sinceRecovery = System.nanoTime() - recovered[0];
            long held = log.log.heldFor().toNanos();
            assertTrue(held >= sinceRecovery, held + " ns of at least " + sinceRecovery);
            assertTrue(held <= System.nanoTime() - least, "not from before it was locked");
        }
    }

    // ---- whose folder --------------------------------------------------------------------------

    @Test
    void missingFolderIsMade() {
        try (var store = TestLog.openStore(folder())) {
            assertEquals(TestLog.IDENTITY, store.identity());
        }
    }

    @Test
    void folderWithForeignFilesIsRefusedAndLeftAlone() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("thesis.txt"), "years of work");
        assertTrue(refused(folder()).contains("not empty"));
        assertEquals("years of work", Files.readString(folder().resolve("thesis.txt")));
    }

    @Test
    void segmentsWithoutAnIdentityAreRefused() throws IOException {
        TestLog.openStore(folder()).close();
        Files.delete(folder().resolve("IDENTITY"));
        assertTrue(refused(folder()).contains("no IDENTITY"));
        assertFalse(SegmentImage.of(folder()).isEmpty());
    }

    @Test
    void identityWithoutSegmentsIsNotANewNode() {
        TestLog.openStore(folder()).close();
        Folders.delete(folder().resolve("log"));
        assertTrue(refused(folder()).contains("no readable segment"));
    }

    @Test
    void anotherNodesFolderIsRefused() {
        TestLog.openStore(folder()).close();
        StoreIdentity other = new StoreIdentity("testers", N2, StoreId.of(1, 1));
        StoreException e =
                assertThrows(StoreException.class, () -> TestLog.builder().open(folder(), other));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("'n1'") && message.contains("'n2'"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "node=n1\ncrc32c=0\n"})
    void damagedIdentityIsRefused(String content) throws IOException {
        TestLog.openStore(folder()).close();
        Files.writeString(folder().resolve("IDENTITY"), content);
        assertTrue(refused(folder()).contains("IDENTITY is damaged"));
    }

    @Test
    void crashWhileAStoreIsMadeLeavesAFolderThatOpens() {
        for (int operations = 0; operations < 3; operations++) {
            Path folder = temp.resolve("crash" + operations);
            CrashingDisk disk = new CrashingDisk(folder, operations);
            assertThrows(
                    StoreException.class,
                    () -> TestLog.builder().journals(disk).open(folder, TestLog.IDENTITY));
            assertTrue(disk.hasCrashed());
            Path torn = Folders.copy(folder, temp.resolve("torn" + operations));
            disk.tear(torn, new Random(operations));
            StoreIdentity second = new StoreIdentity("testers", NodeId.of("n1"), StoreId.of(3, 4));
            try (var store = TestLog.builder().open(torn, second)) {
                assertEquals(Set.of(), store.groups());
                assertEquals(second, store.identity());
            }
        }
    }

    @Test
    void secondStoreInThisProcessIsRefusedAndTheFirstGoesOn() {
        try (var first = TestLog.openStore(folder());
                var log = TestLog.open(first, "a")) {
            assertTrue(refused(folder()).contains("in use by this process"));
            assertTrue(refused(folder().resolve("../n1")).contains("in use by this process"));
            log.write(null, TestLog.entries(1, 5, 1, 10));
        }
        TestLog.openStore(folder()).close();
    }

    // ---- settings ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_535, 65_537, 32 << 10, Integer.MIN_VALUE})
    void segmentSizeMustBeAPowerOfTwoInRange(int bytes) {
        SegmentLogStore.Builder builder = StoreUnderTest.get().builder().segmentBytes(bytes);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> builder.open(folder(), TestLog.IDENTITY));
        assertTrue(String.valueOf(e.getMessage()).contains("segmentBytes " + bytes));
        assertFalse(Files.exists(folder()));
    }

    @Test
    void negativeMemoryIsRefused() {
        SegmentLogStore.Builder builder = StoreUnderTest.get().builder().readCacheBytes(-1);
        assertThrows(
                IllegalArgumentException.class, () -> builder.open(folder(), TestLog.IDENTITY));
    }

    @Test
    void segmentSizeMayChangeBetweenOpenings() {
        for (int bytes : List.of(128 << 10, 64 << 10, 1 << 20)) {
            try (var store =
                            StoreUnderTest.get()
                                    .builder()
                                    .segmentBytes(bytes)
                                    .open(folder(), TestLog.IDENTITY);
                    var log = TestLog.open(store, "a")) {
                long next = log.log.lastIndex() + 1;
                log.write(null, TestLog.entries(next, next + 99, 1, 2000));
                assertEquals(TestLog.entries(1, next + 99, 1, 2000), log.all());
            }
        }
    }

    @Test
    void tooManyGroupsForASegmentAreRefusedOneByOne() {
        try (var store =
                StoreUnderTest.get()
                        .builder()
                        .segmentBytes(64 << 10)
                        .open(folder(), TestLog.IDENTITY)) {
            StoreException e =
                    assertThrows(
                            StoreException.class,
                            () -> {
                                for (int i = 0; i < 200; i++) {
                                    TestLog.open(store, "group-" + i).close();
                                }
                            });
            assertTrue(String.valueOf(e.getMessage()).contains("too many groups"));
            try (var log = TestLog.open(store, "group-0")) {
                log.write(null, TestLog.entries(1, 300, 1, 500));
            }
        }
    }

    @Test
    void serviceLoaderFindsIt() {
        LogStoreProvider provider =
                ServiceLoader.load(LogStoreProvider.class).findFirst().orElseThrow();
        try (var store = provider.open(folder(), TestLog.IDENTITY, RaftConfig.defaults())) {
            assertTrue(store.entryBytesMax() >= RaftConfig.defaults().entryBytesMax());
        }
    }

    // ---- what opening leaves -------------------------------------------------------------------

    @Test
    void crashLoopDoesNotFillTheDisk() {
        Path current = folder();
        for (int life = 0; life < 20; life++) {
            Path next = temp.resolve("life" + life);
            try (var store = TestLog.openStore(current)) {
                assertTrue(store.groups().isEmpty());
                // As kill -9 leaves it: no footer, and the segment at its full length.
                Folders.copy(current, next);
            }
            current = next;
        }
        TestLog.openStore(current).close();
        assertTrue(SegmentImage.of(current).size() <= 2, SegmentImage.of(current).toString());
    }

    @Test
    void openingWithFewEntriesCostsLittle() {
        for (int life = 0; life < 20; life++) {
            try (var store = TestLog.openStore(folder());
                    var log = TestLog.open(store, "a")) {
                log.write(new HardState(life, null), TestLog.entries(life + 1, life + 1, life, 10));
            }
        }
        try (var store = TestLog.openStore(folder());
                var log = TestLog.open(store, "a")) {
            assertEquals(20, log.log.lastIndex());
            long older = Folders.bytes(folder().resolve("log")) - 3L * TestLog.SEGMENT_BYTES;
            assertTrue(older < 20 * (16 << 10), older + " bytes for 20 openings");
        }
    }

    @Test
    void segmentsWithoutLiveEntriesGoAndNothingElseIsForgotten() {
        try (var store = TestLog.openStore(folder())) {
            store.rememberPeer(N2, StoreId.of(2, 2));
            TestLog.open(store, "destroyed").close();
            store.destroy(GroupId.of("destroyed"));
            try (var voted = TestLog.open(store, "voted");
                    var log = TestLog.open(store, "a")) {
                voted.write(new HardState(9, N2), List.of());
                log.write(null, TestLog.entries(1, 300, 1, 2000));
                // Everything so far is replaced.
                log.write(new HardState(2, null), TestLog.entries(1, 1, 2, 10));
            }
        }
        assertTrue(SegmentImage.of(folder()).size() > 4);
        for (int opening = 0; opening < 3; opening++) {
            try (var store = TestLog.openStore(folder())) {
                assertTrue(SegmentImage.of(folder()).size() <= 3);
                assertEquals(Map.of(N2, StoreId.of(2, 2)), store.knownPeers());
                assertEquals(Set.of(GroupId.of("voted"), GroupId.of("a")), store.groups());
                assertThrows(IllegalStateException.class, () -> TestLog.open(store, "destroyed"));
                try (var voted = TestLog.open(store, "voted");
                        var log = TestLog.open(store, "a")) {
                    assertEquals(new HardState(9, N2), voted.log.hardState());
                    assertEquals(new HardState(2, null), log.log.hardState());
                    assertEquals(TestLog.entries(1, 1, 2, 10), log.all());
                }
            }
        }
    }

    @Test
    void peerAndTombstoneAreDurableWhenTheCallsReturn() {
        Path copy = temp.resolve("copy");
        CrashingDisk disk = new CrashingDisk(folder(), 1_000_000);
        try (var store = TestLog.builder().journals(disk).open(folder(), TestLog.IDENTITY)) {
            TestLog.open(store, "a").close();
            store.rememberPeer(N2, StoreId.of(2, 2));
            store.destroy(GroupId.of("a"));
            Folders.copy(folder(), copy);
            disk.tear(copy, new Random(1));
        }
        try (var store = TestLog.openStore(copy)) {
            assertEquals(Map.of(N2, StoreId.of(2, 2)), store.knownPeers());
            assertThrows(IllegalStateException.class, () -> TestLog.open(store, "a"));
        }
    }

    // ---- disks that do not take it --------------------------------------------------------------

    @Test
    void readOnlyFolderIsOneClearError() throws IOException {
        Files.createDirectories(folder());
        try (Tmpfs disk = new Tmpfs(folder(), 4 << 20)) {
            TestLog.openStore(folder()).close();
            disk.makeReadOnly();
            assertTrue(refused(folder()).contains("cannot be written"));
        }
    }

    @Test
    void fullDiskAtOpeningIsOneClearError() throws IOException {
        Files.createDirectories(folder());
        try (Tmpfs disk = new Tmpfs(folder(), 1 << 20)) {
            Path full = disk.folder();
            StoreException e =
                    assertThrows(
                            StoreException.class,
                            () ->
                                    TestLog.builder()
                                            .segmentBytes(2 << 20)
                                            .open(full, TestLog.IDENTITY));
            assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
            // The attempt left no file behind that would keep the disk full.
            TestLog.builder().segmentBytes(256 << 10).open(full, TestLog.IDENTITY).close();
        }
    }

    @Test
    void fullDiskWhileWritingStopsTheStoreAndLosesNothing() throws IOException {
        Files.createDirectories(folder());
        try (Tmpfs disk = new Tmpfs(folder(), StoreUnderTest.get().spread() * (2L << 20))) {
            Path full = disk.folder();
            long confirmed;
            try (var store = TestLog.openStore(full);
                    var log = TestLog.open(store, "a")) {
                long index = 0;
                do {
                    index++;
                } while (log.await(log.start(null, TestLog.entries(index, index, 1, 1000))));
                confirmed = index - 1;
                assertEquals(confirmed, log.persisted());
                assertEquals(1, log.failures());
                String why = String.valueOf(log.failure());
                assertTrue(why.contains("No space left"), why);
            }
            assertTrue(confirmed > 1000, "only " + confirmed);
            Path copy = Folders.copy(full, temp.resolve("roomier"));
            try (var store = TestLog.openStore(copy);
                    var log = TestLog.open(store, "a")) {
                assertEquals(
                        TestLog.entries(1, confirmed, 1, 1000),
                        log.all().subList(0, (int) confirmed));
                long next = log.log.lastIndex() + 1;
                log.write(null, TestLog.entries(next, next, 2, 1000));
            }
        }
    }
}
