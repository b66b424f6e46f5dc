package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk is full at any operation that takes space, of a run that does everything (rule Z37,
 * scenario S22): the store says so and stops, loses nothing that was confirmed, leaves nothing
 * behind that keeps the disk full, and opens again once there is space.
 */
class FullDiskTest {
    private static final int NEVER = Integer.MAX_VALUE;

    @TempDir(factory = InMemory.class)
    Path temp;

    private int runs;

    @Test
    void s22_fullFromAnyOperationOn() throws IOException {
        List<Integer> places = places();
        for (int i = 0; i < places.size(); i += 8) {
            fullFromThenOn(places.get(i));
        }
    }

    @Test
    void s22_fullAtAnyOperationAlone() throws IOException {
        List<Integer> places = places();
        for (int i = 4; i < places.size(); i += 8) {
            fullOnce(places.get(i));
        }
    }

    @Test
    void s22_fullWhenTheStoreIsClosed() throws IOException {
        FullDisk disk = new FullDisk(NEVER, false);
        StoreModel model = new StoreModel();
        try (var store = RecordedRun.builder().disk(disk).open(temp, TestLog.IDENTITY);
                var log = TestLog.open(store, "a")) {
            model.opened(store);
            model.of("a").append(log, new HardState(1, null), TestLog.entries(1, 3, 1, 100));
            disk.takeSpace();
        }
        assertEquals(1, disk.refused().size(), "the footer only");
        disk.giveSpace();
        try (var store = RecordedRun.builder().disk(disk).open(temp, TestLog.IDENTITY)) {
            model.checkAndGoOn(store);
        }
    }

    @Test
    @Tag("soak")
    void s22_fullAtEveryOperation() throws IOException {
        List<Integer> places = places();
        for (int place : places) {
            fullFromThenOn(place);
            fullOnce(place);
        }
        System.out.printf("disk full: %d places, twice each%n", places.size());
    }

    /** All operations of a run that take space, but of equal ones in a row only the ends. */
    private List<Integer> places() throws IOException {
        FullDisk disk = new FullDisk(NEVER, false);
        run(disk);
        List<String> all = disk.operations();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            boolean first = i == 0 || !all.get(i).equals(all.get(i - 1));
            boolean last = i == all.size() - 1 || !all.get(i).equals(all.get(i + 1));
            if (first || last) {
                places.add(i);
            }
        }
        assertTrue(places.size() > 100, places.size() + " places");
        return places;
    }

    private record Ended(Path root, StoreModel model, Exception failure) {}

    private Ended run(FullDisk disk) {
        Path root = temp.resolve("run" + ++runs);
        RecordedRun run =
                new RecordedRun(root, RecordedRun.builder().disk(disk), disk::kill, disk::revive);
        try {
            Files.createDirectories(root);
            run.run();
            return new Ended(root, run.model, null);
        } catch (StoreException | IOException e) {
            return new Ended(root, run.model, e);
        }
    }

    private void fullFromThenOn(int place) throws IOException {
        FullDisk disk = new FullDisk(place, false);
        Ended ended = run(disk);
        String when = "full from operation " + place + " on";
        if (disk.wasFull() && ended.failure() == null) {
            // Only what nobody waits for met it: a next segment, or the footer when the store
            // closed.
            List<String> refused = disk.refused();
            assertEquals(Set.copyOf(refused).size(), refused.size(), when + " went on " + refused);
        } else if (disk.wasFull()) {
            assertTells(ended.failure(), when);
            Path folder = RecordedRun.folder(ended.root());
            long before = bytes(folder);
            assertTells(
                    assertThrows(
                            StoreException.class,
                            () -> RecordedRun.builder().disk(disk).open(folder, RecordedRun.JOINER),
                            when),
                    when);
            assertTrue(bytes(folder) <= before + 1000, when + ": the attempt took space");
        }
        disk.giveSpace();
        assertGoesOn(ended, disk, when);
    }

    private void fullOnce(int place) throws IOException {
        FullDisk disk = new FullDisk(place, true);
        Ended ended = run(disk);
        String when = "full at operation " + place;
        if (ended.failure() != null) {
            assertTells(ended.failure(), when);
        }
        // A run may end before that place: how far the next segment is made ahead differs.
        disk.giveSpace();
        assertGoesOn(ended, disk, when);
    }

    private void assertGoesOn(Ended ended, FullDisk disk, String when) throws IOException {
        try (var store =
                RecordedRun.builder()
                        .disk(disk)
                        .open(RecordedRun.folder(ended.root()), RecordedRun.JOINER)) {
            ended.model().checkAndGoOn(store);
        } catch (StoreException | AssertionError e) {
            throw new AssertionError(when, e);
        }
        Folders.delete(ended.root());
    }

    private static void assertTells(Exception failure, String when) {
        StringBuilder told = new StringBuilder();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            told.append(e.getMessage()).append('\n');
        }
        assertTrue(told.indexOf(FullDisk.FULL) >= 0, when + " ended with " + failure);
    }

    private static long bytes(Path folder) {
        return Files.isDirectory(folder) ? Folders.bytes(folder) : 0;
    }

    // ---- a file system that is full indeed -----------------------------------------------------

    @Test
    void fileSystemsOfAnySmallSizeLoseNothing() throws IOException {
        for (int kib = 280; kib <= 1400; kib += 68) {
            smallFileSystem(kib);
        }
    }

    @Test
    @Tag("soak")
    void fileSystemsOfEverySmallSizeLoseNothing() throws IOException {
        for (int kib = 200; kib <= 2000; kib += 4) {
            smallFileSystem(kib);
        }
    }

    private void smallFileSystem(int kib) throws IOException {
        Path mount = Files.createDirectories(temp.resolve("fs" + kib));
        Path roomy = temp.resolve("roomy" + kib);
        StoreModel model = new StoreModel();
        String when = "on a file system of " + kib + " KiB";
        try (Tmpfs fileSystem = new Tmpfs(mount, (long) kib << 10)) {
            Path folder = fileSystem.folder().resolve("data");
            StoreException failure =
                    assertThrows(StoreException.class, () -> fill(folder, model), when);
            assertTells(failure, when);
            if (Files.isDirectory(folder)) {
                Folders.copy(folder, roomy);
            }
        }
        try (var store = RecordedRun.builder().open(roomy, TestLog.IDENTITY)) {
            model.checkAndGoOn(store);
        } catch (StoreException | AssertionError e) {
            throw new AssertionError(when, e);
        }
    }

    /** Writes and takes snapshots until it cannot any more. */
    private static void fill(Path folder, StoreModel model) throws IOException {
        StoreModel.Group a = model.of("a");
        try (var store = RecordedRun.builder().open(folder, TestLog.IDENTITY);
                var log = TestLog.open(store, "a")) {
            model.opened(store);
            for (int round = 1; ; round++) {
                long next = a.last().last() + 1;
                a.append(
                        log,
                        new HardState(round, null),
                        TestLog.entries(next, next + 2, round, 3000));
                if (round % 10 == 5) {
                    a.snapshot(log, next, 20_000);
                }
            }
        }
    }
}
