package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.RecordFilter;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreTools;
import io.jangada.raft.spi.testkit.HostileInput;
import io.jangada.raft.spi.testkit.HostileInputContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that no store wrote, with and without good checksums: one clear error, or something that a
 * store could have written; never more memory than the file is worth.
 */
@Tag("long")
class HostileFilesTest implements HostileInputContract {
    private static final StoreId STORE = TestLog.IDENTITY.store();
    private static final byte[] CONTENT = Snapshots.content(14, 730);
    private static final SnapshotInfo INFO = Snapshots.info(14, CONTENT);

    @TempDir(factory = InMemory.class)
    static Path temp;

    private static final Logger LOGGER = Logger.getLogger(HostileFilesTest.class.getPackageName());

    private static Path data = Path.of("");
    private static byte[] segment = {};

    /** The store says at length what it thinks of each of these files. */
    @BeforeAll
    static void silence() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    /** A folder with one segment that has a record of nearly every type. */
    @BeforeAll
    static void write() throws IOException {
        data = temp.resolve("data");
        try (var store = TestLog.openStore(data)) {
            store.rememberPeer(NodeId.of("n2"), StoreId.of(2, 2));
            TestLog.open(store, "gone").close();
            store.destroy(GroupId.of("gone"));
            try (var a = TestLog.open(store, "a");
                    var b = TestLog.open(store, "b")) {
                a.snapshot(1_000);
                a.write(new HardState(3, NodeId.of("n2")), TestLog.entries(1, 6, 3, 40));
                a.write(null, TestLog.entries(5, 6, 4, 40));
                a.log.compact(2);
                b.snapshot(1_000);
                b.await(b.startReset(new HardState(4, null), 20, 2));
                b.write(null, TestLog.entries(21, 22, 4, 100));
            }
            TestLog.openForRebuild(store, "b").close();
        }
        SegmentImage image = SegmentImage.of(data).get(0);
        segment =
                Arrays.copyOfRange(
                        image.bytes,
                        image.records.get(0).offset(),
                        image.records.get(image.records.size() - 1).end());
        Files.delete(image.file);
        Folders.delete(data.resolve("snapshots"));
    }

    static Stream<HostileInput> targets() throws IOException {
        return Stream.of(
                        target("log-records", HostileFilesTest::records)
                                .from(List.of(segment))
                                .refusedWith(StoreException.class)
                                .repairedBy(HostileFilesTest::withRecordChecksums)
                                // An index far ahead may cost this much: slots for what is missing.
                                .mayAllocate(64 << 20, 200)
                                .upTo(8 << 10),
                        target("log-folder", HostileFilesTest::folder)
                                .from(List.of(segment))
                                .refusedWith(StoreException.class)
                                .repairedBy(HostileFilesTest::withRecordChecksums)
                                .mayAllocate(128 << 20, 200)
                                .upTo(8 << 10),
                        target("checkpoint", HostileFilesTest::checkpoint)
                                .from(checkpoints())
                                .refusedWith(IllegalArgumentException.class)
                                .mayAllocate(64 << 10, 200),
                        target("snapshot-file", HostileFilesTest::snapshot)
                                .from(List.of(snapshotFile()))
                                .refusedWith(StoreException.class)
                                .repairedBy(HostileFilesTest::withSnapshotChecksums)
                                .mayAllocate(256 << 10, 100)
                                .upTo(8 << 10),
                        target("partial-snapshot", HostileFilesTest::partial)
                                .from(List.of(snapshotFile()))
                                .repairedBy(HostileFilesTest::withSnapshotChecksums)
                                .mayAllocate(1 << 20, 100)
                                .upTo(8 << 10),
                        target("identity", HostileFilesTest::identity)
                                .from(List.of(Files.readAllBytes(data.resolve("IDENTITY"))))
                                .refusedWith(StoreException.class)
                                .repairedBy(HostileFilesTest::withIdentityChecksum)
                                .mayAllocate(256 << 10, 100),
                        target("current", HostileFilesTest::current)
                                .from(List.of(Files.readAllBytes(data.resolve("log/CURRENT"))))
                                .mayAllocate(256 << 10, 100),
                        target("recovering", HostileFilesTest::recovering)
                                .from(List.of(marker()))
                                .refusedWith(StoreException.class)
                                .mayAllocate(256 << 10, 100))
                .filter(HostileInput::isWanted);
    }

    private static HostileInput target(String name, HostileInput.Target target) {
        return HostileInput.into(HostileFilesTest.class, name, target);
    }

    // ---- what was found ------------------------------------------------------------------------

