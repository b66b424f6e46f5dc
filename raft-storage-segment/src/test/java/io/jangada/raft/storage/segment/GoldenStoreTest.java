package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data folders of every version so far are opened for ever after (S56). Kept as ZIP files. */
@SuppressWarnings("ArrayRecordComponent") // They are looked at part by part, never compared.
class GoldenStoreTest {
    private static final String PART = "store";

    @TempDir(factory = InMemory.class)
    static Path temp;

    private static int folders;

    @BeforeAll
    static void writeIfAsked() throws Exception {
        if (System.getProperty("jangada.writeGolden") != null) {
            GoldenFiles.writeIfAsked(PART, things(), (name, bytes) -> open(bytes));
        }
    }

    // ---- what this version writes --------------------------------------------------------------

    private static Map<String, byte[]> things() throws IOException {
        Map<String, byte[]> things = new TreeMap<>();
        Path folder = temp.resolve("written");
        try (var store = TestLog.openStore(folder)) {
            fill(store);
            things.put("killed", zip(Folders.copy(folder, temp.resolve("killed"))));
        }
        things.put("closed", zip(folder));
        Path joiner = temp.resolve("joiner");
        StoreIdentity nobodys = new StoreIdentity("", NodeId.of("n1"), StoreId.of(1, 2));
        try (var store = TestLog.builder().open(joiner, nobodys)) {
            store.adoptCluster("é 集群");
        }
        things.put("joiner", zip(joiner));
        things.put("rebuilt", zip(rebuilt(temp.resolve("rebuilt"))));
        things.put("recovered", zip(recovered(temp.resolve("recovered"))));
        return things;
    }

    /** A damaged group that is whole again, and one that is still being made good. */
    private static Path rebuilt(Path folder) throws IOException {
        Path original = temp.resolve("undamaged");
        try (var store = TestLog.builder().compactionMillis(-1).open(original, TestLog.IDENTITY);
                var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b");
                var c = TestLog.open(store, "c")) {
            a.write(new HardState(5, NodeId.of("n2")), TestLog.entries(1, 3, 5, 10));
            b.write(new HardState(6, NodeId.of("n3")), TestLog.entries(1, 3, 6, 10));
            for (int index = 1; index <= 60; index++) {
                c.write(null, List.of(large(index)));
            }
            Folders.copy(original, folder);
        }
        SegmentImage first = SegmentImage.of(folder).get(0);
        first.flip(first.entry("a", 2).offset() + 60);
        first.flip(first.entry("b", 2).offset() + 60);
        try (var store = TestLog.builder().compactionMillis(-1).open(folder, TestLog.IDENTITY);
                var a = TestLog.openForRebuild(store, "a");
                var b = TestLog.openForRebuild(store, "b")) {
            a.write(null, TestLog.entries(1, 4, 7, 10));
            a.log.rebuilt();
            a.write(null, TestLog.entries(5, 5, 7, 10));
            b.write(null, TestLog.entries(1, 2, 7, 10));
        }
        return folder;
    }

    /** The only survivor of three, which goes on in the second generation of its cluster. */
    private static Path recovered(Path folder) {
        StoreIdentity identity = new StoreIdentity("c", NodeId.of("n1"), StoreId.of(1, 2));
        List<Member> founders =
                Stream.of("n1=h1:7001", "n2=h2:7001", "n3=h3:7001").map(Member::parse).toList();
        byte[] membership =
                Membership.ofVoters(founders).toString().getBytes(StandardCharsets.UTF_8);
        try (var store = TestLog.builder().open(folder, identity);
                var a = TestLog.open(store, "a")) {
            a.write(
                    new HardState(2, null),
                    List.of(new LogEntry(1, 0, 0, EntryType.MEMBERSHIP, membership)));
            a.write(null, TestLog.entries(2, 9, 2, 10));
        }
        new SegmentStoreTools(TestLog::builder).recover(folder, founders.subList(0, 1));
        return folder;
    }

