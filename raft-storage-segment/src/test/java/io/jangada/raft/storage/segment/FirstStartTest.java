package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of folders are as easily lost as those of files: what a first start leaves (Z32, S25). */
class FirstStartTest {
    @TempDir(factory = InMemory.class)
    Path temp;

    private RecordedDisk disk;
    private int images;

    @BeforeEach
    void newDisk() throws IOException {
        Path root = temp.resolve("root");
        Files.createDirectories(root);
        disk = new RecordedDisk(root, Map::of);
    }

    private SegmentLogStore.Builder builder() {
        return RecordedRun.builder().disk(disk).journals(disk);
    }

    private Path folder() {
        return RecordedRun.folder(temp.resolve("root"));
    }

    private Path image(RecordedDisk.Step step, PowerLossImage.Kind kind) throws IOException {
        Path image = temp.resolve("image" + ++images);
        PowerLossImage.of(step, disk.root, kind, new Random(images)).write(image);
        return RecordedRun.folder(image);
    }

    /** The folder is not taken for one of something else, whatever of it is there. */
    @Test
    void s25_firstStartThatEndsAnywhereCanBeRepeated() throws IOException {
        builder().open(folder(), TestLog.IDENTITY).close();
        for (RecordedDisk.Step step : disk.steps()) {
            for (PowerLossImage.Kind kind : PowerLossImage.Kind.values()) {
                Path image = image(step, kind);
                try (var store = RecordedRun.builder().open(image, TestLog.IDENTITY)) {
                    assertEquals(TestLog.IDENTITY, store.identity(), step + ", " + kind);
                }
                Folders.delete(image);
            }
        }
    }

    @Test
    void nameOfTheDataFolderIsDurable() throws IOException {
        try (var store = builder().open(folder(), TestLog.IDENTITY);
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 3, 1, 100));
            Path left = image(disk.now(), PowerLossImage.Kind.SYNCED_ONLY);
            try (var again = TestLog.openStore(left);
                    var same = TestLog.open(again, "a")) {
                assertEquals(TestLog.entries(1, 3, 1, 100), same.all());
            }
        }
    }

    /** Also if folders above it had to be made. */
    @Test
    void namesOfTheFoldersAboveAreDurable() throws IOException {
        Path deep = temp.resolve("root/a/b/data");
        builder().open(deep, TestLog.IDENTITY).close();
        Path image = temp.resolve("deep");
        PowerLossImage.of(disk.now(), disk.root, PowerLossImage.Kind.SYNCED_ONLY, new Random(1))
                .write(image);
        try (var store = TestLog.openStore(image.resolve("a/b/data"))) {
            assertEquals(TestLog.IDENTITY, store.identity());
        }
        assertEquals(List.of("data"), List.of(image.resolve("a/b").toFile().list()));
    }

    /** The process that made the folder was killed before its name was durable. */
    @Test
    void nameOfASnapshotFolderIsDurableThoughItWasThere() throws IOException {
        try (var store = builder().open(folder(), TestLog.IDENTITY);
                var log = TestLog.open(store, "a")) {
            disk.killBefore("sync of folder data");
            assertThrows(CrashingDisk.PowerLoss.class, () -> log.snapshot(5));
        }
        disk.revive();
        try (var store = builder().open(folder(), TestLog.IDENTITY);
                var log = TestLog.open(store, "a")) {
            log.snapshot(5);
            Path left = image(disk.now(), PowerLossImage.Kind.SYNCED_ONLY);
            try (var again = TestLog.openStore(left);
                    var same = TestLog.open(again, "a")) {
                assertEquals(
                        Optional.of(5L),
                        same.log.snapshots().latest().map(info -> info.meta().index()));
            }
        }
    }
}
