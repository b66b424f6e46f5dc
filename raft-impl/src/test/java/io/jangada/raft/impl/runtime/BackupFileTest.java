package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot in a file: what comes back is what was written, or one sentence that says why not. */
class BackupFileTest {
    private static final GroupId GROUP = GroupId.of("accounts");
    private static final Membership OLD = Membership.parse("voters n1=a:1,n2=b:1; learners n3=c:1");
    private static final Membership NEW = Membership.parse("voters m1=x:1,m2=y:1,m3=z:1");
    private static final SnapshotMeta META = new SnapshotMeta(900, 7, 123_456, 40, OLD);

    /** Bytes before the content: magic, format, length, fields, checksum. */
    private static final int FIELDS_AT = 16;

    @TempDir private Path folder;

    private static SnapshotStore snapshots() {
        StoreIdentity identity = new StoreIdentity("home", NodeId.of("n1"), StoreId.of(0, 1));
        WriteListener nobody =
                new WriteListener() {
                    @Override
                    public void onPersisted(long writeSequence) {}

                    @Override
                    public void onFailed(StoreException cause) {}
                };
        return new MemoryLogStore(identity).open(GROUP, nobody).snapshots();
    }

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(1).nextBytes(content);
        return content;
    }

    private static SnapshotStore holding(byte[] content) {
        SnapshotStore store = snapshots();
        try (SnapshotSink sink = store.create(META)) {
            sink.write(ByteBuffer.wrap(content));
            sink.commit();
        }
        return store;
    }

    private Path write(byte[] content) throws IOException {
        Path file = folder.resolve("state.backup");
        try (SnapshotFile snapshot = holding(content).open()) {
            BackupFile written = BackupFile.write(file, GROUP, snapshot);
            assertEquals(written, BackupFile.read(file));
            assertEquals(GROUP, written.group());
            assertEquals(snapshot.info(), written.info());
        }
        return file;
    }

    private static byte[] latest(SnapshotStore store) {
        try (SnapshotFile snapshot = store.open()) {
            ByteBuffer all = ByteBuffer.allocate((int) snapshot.info().bytes());
            while (all.hasRemaining() && snapshot.read(all.position(), all) > 0) {
                // A read may give less than asked for.
            }
            return all.array();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 256 << 10, (256 << 10) + 1, 1_000_000})
    void aNewGroupIsFoundedOnWhatWasBackedUp(int bytes) throws IOException {
        byte[] content = content(bytes);
        Path file = write(content);
        SnapshotStore store = snapshots();

        BackupFile.read(file).found(store, NEW);

        SnapshotInfo founded = store.latest().orElseThrow();
        assertEquals(new SnapshotMeta(900, 7, 123_456, 900, NEW), founded.meta());
        assertArrayEquals(content, latest(store));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList(), "nothing temporary is left");
        }
    }

    @Test
    void aFoundingThatWasCutShortGoesOn() throws IOException {
        byte[] content = content(600_000);
        BackupFile backup = BackupFile.read(write(content));
        SnapshotStore store = snapshots();
        SnapshotMeta meta = new SnapshotMeta(900, 7, 123_456, 900, NEW);
        SnapshotInfo wanted = new SnapshotInfo(meta, backup.info().bytes(), backup.info().hash());
        try (SnapshotSink cut = store.receive(wanted)) {
            cut.write(ByteBuffer.wrap(content, 0, 300_000));
        }

        backup.found(store, NEW);

        assertArrayEquals(content, latest(store));
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Path file = write(content(10));
        byte[] before = Files.readAllBytes(file);
        try (SnapshotFile snapshot = holding(content(20)).open()) {
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> BackupFile.write(file, GROUP, snapshot));
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void aFolderThatIsNotThereLeavesNothing() {
        Path file = folder.resolve("no").resolve("where");
        try (SnapshotFile snapshot = holding(content(20)).open()) {
            assertThrows(IOException.class, () -> BackupFile.write(file, GROUP, snapshot));
        }
        assertFalse(Files.exists(file));
    }

    private String refusal(Path file) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> BackupFile.read(file).found(snapshots(), NEW))
                .getMessage();
    }

    @Test
    void aFileThatIsNotThere() {
        Path file = folder.resolve("nowhere");
        assertEquals("there is no backup " + file, refusal(file));
    }

    @Test
    void aFileOfSomethingElse() throws IOException {
        Path file = folder.resolve("letter");
        Files.writeString(file, "Dear sir or madam, this is no backup at all.");
        assertEquals(file + " is not a backup of Jangada", refusal(file));
        Files.writeString(file, "Dear");
        assertEquals(file + " is no backup, or its end is missing", refusal(file));
    }

    @Test
    void aFileOfANewerFormat() throws IOException {
        Path file = write(content(10));
        byte[] bytes = Files.readAllBytes(file);
        bytes[11] = 2;
        Files.write(file, bytes);
        assertEquals(
                "backup "
                        + file
                        + " has format 2, this version reads format 1: use a newer version",
                refusal(file));
    }

    /** Any bit of the file: found before anything of it becomes a group's state. */
    @Test
    void anyFlippedBitIsNoticed() throws IOException {
        Path file = write(content(200));
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Files.write(file, bad);
            SnapshotStore store = snapshots();
            String why =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> BackupFile.read(file).found(store, NEW),
                                    "byte " + at)
                            .getMessage();
            assertTrue(why.contains(file.toString()), why);
            assertEquals(Optional.empty(), store.latest());
        }
    }

    @Test
    void aFileThatWasCutOrGrew() throws IOException {
        Path file = write(content(200));
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length <= good.length + 5; length++) {
            if (length != good.length) {
                Files.write(file, Arrays.copyOf(good, length));
                assertTrue(refusal(file).contains(file.toString()));
            }
        }
        Files.write(file, Arrays.copyOf(good, good.length - 1));
        assertEquals(
                "backup " + file + " is damaged: it holds 199 bytes of content, not 200",
                refusal(file));
    }

    @Test
    void theHeadersLengthIsNotBelievedBlindly() throws IOException {
        Path file = write(content(10));
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putInt(FIELDS_AT - 4, Integer.MAX_VALUE);
        Files.write(file, bytes);
        assertEquals(
                "backup " + file + " is damaged: the length of its header is 2147483647",
                refusal(file));
    }
}