    /** Every kind of record, more than one segment, and a log that begins behind a snapshot. */
    private static void fill(SegmentLogStore store) {
        store.rememberPeer(NodeId.of("n2"), StoreId.of(-5, 6));
        try (var a = TestLog.open(store, "a");
                var b = TestLog.open(store, "b");
                var gone = TestLog.open(store, "gone")) {
            gone.write(new HardState(1, null), TestLog.entries(1, 3, 1, 10));
            a.write(new HardState(3, NodeId.of("n2")), TestLog.entries(1, 30, 3, 10));
            a.write(new HardState(4, null), TestLog.entries(25, 40, 4, 10)); // Replaces a tail.
            a.write(null, List.of(LogEntry.noop(41, 4, 500), text(42, EntryType.MEMBERSHIP)));
            a.write(null, List.of(text(43, EntryType.OPEN_SESSION)));
            snapshot(a, 20);
            a.log.compact(20);
            b.write(new HardState(Long.MAX_VALUE >> 2, null), TestLog.entries(1, 5, 2, 0));
            for (int index = 6; index <= 60; index++) {
                b.write(null, List.of(large(index)));
            }
            b.write(null, TestLog.entries(61, 61, 2, 100));
        }
        store.destroy(GroupId.of("gone"));
        try (var c = TestLog.open(store, "c")) {
            snapshot(c, 500);
            c.await(c.startReset(new HardState(7, null), 500, 6));
            c.write(null, TestLog.entries(501, 503, 7, 10));
        }
    }

    /** Fills segments, and takes little room where it is kept. */
    private static LogEntry large(int index) {
        byte[] payload = new byte[4000];
        Arrays.fill(payload, (byte) index);
        return new LogEntry(index, 2, index, EntryType.COMMAND, payload);
    }

    private static LogEntry text(long index, EntryType type) {
        byte[] payload = "voters n1=h1:7001".getBytes(StandardCharsets.UTF_8);
        return new LogEntry(index, 4, 500, type, payload);
    }

    private static void snapshot(TestLog log, long index) {
        SnapshotMeta meta = new SnapshotMeta(index, 3, 200, 1, Snapshots.MEMBERS);
        try (SnapshotSink sink = log.log.snapshots().create(meta)) {
            sink.write(ByteBuffer.wrap(Snapshots.content(index, 1000)));
            sink.commit();
        }
    }

    private static byte[] zip(Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes);
                Stream<Path> files = Files.walk(folder)) {
            out.setLevel(9);
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    // ---- how it is read ------------------------------------------------------------------------

    private record Group(
            HardState hardState,
            boolean rebuilding,
            long firstIndex,
            long lastIndex,
            List<LogEntry> entries,
            SnapshotInfo snapshot,
            byte[] snapshotContent) {}

    private record Store(
            StoreIdentity identity, Map<NodeId, StoreId> knownPeers, Map<String, Group> groups) {}

    private static Path unzip(byte[] bytes) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("kept-" + ++folders));
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
        return folder;
    }

    private static Store open(byte[] bytes) throws IOException {
        Path folder = unzip(bytes);
        Store first = read(folder);
        assertEquals(text(first), text(read(folder)), "and again, once this version wrote to it");
        return first;
    }

    private static String text(Store store) {
        return store.identity() + " " + store.knownPeers() + " " + store.groups().keySet();
    }

    private static Store read(Path folder) {
        StoreIdentity asked = new StoreIdentity("any", NodeId.of("n1"), StoreId.of(0, 0));
        try (var store = TestLog.builder().open(folder, asked)) {
            Map<String, Group> groups = new TreeMap<>();
            for (GroupId group : store.groups()) {
                groups.put(group.value(), read(store, group));
            }
            return new Store(store.identity(), Map.copyOf(store.knownPeers()), groups);
        }
    }

    private static Group read(SegmentLogStore store, GroupId group) {
        try (var log = TestLog.open(store, group.value())) {
            SnapshotInfo snapshot = log.log.snapshots().latest().orElse(null);
            byte[] content = new byte[0];
            if (snapshot != null) {
                content = new byte[(int) snapshot.bytes()];
                try (SnapshotFile file = log.log.snapshots().open()) {
                    file.read(0, ByteBuffer.wrap(content));
                }
            }
            return new Group(
                    log.log.hardState(),
                    log.log.rebuilding(),
                    log.log.firstIndex(),
                    log.log.lastIndex(),
                    log.all(),
                    snapshot,
                    content);
        }
    }

    static Stream<GoldenFile> kept() {
        return GoldenFiles.all(PART);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kept")
    void isOpened(GoldenFile kept) throws IOException {
        kept.check(open(kept.bytes()));
    }
}