    /** It has a good checksum and a group name that does not exist: one clear error everywhere. */
    @Test
    void recordThatIsWholeButCannotBeUnderstoodIsOneClearError() throws IOException {
        byte[] senseless = segment.clone();
        RecordReader reader = new RecordReader(STORE);
        reader.segment(1, ByteBuffer.wrap(senseless).order(ByteOrder.LITTLE_ENDIAN));
        int at = 0;
        while (!reader.at(at) || reader.group().isEmpty()) {
            at += Integer.BYTES;
        }
        senseless[at + RecordFormat.GROUP] = '/';
        Path copy = Folders.copy(data, temp.resolve("senseless"));
        Files.deleteIfExists(copy.resolve("log/CURRENT"));
        Files.write(copy.resolve("log/00000001.segment"), withRecordChecksums(senseless));
        StoreTools tools = new SegmentStoreTools();
        String open = refusal(() -> TestLog.openStore(copy));
        String described = refusal(() -> tools.describe(copy));
        assertEquals(open, described);
        assertTrue(open.contains("byte " + at) && open.contains("00000001.segment"), open);
        assertEquals(List.of(open), tools.records(copy, RecordFilter.ALL, record -> {}).problems());
    }

    private static String refusal(Executable look) {
        return String.valueOf(assertThrows(StoreException.class, look).getMessage());
    }

