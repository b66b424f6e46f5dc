package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power loss, kill and failing disks at every operation of saving and receiving (rule Z32;
 * scenarios S25, S28, S29).
 */
class SnapshotCrashTest {
    private static final int IMAGES = 6;

    private static final byte[] FIRST = Snapshots.content(5, 350);
    private static final byte[] SECOND = Snapshots.content(9, 420);
    private static final byte[] THIRD = Snapshots.content(14, 730);
    private static final byte[] FOURTH = Snapshots.content(20, 200);

    @TempDir(factory = InMemory.class)
    Path root;

    /** Lists what was confirmed. */
    private static void live(FileSnapshotStore store, List<SnapshotInfo> confirmed) {
        confirmed.add(Snapshots.take(store, 5, FIRST));
        confirmed.add(Snapshots.take(store, 9, SECOND));
        SnapshotInfo third = Snapshots.info(14, THIRD);
        try (SnapshotSink sink = store.receive(third)) {
            sink.write(ByteBuffer.wrap(THIRD, 0, 460));
        }
        confirmed.add(Snapshots.receive(store, third, THIRD));
        confirmed.add(Snapshots.take(store, 20, FOURTH));
    }

    @Test
    void s29_powerLossAtEveryOperationLeavesAWholeSnapshot() throws Exception {
        int operations = 0;
        while (true) {
            Random random = new Random(operations);
            Path snapshots = root.resolve("life" + operations);
            Path folder = Snapshots.folder(snapshots);
            CrashingSnapshotDisk disk = new CrashingSnapshotDisk(folder, operations);
            List<SnapshotInfo> confirmed = new ArrayList<>();
            try {
                live(Snapshots.open(snapshots, disk), confirmed);
            } catch (CrashingDisk.PowerLoss e) {
                assertTrue(disk.hasCrashed());
            }
            for (int image = 0; image < IMAGES; image++) {
                Path copy = root.resolve("image" + operations + "-" + image);
                disk.tear(Snapshots.folder(copy), random);
                check(copy, confirmed, "power loss at " + operations);
            }
            if (Files.isDirectory(folder)) {
                check(snapshots, confirmed, "kill at " + operations);
            }
            if (!disk.hasCrashed()) {
                break;
            }
            operations++;
        }
        assertTrue(operations > 30, "" + operations);
    }

    /** What opening cleans up must not be needed by anything that is not durable yet. */
    @Test
    void s25_powerLossWhileOpeningAfterAKillLeavesAWholeSnapshot() throws Exception {
        boolean crashed = true;
        for (int operations = 0; crashed; operations++) {
            for (int more = 0; more < 5; more++) {
                Random random = new Random(operations);
                String when = "kill at " + operations + ", power loss at " + more;
                Path snapshots = root.resolve("lives" + operations + "-" + more);
                CrashingSnapshotDisk disk =
                        new CrashingSnapshotDisk(Snapshots.folder(snapshots), operations);
                List<SnapshotInfo> confirmed = new ArrayList<>();
                crashed = crashes(() -> live(Snapshots.open(snapshots, disk), confirmed));
                disk.nextLife(more);
                crashes(
                        () ->
                                confirmed.addAll(
                                        Snapshots.open(snapshots, disk).latest().stream()
                                                .toList()));
                for (int image = 0; image < 3; image++) {
                    Path copy = root.resolve(when + image);
                    disk.tear(Snapshots.folder(copy), random);
                    check(copy, confirmed, when);
                }
            }
        }
    }

    private static boolean crashes(Runnable life) {
        try {
            life.run();
            return false;
        } catch (CrashingDisk.PowerLoss e) {
            return true;
        }
    }

    private static void check(Path snapshots, List<SnapshotInfo> confirmed, String when)
            throws IOException {
        FileSnapshotStore store = Snapshots.open(snapshots);
        Optional<SnapshotInfo> latest = store.latest();
        if (!confirmed.isEmpty()) {
            long atLeast = confirmed.get(confirmed.size() - 1).meta().index();
            assertTrue(latest.isPresent(), when);
            assertTrue(latest.get().meta().index() >= atLeast, when + ": " + latest);
            store.checkJoins(atLeast + 1);
        }
        latest.ifPresent(info -> assertContent(store, info, when));
        List<String> names = names(Snapshots.folder(snapshots));
        assertFalse(names.stream().anyMatch(name -> name.endsWith(".writing")), when + names);
        assertTrue(
                names.stream().filter(name -> name.endsWith(".snapshot")).count() <= 1,
                when + names);
        // Life goes on, from what was received before the crash as well.
        SnapshotInfo third = Snapshots.info(14, THIRD);
        SnapshotInfo after = Snapshots.receive(store, third, THIRD);
        assertContent(store, after, when);
        SnapshotInfo next = Snapshots.take(store, 30, SECOND);
        assertEquals(Optional.of(next), Snapshots.open(snapshots).latest(), when);
    }

