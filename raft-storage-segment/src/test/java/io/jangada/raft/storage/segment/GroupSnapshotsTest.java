package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.SuspectGroupException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots as part of a store: they join the log, and go with their group. */
class GroupSnapshotsTest {
    private static final byte[] CONTENT = Snapshots.content(9, 300_000);

    @TempDir(factory = InMemory.class)
    Path folder;

    private Path snapshots() {
        return GroupSnapshots.folder(folder);
    }

    private void writeAndCompact() {
        try (var store = TestLog.openStore(folder);
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b")) {
            a.write(new HardState(2, null), TestLog.entries(1, 20, 2, 100));
            Snapshots.take(a.log.snapshots(), 9, CONTENT);
            a.log.compact(9);
            a.write(null, TestLog.entries(21, 22, 2, 100));
            b.write(null, TestLog.entries(1, 3, 1, 100));
        }
    }

    @Test
    void snapshotsComeBackWithTheirLog() {
        writeAndCompact();
        try (var store = TestLog.openStore(folder);
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b")) {
            assertSame(a.log.snapshots(), a.log.snapshots());
            assertEquals(Optional.of(Snapshots.info(9, CONTENT)), a.log.snapshots().latest());
            assertArrayEquals(CONTENT, Snapshots.read(a.log.snapshots()));
            assertEquals(10, a.log.firstIndex());
            assertEquals(Optional.empty(), b.log.snapshots().latest());
        }
    }

    @Test
    void sinkOutlivesTheLogItWasBegunWith() {
        try (var store = TestLog.openStore(folder)) {
            var log = TestLog.open(store, "a");
            log.write(null, TestLog.entries(1, 10, 2, 100));
            try (var sink = log.log.snapshots().create(Snapshots.meta(9))) {
                log.close();
                try (var again = TestLog.open(store, "a")) {
                    sink.write(ByteBuffer.wrap(CONTENT));
                    sink.commit();
                    assertArrayEquals(CONTENT, Snapshots.read(again.log.snapshots()));
                }
            }
        }
    }

    @Test
    void destroyedGroupTakesItsSnapshotsAlong() {
        writeAndCompact();
        assertTrue(Files.exists(Snapshots.folder(snapshots())));
        try (var store = TestLog.openStore(folder)) {
            store.destroy(Snapshots.GROUP);
        }
        assertFalse(Files.exists(Snapshots.folder(snapshots())));
    }

    @Test
    void groupIsNotDestroyedWhileASnapshotIsWritten() {
        writeAndCompact();
        try (var store = TestLog.openStore(folder)) {
            var log = TestLog.open(store, "a");
            try (var sink = log.log.snapshots().create(Snapshots.meta(15))) {
                log.close();
                assertThrows(IllegalStateException.class, () -> store.destroy(Snapshots.GROUP));
                assertEquals(0, sink.position());
            }
            assertTrue(store.groups().contains(Snapshots.GROUP));
            store.destroy(Snapshots.GROUP);
        }
    }

    @Test
    void crashBetweenTombstoneAndDeletionIsMadeGoodByTheNextOpening() throws Exception {
        writeAndCompact();
        Path kept = Folders.copy(snapshots(), folder.resolveSibling("kept" + System.nanoTime()));
        try (var store = TestLog.openStore(folder)) {
            store.destroy(Snapshots.GROUP);
        }
        Folders.delete(snapshots());
        Folders.copy(kept, snapshots());
        Folders.delete(kept);
        TestLog.openStore(folder).close();
        assertFalse(Files.exists(Snapshots.folder(snapshots())));
    }

    @Test
    void lostSnapshotMakesItsGroupSuspectAndNoOther() throws Exception {
        writeAndCompact();
        Path file = Snapshots.file(snapshots(), 9);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1000));
        try (var store = TestLog.openStore(folder);
                var b = TestLog.open(store, "b")) {
            SuspectGroupException e =
                    assertThrows(SuspectGroupException.class, () -> TestLog.open(store, "a"));
            assertTrue(e.hardStateIntact());
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("its log begins at 10"), message);
            assertTrue(message.contains(file.toString()), message);
            assertEquals(3, b.log.lastIndex());
            // So it can be rebuilt from the peers.
            TestLog rebuilding = TestLog.openForRebuild(store, "a");
            assertTrue(rebuilding.log.rebuilding());
            assertEquals(new HardState(2, null), rebuilding.log.hardState());
            assertEquals(Optional.empty(), rebuilding.log.snapshots().latest());
            assertFalse(Files.exists(file));
            rebuilding.close();
        }
    }

    @Test
    void damagedSnapshotIsNoMatterWhileTheLogIsWhole() throws Exception {
        try (var store = TestLog.openStore(folder);
                var a = TestLog.open(store, "a")) {
            a.write(null, TestLog.entries(1, 20, 2, 100));
            Snapshots.take(a.log.snapshots(), 9, CONTENT);
        }
        Path file = Snapshots.file(snapshots(), 9);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1000));
        try (var store = TestLog.openStore(folder);
                var a = TestLog.open(store, "a")) {
            assertEquals(Optional.empty(), a.log.snapshots().latest());
            assertEquals(20, a.log.lastIndex());
        }
    }
}
