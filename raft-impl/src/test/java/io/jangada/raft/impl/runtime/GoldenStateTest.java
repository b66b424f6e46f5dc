package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the runtime leaves in entries, snapshots and backups is read for ever after (S56). */
class GoldenStateTest {
    private static final String PART = "state";
    private static final GroupId GROUP = GroupId.of("accounts");
    private static final Membership MEMBERS =
            Membership.parse("voters n1=a:1,n2=b:1; learners n3=c:1");
    private static final SnapshotMeta META = new SnapshotMeta(900, 7, 123_456, 40, MEMBERS);
    private static final SessionTerms TERMS = new SessionTerms(-77, 3_600_000, 16, 1 << 20, 100);
    private static final long[] SEQUENCES = {1, 2, 5};

    @TempDir static Path folder;

    @BeforeAll
    static void writeIfAsked() throws Exception {
        GoldenFiles.writeIfAsked(PART, things(), GoldenStateTest::read);
    }

    // ---- what this version writes --------------------------------------------------------------

    private static Map<String, byte[]> things() throws IOException {
        Map<String, byte[]> things = new TreeMap<>();
        byte[] command = "set a 1".getBytes(StandardCharsets.UTF_8);
        things.put("command-entry", CommandEnvelope.encode(3, 17, 12, command));
        things.put("session-entry", TERMS.encode());
        things.put("image", imageOf(filled(new Adder.WithViews())));
        things.put("image-of-files", imageOf(filled(new FileAdder(folder))));
        things.put("backup", backupOf(things.get("image")));
        return things;
    }

    /** A state in which every part has something. */
    private static ReplicatedState<Adder> filled(Adder machine) throws IOException {
        ReplicatedState<Adder> state = state(machine);
        byte[] members = MEMBERS.toString().getBytes(StandardCharsets.UTF_8);
        state.took(new LogEntry(40, 6, 99, EntryType.MEMBERSHIP, members));
        state.sessions().open(4, TERMS, 100);
        state.sessions().open(3, TERMS, 200);
        for (long sequence : SEQUENCES) {
            CommandEnvelope write =
                    CommandEnvelope.decode(
                            CommandEnvelope.encode(
                                    3, sequence, Math.min(2, sequence), new byte[0]));
            state.sessions().lookup(write, 300 + sequence);
            long sum = machine.add(sequence * 1000);
            state.sessions().applied(write, ByteBuffer.allocate(8).putLong(sum).array());
        }
        state.took(new LogEntry(900, 7, 123_456, EntryType.NOOP, new byte[0]));
        return state;
    }

    private static ReplicatedState<Adder> state(Adder machine) {
        return new ReplicatedState<>(machine, () -> Files.createTempDirectory(folder, "scratch"));
    }

    private static byte[] imageOf(ReplicatedState<Adder> state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (StateImage image = state.image()) {
            image.writeTo(bytes);
        }
        return bytes.toByteArray();
    }

    private static byte[] backupOf(byte[] content) throws IOException {
        Path file = Files.createTempDirectory(folder, "backup").resolve("state.backup");
        try (SnapshotFile snapshot = holding(content).open()) {
            BackupFile.write(file, GROUP, snapshot);
        }
        return Files.readAllBytes(file);
    }

    private static SnapshotStore holding(byte[] content) {
        SnapshotStore store = snapshots();
        try (SnapshotSink sink = store.create(META)) {
            sink.write(ByteBuffer.wrap(content));
            sink.commit();
        }
        return store;
    }

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

    // ---- how it is read ------------------------------------------------------------------------

    private record Loaded(
            long index, List<Long> numbers, int sessions, Map<String, byte[]> repliesOfSession3) {}

    private record Restored(GroupId group, SnapshotInfo info, Loaded state) {}

    private static Object read(String name, byte[] bytes) throws IOException {
        return switch (name) {
            case "command-entry" -> CommandEnvelope.decode(bytes);
            case "session-entry" -> SessionTerms.decode(bytes);
            case "image" -> load(new Adder.WithViews(), holding(bytes));
            case "image-of-files" -> load(new FileAdder(folder), holding(bytes));
            case "backup" -> restore(bytes);
            default -> throw new AssertionError("nobody reads " + name);
        };
    }

    private static Loaded load(Adder machine, SnapshotStore snapshots) throws IOException {
        ReplicatedState<Adder> state = state(machine);
        try (SnapshotFile file = snapshots.open()) {
            state.load(file, () -> false);
        }
        Map<String, byte[]> replies = new HashMap<>();
        for (long sequence : SEQUENCES) {
            byte[] reply = state.sessions().reply(3, sequence);
            replies.put("" + sequence, reply == null ? new byte[0] : reply);
        }
        return new Loaded(state.index(), machine.numbers(), state.sessions().size(), replies);
    }

    private static Restored restore(byte[] bytes) throws IOException {
        Path file = Files.createTempDirectory(folder, "restore").resolve("state.backup");
        Files.write(file, bytes);
        BackupFile backup = BackupFile.read(file);
        SnapshotStore snapshots = snapshots();
        backup.found(snapshots, Membership.parse("voters m1=x:1"));
        return new Restored(backup.group(), backup.info(), load(new Adder.WithViews(), snapshots));
    }

    static Stream<GoldenFile> kept() {
        return GoldenFiles.all(PART);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kept")
    void isRead(GoldenFile kept) throws IOException {
        kept.check(read(kept.name(), kept.bytes()));
    }
}
