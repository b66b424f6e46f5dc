package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of a group as one life of its node sees them. Every step of every operation can be
 * failed or made the node's last one, see {@link SimDisk#fail} and {@link SimDisk#crashAt}.
 */
final class SimSnapshotStore implements SnapshotStore {
    private static final String TAKEN = "taken.tmp";
    private static final String RECEIVED = "received.tmp";
    private static final String FINISHED = "snapshot-";

    private final SimLogStore store;
    private final SimFolder folder;
    private @Nullable SimFile latest;

    SimSnapshotStore(SimLogStore store, SimFolder folder) {
        this.store = store;
        this.folder = folder;
        folder.delete(TAKEN);
        SimFile received = folder.file(RECEIVED);
        if (received != null && received.info() == null) {
            folder.delete(RECEIVED);
        }
        latest = newest(folder);
        deleteOlder();
    }

    /** The newest finished snapshot of a folder, null if there is none. */
    static @Nullable SimFile newest(SimFolder folder) {
        SimFile newest = null;
        for (var each : folder.names().entrySet()) {
            SimFile file = each.getValue();
            boolean newer = newest == null || file.meta().index() > newest.meta().index();
            if (each.getKey().startsWith(FINISHED) && newer) {
                newest = file;
            }
        }
        return newest;
    }

    /** What a crash at this moment would leave as the newest; 0 if nothing. */
    static long durableIndex(SimFolder folder) {
        return folder.durable().entrySet().stream()
                .filter(each -> each.getKey().startsWith(FINISHED))
                .filter(each -> each.getValue().isSynced())
                .mapToLong(each -> each.getValue().meta().index())
                .max()
                .orElse(0);
    }

    private void deleteOlder() {
        SimFile newest = latest;
        for (String name : List.copyOf(folder.names().keySet())) {
            if (newest != null && name.startsWith(FINISHED) && !name.equals(nameOf(newest))) {
                folder.delete(name);
            }
        }
    }

    private static String nameOf(SimFile file) {
        return FINISHED + file.meta().index();
    }

    @Override
    public Optional<SnapshotInfo> latest() {
        return Optional.ofNullable(latest).map(SimFile::info);
    }

    @Override
    public SnapshotFile open() {
        SimFile file = latest;
        if (file == null) {
            throw new StoreException("there is no snapshot on " + store.life().node(), null);
        }
        return new Reading(file);
    }

    @Override
    public SnapshotSink create(SnapshotMeta meta) {
        SimFile file = new SimFile(meta, null);
        folder.create(TAKEN, file);
        return new Writing(file, TAKEN);
    }

    @Override
    public SnapshotSink receive(SnapshotInfo info) {
        SimFile file = folder.file(RECEIVED);
        if (file == null || !info.equals(file.info())) {
            file = new SimFile(info.meta(), info);
            folder.create(RECEIVED, file);
        }
        return new Writing(file, RECEIVED);
    }

    private final class Reading implements SnapshotFile {
        private final SimFile file;

        Reading(SimFile file) {
            this.file = file;
        }

        @Override
        public SnapshotInfo info() {
            SnapshotInfo info = file.info();
            if (info == null) {
                throw new AssertionError("a finished snapshot has a name");
            }
            return info;
        }

        @Override
        public int read(long position, ByteBuffer target) {
            NodeId node = store.life().node().id();
            store.disk()
                    .perform(
                            store,
                            new DiskOperation.SnapshotRead(node, file.meta().index(), position),
                            () -> {});
            if (file.isDamaged()) {
                throw new StoreException(
                        "snapshot " + nameOf(file) + " on " + store.life().node() + " is damaged",
                        null);
            }
            return file.read(position, target);
        }

        @Override
        public void close() {
            // Nothing is held open.
        }
    }

    private final class Writing implements SnapshotSink {
        private final SimFile file;
        private final String name;
        private boolean ended;

        Writing(SimFile file, String name) {
            this.file = file;
            this.name = name;
        }

        @Override
        public long position() {
            return file.bytes();
        }

        @Override
        public void write(ByteBuffer content) {
            checkOpen();
            byte[] chunk = new byte[content.remaining()];
            content.get(chunk);
            perform(
                    new DiskOperation.SnapshotWrite(node(), index(), chunk.length),
                    () -> file.write(chunk));
        }

        @Override
        public SnapshotInfo commit() {
            checkOpen();
            SnapshotInfo announced = file.info();
            perform(new DiskOperation.SnapshotSync(node(), index()), file::sync);
            SnapshotInfo found = file.seal();
            ended = true;
            if (announced != null && !announced.equals(found)) {
                folder.delete(name);
                throw new StoreException(
                        "what was received is " + found + ", not " + announced, null);
            }
            SimFile before = latest;
            if (before != null && before.meta().index() >= index()) {
                folder.delete(name);
                return found;
            }
            String last = nameOf(file);
            perform(
                    new DiskOperation.SnapshotRename(node(), index()),
                    () -> folder.rename(name, last));
            perform(new DiskOperation.FolderSync(node(), index()), folder::sync);
            latest = file;
            store.life().node().invariants().onSnapshot(store.life().node(), found);
            if (before != null) {
                long old = before.meta().index();
                perform(
                        new DiskOperation.SnapshotDelete(node(), old),
                        () -> folder.delete(nameOf(before)));
            }
            return found;
        }

        private void checkOpen() {
            if (ended) {
                throw new IllegalStateException("the sink is closed");
            }
        }

        private NodeId node() {
            return store.life().node().id();
        }

        private long index() {
            return file.meta().index();
        }

        private void perform(DiskOperation operation, Runnable effect) {
            store.disk().perform(store, operation, effect);
        }

        @Override
        public void close() {
            if (!ended && name.equals(TAKEN) && !store.life().isOver()) {
                folder.delete(TAKEN);
            }
            ended = true;
        }
    }
}
