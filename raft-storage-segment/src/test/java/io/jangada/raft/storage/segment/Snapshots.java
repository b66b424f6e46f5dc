package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** What tests of snapshot files share. Content tells its index. */
final class Snapshots {
    static final GroupId GROUP = GroupId.of("a");
    static final int CHUNK = 100;
    static final Membership MEMBERS =
            Membership.ofVoters(List.of(Member.parse("n1=h1:7001"), Member.parse("n2=h2:7002")));

    private Snapshots() {}

    static FileSnapshotStore open(Path snapshots) {
        return open(snapshots, Disk.SYSTEM);
    }

    static FileSnapshotStore open(Path snapshots, Disk disk) {
        return new FileSnapshotStore(snapshots, GROUP, TestLog.IDENTITY.store(), disk, CHUNK);
    }

    static SnapshotMeta meta(long index) {
        return new SnapshotMeta(index, 2, index * 10, 1, MEMBERS);
    }

    static byte[] content(long index, int bytes) {
        byte[] content = new byte[bytes];
        new Random(index).nextBytes(content);
        return content;
    }

    static SnapshotInfo info(long index, byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return new SnapshotInfo(meta(index), content.length, HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static SnapshotInfo take(SnapshotStore store, long index, byte[] content) {
        try (SnapshotSink sink = store.create(meta(index))) {
            sink.write(ByteBuffer.wrap(content));
            return sink.commit();
        }
    }

    /** Takes what is missing, as a transfer does. */
    static SnapshotInfo receive(SnapshotStore store, SnapshotInfo info, byte[] content) {
        try (SnapshotSink sink = store.receive(info)) {
            int from = (int) sink.position();
            sink.write(ByteBuffer.wrap(content, from, content.length - from));
            return sink.commit();
        }
    }

    static byte[] read(SnapshotStore store) {
        try (SnapshotFile file = store.open()) {
            byte[] content = new byte[(int) file.info().bytes()];
            file.read(0, ByteBuffer.wrap(content));
            return content;
        }
    }

    /** The file of an index. */
    static Path file(Path snapshots, long index) {
        return folder(snapshots).resolve(SnapshotNames.snapshot(meta(index)));
    }

    static Path folder(Path snapshots) {
        return snapshots.resolve(SnapshotNames.folder(GROUP));
    }
}
