package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.testkit.SnapshotStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every snapshot store, with chunks so small that most tests cross several. */
class FileSnapshotStoreTest extends SnapshotStoreContract {
    @TempDir(factory = InMemory.class)
    Path folder;

    @Override
    protected SnapshotStore create() {
        return open();
    }

    @Override
    protected SnapshotStore reopen() {
        return open();
    }

    private SnapshotStore open() {
        return new FileSnapshotStore(
                folder.resolve("snapshots"),
                GroupId.of("a"),
                TestLog.IDENTITY.store(),
                Disk.SYSTEM,
                100);
    }
}
