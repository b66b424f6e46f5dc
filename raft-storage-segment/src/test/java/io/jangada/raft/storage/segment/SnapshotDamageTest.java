package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.SuspectGroupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage to every part of a snapshot's file (scenario S20): seen, told, and never loaded. */
class SnapshotDamageTest {
    private static final byte[] CONTENT = Snapshots.content(9, 350);

    @TempDir(factory = InMemory.class)
    Path snapshots;

    private interface Damage {
        byte[] to(byte[] file);
    }

    @Test
    void flippedBitAnywhereIsSeen() throws Exception {
        Snapshots.take(Snapshots.open(snapshots), 9, CONTENT);
        Path file = Snapshots.file(snapshots, 9);
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << at % 8);
            Files.write(file, bad);
            assertDamaged("byte " + at);
        }
        Files.write(file, good);
        assertArrayEquals(CONTENT, Snapshots.read(Snapshots.open(snapshots)));
    }

    @Test
    void otherLengthIsSeen() throws Exception {
        Snapshots.take(Snapshots.open(snapshots), 9, CONTENT);
        Path file = Snapshots.file(snapshots, 9);
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length += 7) {
            Files.write(file, Arrays.copyOf(good, length));
            assertDamaged("cut to " + length);
        }
        Files.write(file, Arrays.copyOf(good, good.length + 1));
        assertDamaged("one byte more");
    }

    @Test
    void chunksInAnotherOrderAreSeen() throws Exception {
        Snapshots.take(Snapshots.open(snapshots), 9, CONTENT);
        damage(
                bytes -> {
                    int header = bytes.length - SnapshotFormat.TRAILER_BYTES - 350 - 4 * 8;
                    byte[] swapped = bytes.clone();
                    System.arraycopy(bytes, header, swapped, header + 108, 108);
                    System.arraycopy(bytes, header + 108, swapped, header, 108);
                    return swapped;
                });
        assertDamaged("swapped");
    }

    @Test
    void fileUnderAnotherNameIsSeen() throws Exception {
        Snapshots.take(Snapshots.open(snapshots), 9, CONTENT);
        Files.move(Snapshots.file(snapshots, 9), Snapshots.file(snapshots, 12));
        FileSnapshotStore store = Snapshots.open(snapshots);
        assertEquals(Optional.empty(), store.latest());
        assertTold(store, "its header says index 9");
    }

    @Test
    void fileOfAnotherStoreOrGroupIsSeen() throws Exception {
        new FileSnapshotStoreOf(StoreId.of(1, 2), Snapshots.GROUP).take(snapshots);
        assertTold(Snapshots.open(snapshots), "written by store");
        Path other = snapshots.resolve("b");
        new FileSnapshotStoreOf(TestLog.IDENTITY.store(), GroupId.of("b")).take(snapshots);
        Files.delete(Snapshots.file(snapshots, 9));
        Files.move(
                other.resolve(SnapshotNames.snapshot(Snapshots.meta(9))),
                Snapshots.file(snapshots, 9));
        assertTold(Snapshots.open(snapshots), "of group 'b'");
    }

    private record FileSnapshotStoreOf(StoreId store, GroupId group) {
        void take(Path folder) {
            Snapshots.take(
                    new FileSnapshotStore(folder, group, store, Disk.SYSTEM, 100), 9, CONTENT);
        }
    }

    @Test
    void olderOneIsUsedIfTheLogGoesBackThatFar() throws Exception {
        Snapshots.take(Snapshots.open(snapshots), 5, Snapshots.content(5, 40));
        byte[] older = Files.readAllBytes(Snapshots.file(snapshots, 5));
        Snapshots.take(Snapshots.open(snapshots), 9, CONTENT);
        // The crash came before the older one was deleted.
        Files.write(Snapshots.file(snapshots, 5), older);
        damage(bytes -> Arrays.copyOf(bytes, 200));
        FileSnapshotStore store = Snapshots.open(snapshots);
        assertArrayEquals(Snapshots.content(5, 40), Snapshots.read(store));
        store.checkJoins(6);
        assertThrows(SuspectGroupException.class, () -> store.checkJoins(7));
        assertTrue(Files.exists(Snapshots.file(snapshots, 9)), "kept to be looked at");
        Snapshots.take(store, 7, Snapshots.content(7, 10));
        assertEquals(7, Snapshots.open(snapshots).latest().orElseThrow().meta().index());
    }

    @Test
    void newerVersionIsNotTakenForDamage() throws Exception {
        Snapshots.take(Snapshots.open(snapshots), 9, CONTENT);
        damage(
                bytes -> {
                    byte[] newer = bytes.clone();
                    newer[8] = 2;
                    int header = bytes.length - SnapshotFormat.TRAILER_BYTES - 350 - 4 * 8;
                    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
                    crc.update(newer, 0, header - 4);
                    ByteBuffer.wrap(newer)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .putInt(header - 4, (int) crc.getValue());
                    return newer;
                });
        assertTold(Snapshots.open(snapshots), "has version 2, this program reads 1");
    }

    @Test
    void damageThatComesLaterIsFoundByReading() throws Exception {
        FileSnapshotStore store = Snapshots.open(snapshots);
        Snapshots.take(store, 9, CONTENT);
        damage(
                bytes -> {
                    bytes[bytes.length - SnapshotFormat.TRAILER_BYTES - 20] ^= 1;
                    return bytes;
                });
        try (SnapshotFile file = store.open()) {
            ByteBuffer target = ByteBuffer.allocate(300);
            assertEquals(300, file.read(0, target), "the chunks before are good");
            StoreException e =
                    assertThrows(
                            StoreException.class, () -> file.read(310, ByteBuffer.allocate(10)));
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("chunk 3"), message);
            assertTrue(message.contains(Snapshots.file(snapshots, 9).toString()), message);
        }
    }

    @ParameterizedTest(name = "chunk {0}")
    @ValueSource(ints = {0, 1, 3})
    void damagedPartOfATransferIsFetchedAgain(int chunk) throws Exception {
        SnapshotInfo info = Snapshots.info(9, CONTENT);
        FileSnapshotStore store = Snapshots.open(snapshots);
        try (SnapshotSink sink = store.receive(info)) {
            sink.write(ByteBuffer.wrap(CONTENT, 0, 340));
        }
        Path part = Snapshots.folder(snapshots).resolve(SnapshotNames.partial(info));
        byte[] bytes = Files.readAllBytes(part);
        int header = bytes.length - 340 - 4 * 8;
        bytes[header + chunk * 108 + 20] ^= 1;
        Files.write(part, bytes);
        FileSnapshotStore again = Snapshots.open(snapshots);
        try (SnapshotSink sink = again.receive(info)) {
            assertEquals(chunk * 100L, sink.position());
        }
        assertEquals(info, Snapshots.receive(again, info, CONTENT));
        assertArrayEquals(CONTENT, Snapshots.read(again));
    }

    @Test
    void namesOfGroupsDoNotMeet() {
        List<String> names =
                List.of("a", "A", ".", "..", "a.b", "_", "-", "+a".substring(1), "Ab", "aB", "AB");
        long folders =
                names.stream()
                        .distinct()
                        .map(n -> SnapshotNames.folder(GroupId.of(n)))
                        .distinct()
                        .count();
        assertEquals(names.stream().distinct().count(), folders);
        assertEquals("+.", SnapshotNames.folder(GroupId.of(".")));
        assertEquals("+a", SnapshotNames.folder(GroupId.of("A")));
    }

    private void damage(Damage damage) throws IOException {
        Path file = Snapshots.file(snapshots, 9);
        Files.write(file, damage.to(Files.readAllBytes(file)));
    }

    private void assertDamaged(String what) {
        FileSnapshotStore store = Snapshots.open(snapshots);
        assertEquals(Optional.empty(), store.latest(), what);
        store.checkJoins(1);
        SuspectGroupException e =
                assertThrows(SuspectGroupException.class, () -> store.checkJoins(5), what);
        assertTrue(e.hardStateIntact());
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(Snapshots.file(snapshots, 9).toString()), message);
    }

    private static void assertTold(FileSnapshotStore store, String words) {
        SuspectGroupException e =
                assertThrows(SuspectGroupException.class, () -> store.checkJoins(5));
        assertTrue(String.valueOf(e.getMessage()).contains(words), e.toString());
    }
}
