package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import io.jangada.raft.spi.testkit.HostileInput;
import io.jangada.raft.spi.testkit.HostileInputContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Entries, states and backups that no node wrote. */
@Tag("long")
class HostileStateTest implements HostileInputContract {
    private static final SnapshotMeta META =
            new SnapshotMeta(900, 7, 123_456, 40, Membership.parse("voters n1=a:1,n2=b:1"));

    @TempDir static Path folder;

    static Stream<HostileInput> targets() {
        return Stream.of(
                        target("command-entry", HostileStateTest::commandEntry)
                                .from(golden("command-entry"))
                                .refusedWith(IllegalArgumentException.class),
                        target("session-entry", HostileStateTest::sessionEntry)
                                .from(golden("session-entry"))
                                .refusedWith(IllegalArgumentException.class),
                        target("image", bytes -> load(new Adder.WithViews(), bytes))
                                .from(golden("image"))
                                .refusedWith(IOException.class)
                                .mayAllocate(256 << 10, 100),
                        target("image-of-files", HostileStateTest::files)
                                .from(golden("image-of-files"))
                                .refusedWith(IOException.class)
                                .mayAllocate(2 << 20, 300)
                                .upTo(8 << 10),
                        target("backup", HostileStateTest::backup)
                                .from(golden("backup"))
                                .refusedWith(IllegalArgumentException.class)
                                .repairedBy(HostileStateTest::withChecksum)
                                // Content is read in pieces of this size.
                                .mayAllocate(4 << 20, 100)
                                .upTo(8 << 10))
                .filter(HostileInput::isWanted);
    }

    private static HostileInput target(String name, HostileInput.Target target) {
        return HostileInput.into(HostileStateTest.class, name, target);
    }

    private static List<byte[]> golden(String name) {
        return GoldenFiles.all("state")
                .filter(file -> file.name().equals(name))
                .map(GoldenFile::bytes)
                .toList();
    }

    private static String commandEntry(byte[] input) {
        return "a command of " + Math.min(3, CommandEnvelope.decode(input).command().remaining());
    }

    private static String sessionEntry(byte[] input) {
        return SessionTerms.decode(input).window() > 0 ? "a session" : "no session";
    }

    private static String load(Adder machine, byte[] input) throws IOException {
        ReplicatedState<Adder> state =
                new ReplicatedState<>(machine, () -> Files.createTempDirectory(folder, "scratch"));
        try {
            state.load(fileOf(input), () -> false);
        } catch (IOException e) {
            // Which one is told with its class: not all have words of their own.
            throw new IOException(e.toString(), e);
        }
        return "a state of " + Math.min(3, state.sessions().size()) + " sessions";
    }

    /** Whatever names it holds, files appear in the folder for them and nowhere else. */
    private static String files(byte[] input) throws IOException {
        try {
            return load(new FileAdder(folder), input);
        } finally {
            assertNothingLeft();
        }
    }

    private static void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList(), "left behind");
        }
    }

    private static SnapshotFile fileOf(byte[] content) {
        return new SnapshotFile() {
            @Override
            public SnapshotInfo info() {
                return new SnapshotInfo(META, content.length, "0".repeat(64));
            }

            @Override
            public int read(long position, ByteBuffer target) {
                int from = (int) Math.min(position, content.length);
                int count = Math.min(target.remaining(), content.length - from);
                target.put(content, from, count);
                return count;
            }

            @Override
            public void close() {}
        };
    }

    private static String backup(byte[] input) throws IOException {
        Path file = folder.resolve("state.backup");
        Files.write(file, input);
        try {
            BackupFile backup = BackupFile.read(file);
            SnapshotStore snapshots = snapshots();
            try {
                backup.found(snapshots, Membership.parse("voters m1=x:1"));
            } catch (IllegalArgumentException e) {
                if (snapshots.latest().isPresent()) {
                    throw new AssertionError("damaged, and a snapshot all the same", e);
                }
                throw e;
            }
            return "a backup";
        } finally {
            Files.delete(file);
        }
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
        return new MemoryLogStore(identity).open(GroupId.of("accounts"), nobody).snapshots();
    }

    /** The header's length stands at 12, its checksum behind it. */
    private static byte[] withChecksum(byte[] input) {
        if (input.length >= 20) {
            int end = 16 + ByteBuffer.wrap(input).getInt(12);
            if (end >= 16 && end <= input.length - 4) {
                CRC32C crc = new CRC32C();
                crc.update(input, 0, end);
                ByteBuffer.wrap(input).putInt(end, (int) crc.getValue());
            }
        }
        return input;
    }
}