    @Test
    void recoveryMarkerThatIsNoTextIsOneClearError() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("no-text"));
        Files.write(folder.resolve("RECOVERING"), new byte[] {'c', (byte) 0xff, '\n', (byte) 0xc0});
        String refusal = refusal(() -> new RecoveryMarker(folder, Disk.SYSTEM).read());
        assertTrue(refusal.contains("RECOVERING is damaged"), refusal);
    }

    /** What a checkpoint or a truncation says of an end far away takes no slots for all between. */
    @Test
    void logThatIsSaidToEndFarAwayTakesNoMemory() {
        GroupState state = new GroupState(new GroupMark(GroupId.of("a")));
        state.recoverLastIndex(1L << 61);
        assertEquals(1, state.firstMissing());
        state.recoverLastIndex(RecordFormat.NUMBER_MAX);
        assertEquals(RecordFormat.NUMBER_MAX, state.lastIndex());
    }

    // ---- the log -------------------------------------------------------------------------------

    /** What recovery makes of it, and what it is in words. */
    private static String records(byte[] input) {
        ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        Segment hostile = new Segment(1, Path.of("00000001.segment"), bytes);
        RecordReader reader = new RecordReader(STORE);
        reader.segment(1, bytes);
        int records = 0;
        for (int at = 0; at + RecordFormat.BYTES_MIN <= input.length; ) {
            boolean found = reader.at(at);
            at = found ? reader.end() : at + Integer.BYTES;
            records += found && !RecordText.of(reader).equals("?") ? 1 : 0;
        }
        Replay replay = new Replay(STORE, Long.MAX_VALUE);
        replay.run(List.of(hostile));
        replay.groups.values().forEach(group -> group.state.firstMissing());
        return Math.min(3, replay.groups.size())
                + " groups, "
                + (records == 0 ? "nothing" : replay.holes.isEmpty() ? "records" : "holes");
    }

    /** Looks at the folder in all ways that change nothing; opening begins with the same. */
    private static String folder(byte[] input) throws IOException {
        Path file = data.resolve("log/00000001.segment");
        Files.write(file, input);
        Files.deleteIfExists(data.resolve("log/CURRENT"));
        StoreTools tools = new SegmentStoreTools();
        long[] told = new long[1];
        tools.records(
                data,
                RecordFilter.ALL,
                record -> told[0] += record.toString().length() > 0 ? 1 : 0);
        int groups = tools.describe(data).groups().size();
        return Math.min(3, groups) + " groups, " + (told[0] > 0 ? "records" : "nothing");
    }

    /** Makes whatever looks like a record one. */
    private static byte[] withRecordChecksums(byte[] input) {
        byte[] seed = RecordFormat.seed(STORE);
        RecordFormat.seedSegment(seed, 1);
        ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        RecordReader reader = new RecordReader(STORE);
        reader.segment(1, bytes);
        for (int at = 0; at + RecordFormat.BYTES_MIN <= input.length; ) {
            if (!reader.looksLikeRecord(at)) {
                at += Integer.BYTES;
                continue;
            }
            int crcAt = at + bytes.getInt(at) - RecordFormat.CRC_BYTES;
            CRC32C crc = new CRC32C();
            crc.update(seed, 0, seed.length);
            crc.update(input, at, crcAt - at);
            bytes.putInt(crcAt, (int) crc.getValue());
            at = reader.end();
        }
        return input;
    }

    private static List<byte[]> checkpoints() {
        RecordReader reader = new RecordReader(STORE);
        reader.segment(1, ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN));
        List<byte[]> found = new ArrayList<>();
        for (int at = 0; at + RecordFormat.BYTES_MIN <= segment.length; at += 4) {
            if (reader.at(at)
                    && (reader.type() == RecordType.RECOVERY
                            || reader.type() == RecordType.FOOTER)) {
                found.add(reader.payload());
            }
        }
        return found;
    }

    private static String checkpoint(byte[] input) {
        Checkpoint taken = Checkpoint.decode(input);
        Checkpoint again = Checkpoint.decode(taken.encode());
        assertEquals(taken.peers, again.peers);
        assertEquals(taken.segments, again.segments);
        return "a checkpoint of " + Math.min(3, taken.groups.size());
    }

    // ---- snapshots -----------------------------------------------------------------------------

    private static byte[] snapshotFile() {
        Path folder = temp.resolve("snapshots-to-copy");
        FileSnapshotStore store = Snapshots.open(folder);
        Snapshots.take(store, 14, CONTENT);
        try {
            return Files.readAllBytes(Snapshots.file(folder, 14));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String snapshot(byte[] input) throws IOException {
        Path file = temp.resolve("hostile.snapshot");
        Files.write(file, input);
        try (SnapshotFileReader reader = SnapshotFileReader.open(file)) {
            reader.verify();
            ByteBuffer target = ByteBuffer.allocate(100);
            long position = 0;
            for (int read = reader.read(0, target); read > 0; ) {
                position += read;
                read = reader.read(position, target.clear());
            }
            assertEquals(reader.info().bytes(), position);
            return "a snapshot of " + reader.header().group();
        }
    }

    /** Whatever an earlier life left of it: what is received is whole. */
    private static String partial(byte[] input) throws IOException {
        Path folder = temp.resolve("receiving");
        Files.createDirectories(Snapshots.folder(folder));
        Path part = Snapshots.folder(folder).resolve(SnapshotNames.partial(INFO));
        Files.write(part, input);
        FileSnapshotStore store = Snapshots.open(folder);
        try {
            Snapshots.receive(store, INFO, CONTENT);
        } catch (StoreException e) {
            // Its checksums were good and its content another: it is forgotten, and begun anew.
            Snapshots.receive(store, INFO, CONTENT);
        }
        assertArrayEquals(CONTENT, Snapshots.read(store));
        Folders.delete(folder);
        return "the rest of a snapshot";
    }

    private static byte[] withSnapshotChecksums(byte[] input) {
        ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = input.length < 16 ? 0 : bytes.getInt(12);
        if (headerBytes < 84 || headerBytes > input.length) {
            return input;
        }
        CRC32C crc = new CRC32C();
        crc.update(input, 0, headerBytes - 4);
        bytes.putInt(headerBytes - 4, (int) crc.getValue());
        Path file = temp.resolve("repaired.snapshot");
        try {
            Files.write(file, input);
            try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
                return withChunkChecksums(input, SnapshotFormat.readHeader(file, in));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (StoreException e) {
            return input;
        }
    }

    private static byte[] withChunkChecksums(byte[] input, SnapshotFormat.Header header) {
        long number = 0;
        int end = input.length - SnapshotFormat.TRAILER_BYTES;
        int at = header.bytes();
        ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        while (at + SnapshotFormat.CHUNK_FRAME_BYTES < end) {
            int length = bytes.getInt(at);
            if (length < 1 || length > end - at - SnapshotFormat.CHUNK_FRAME_BYTES) {
                return input;
            }
            byte[] chunk = new byte[length + SnapshotFormat.CHUNK_FRAME_BYTES];
            System.arraycopy(input, at, chunk, 0, chunk.length);
            SnapshotFormat.frameChunk(header, number++, chunk, length);
            System.arraycopy(chunk, 0, input, at, chunk.length);
            at += chunk.length;
        }
        if (at == end) {
            byte[] hash = Arrays.copyOfRange(input, at + 16, at + 48);
            byte[] trailer = SnapshotFormat.trailer(header, bytes.getLong(at + 8), hash);
            System.arraycopy(trailer, 0, input, at, trailer.length);
        }
        return input;
    }

    // ---- small files ---------------------------------------------------------------------------

    private static String identity(byte[] input) throws IOException {
        Path folder = Files.createDirectories(temp.resolve("identity"));
        Files.write(folder.resolve("IDENTITY"), input);
        return new IdentityFile(folder, Disk.SYSTEM).read() == null ? "nobody" : "a node";
    }

    private static byte[] withIdentityChecksum(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("crc32c=");
        if (at < 0) {
            return input;
        }
        CRC32C crc = new CRC32C();
        crc.update(text.substring(0, at).getBytes(StandardCharsets.UTF_8));
        return (text.substring(0, at) + "crc32c=" + Long.toHexString(crc.getValue()) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String current(byte[] input) throws IOException {
        Path folder = Files.createDirectories(temp.resolve("current"));
        Files.write(folder.resolve("CURRENT"), input);
        return new CurrentFile(folder, Disk.SYSTEM).read() > 0 ? "a segment" : "nothing";
    }

    private static byte[] marker() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("marker"));
        new RecoveryMarker(folder, Disk.SYSTEM)
                .write(new RecoveryMarker.Begun("c~2", "n1=n1:7000,n2=n2:7000"));
        return Files.readAllBytes(folder.resolve("RECOVERING"));
    }

    private static String recovering(byte[] input) throws IOException {
        Path folder = Files.createDirectories(temp.resolve("marker"));
        Files.write(folder.resolve("RECOVERING"), input);
        return new RecoveryMarker(folder, Disk.SYSTEM).read() == null ? "nothing" : "a recovery";
    }
}