    private static void assertContent(FileSnapshotStore store, SnapshotInfo info, String when) {
        byte[] expected =
                switch ((int) info.meta().index()) {
                    case 5 -> FIRST;
                    case 9 -> SECOND;
                    case 14 -> THIRD;
                    case 20 -> FOURTH;
                    default -> throw new AssertionError(when + ": " + info);
                };
        assertEquals(Snapshots.info(info.meta().index(), expected), info, when);
        assertArrayEquals(expected, Snapshots.read(store), when);
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    // ---- failing disks -------------------------------------------------------------------------

    /** One operation fails, the others do not. */
    private static final class FailingDisk extends Disk {
        private int operationsLeft;

        FailingDisk(int operations) {
            operationsLeft = operations;
        }

        boolean hasFailed() {
            return operationsLeft < 0;
        }

        private void spend() throws IOException {
            if (operationsLeft-- == 0) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        RandomAccessFile open(Path file) throws IOException {
            spend();
            return super.open(file);
        }

        @Override
        void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
            if (operationsLeft == 0) {
                super.write(file, bytes, length / 2);
            }
            spend();
            super.write(file, bytes, length);
        }

        @Override
        void sync(RandomAccessFile file) throws IOException {
            spend();
            super.sync(file);
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            spend();
            super.rename(from, to);
        }

        @Override
        void syncFolder(Path folder) throws IOException {
            spend();
            super.syncFolder(folder);
        }
    }

    @Test
    void s22_failureOfAnyOperationLeavesTheLatestAsItWasAndNothingBehind() throws Exception {
        boolean failed = true;
        // Opening takes the first one.
        for (int operations = 1; failed; operations++) {
            Path snapshots = root.resolve("full" + operations);
            Snapshots.take(Snapshots.open(snapshots), 5, FIRST);
            FailingDisk disk = new FailingDisk(operations);
            FileSnapshotStore store = Snapshots.open(snapshots, disk);
            failed = saveAndReceive(store, disk);
            if (failed) {
                assertEquals(Optional.of(Snapshots.info(5, FIRST)), store.latest());
                assertArrayEquals(FIRST, Snapshots.read(store));
                assertTrue(
                        names(Snapshots.folder(snapshots)).stream()
                                .allMatch(name -> name.endsWith(".snapshot")),
                        "left over after failure " + operations);
                Snapshots.take(store, 9, SECOND);
                assertArrayEquals(SECOND, Snapshots.read(Snapshots.open(snapshots)));
            }
        }
    }

    /** Whether the disk failed, as it did for one of the two and said so. */
    private static boolean saveAndReceive(FileSnapshotStore store, FailingDisk disk) {
        try {
            Snapshots.take(store, 9, SECOND);
        } catch (StoreException e) {
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("No space left"), message);
            assertTrue(disk.hasFailed());
            return true;
        }
        return false;
    }

    @Test
    void fullDiskIsToldWhileReceivingAndTheSpaceIsGivenBack() throws Exception {
        Path snapshots = root.resolve("receiving");
        FileSnapshotStore store = Snapshots.open(snapshots, new FailingDisk(6));
        SnapshotInfo info = Snapshots.info(14, THIRD);
        try (SnapshotSink sink = store.receive(info)) {
            assertThrows(StoreException.class, () -> sink.write(ByteBuffer.wrap(THIRD)));
            assertThrows(StoreException.class, () -> sink.write(ByteBuffer.wrap(THIRD)));
        }
        assertEquals(List.of(), names(Snapshots.folder(snapshots)));
        assertEquals(info, Snapshots.receive(store, info, THIRD));
    }

    @Test
    void fullFileSystemIsOneClearErrorAndLeavesRoom() throws Exception {
        Path mount = Files.createDirectories(root.resolve("small"));
        try (Tmpfs small = new Tmpfs(mount, 1 << 20)) {
            FileSnapshotStore store = Snapshots.open(small.folder().resolve("snapshots"));
            Snapshots.take(store, 5, FIRST);
            StoreException e =
                    assertThrows(
                            StoreException.class,
                            () -> Snapshots.take(store, 9, new byte[4 << 20]));
            assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
            assertArrayEquals(FIRST, Snapshots.read(store));
            Snapshots.take(store, 9, SECOND);
            assertArrayEquals(SECOND, Snapshots.read(store));
        }
    }
}
