package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.SuspectGroupException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one group as files in a folder of its own, see {@link SnapshotFormat} and {@link
 * SnapshotNames}.
 *
 * <p>A snapshot becomes visible by write to a temporary name, sync, rename, sync of the folder
 * (rule Z32); only then the one before it is deleted. Files that are open survive that, as files do
 * here.
 */
final class FileSnapshotStore implements SnapshotStore {
    private static final Logger LOG = System.getLogger(FileSnapshotStore.class.getPackageName());

    private final Path folder;
    private final GroupId group;
    private final StoreId store;
    private final Disk disk;
    private final int chunkBytes;
    private volatile @Nullable SnapshotInfo latest;

    /** Not known to be before the first write: an earlier life may have ended in between. */
    private volatile boolean isFolderDurable;

    // Guarded by this.
    private final String damage;
    private boolean creating;
    private boolean receiving;

    /**
     * Looks at what is there, checks all of the newest snapshot, and removes what a crash left.
     *
     * @param snapshots the folder for all groups
     * @throws StoreException if the folder cannot be read or written
     */
    FileSnapshotStore(Path snapshots, GroupId group, StoreId store, Disk disk, int chunkBytes) {
        this.folder = snapshots.resolve(SnapshotNames.folder(group));
        this.group = group;
        this.store = store;
        this.disk = disk;
        this.chunkBytes = chunkBytes;
        SnapshotFolder found = new SnapshotFolder(folder, group, store);
        try {
            found.look();
            SnapshotFolder.Verified newest = found.newest();
            latest = newest == null ? null : newest.info();
            damage = found.damage();
            found.clean(disk);
        } catch (IOException e) {
            throw new StoreException("%s cannot be used: %s".formatted(folder, e), e);
        }
        if (!damage.isEmpty()) {
            LOG.log(Level.ERROR, "{0}", damage);
        }
    }

    /** The snapshots of a group with their defaults. */
    static FileSnapshotStore open(Path snapshots, GroupId group, StoreId store, Disk disk) {
        return new FileSnapshotStore(snapshots, group, store, disk, SnapshotFormat.CHUNK_BYTES);
    }

    /**
     * Whether log and snapshots join: what the log no longer holds must be in a snapshot. After
     * damage to the newest one an older one will do, or none, as long as the log goes back that
     * far.
     *
     * @param firstIndex where the log begins
     * @throws SuspectGroupException if something is in neither
     */
    void checkJoins(long firstIndex) {
        SnapshotInfo newest = latest;
        long upTo = newest == null ? 0 : newest.meta().index();
        if (upTo >= firstIndex - 1) {
            return;
        }
        String why =
                damage.isEmpty()
                        ? "%s holds %s".formatted(folder, upTo == 0 ? "none" : "one of " + upTo)
                        : damage;
        throw new SuspectGroupException(
                ("group '%s' cannot be trusted on this node: its log begins at %d and needs a"
                                + " snapshot of %d or later, but %s")
                        .formatted(group, firstIndex, firstIndex - 1, why),
                true);
    }

    @Override
    public Optional<SnapshotInfo> latest() {
        return Optional.ofNullable(latest);
    }

    @Override
    public synchronized SnapshotFile open() {
        SnapshotInfo newest = latest;
        if (newest == null) {
            throw new StoreException("group '%s' has no snapshot".formatted(group), null);
        }
        return SnapshotFileReader.open(folder.resolve(SnapshotNames.snapshot(newest.meta())));
    }

    @Override
    public SnapshotSink create(SnapshotMeta meta) {
        synchronized (this) {
            if (creating) {
                throw new IllegalStateException(
                        "a snapshot of group '%s' is being taken already".formatted(group));
            }
            creating = true;
        }
        return begin(SnapshotNames.writing(meta), meta, null);
    }

    @Override
    public SnapshotSink receive(SnapshotInfo info) {
        synchronized (this) {
            if (receiving) {
                throw new IllegalStateException(
                        "a snapshot for group '%s' is being received already".formatted(group));
            }
            receiving = true;
        }
        return begin(SnapshotNames.partial(info), info.meta(), info);
    }

    private SnapshotSink begin(String name, SnapshotMeta meta, @Nullable SnapshotInfo announced) {
        boolean begun = false;
        try {
            makeFolder();
            if (announced != null) {
                SnapshotFolder.deletePartials(folder, disk, name);
            }
            byte[] bytes = new byte[SnapshotFormat.headerBytes(group, meta.membership())];
            SnapshotFormat.Header header =
                    SnapshotFormat.header(store, group, meta, chunkBytes, bytes);
            SnapshotSink sink =
                    new SnapshotFileWriter(this, folder.resolve(name), header, bytes, announced);
            begun = true;
            return sink;
        } catch (IOException e) {
            drop(folder.resolve(name));
            throw new StoreException(
                    "%s cannot be written: %s".formatted(folder.resolve(name), e), e);
        } finally {
            if (!begun) {
                ended(announced != null);
            }
        }
    }

    private void makeFolder() throws IOException {
        if (!isFolderDurable) {
            disk.createFolder(Disk.above(folder));
            disk.createFolder(folder);
            isFolderDurable = true;
        }
    }

    Disk disk() {
        return disk;
    }

    private synchronized void ended(boolean received) {
        if (received) {
            receiving = false;
        } else {
            creating = false;
        }
    }

    /** A sink is closed, whatever it did. */
    void ended(SnapshotFileWriter sink) {
        ended(sink.isReceiving());
    }

    /**
     * Makes a written and synced file the latest snapshot, unless a newer one came in between.
     *
     * @return the latest snapshot
     */
    synchronized SnapshotInfo publish(SnapshotFileWriter sink, Path written, SnapshotInfo info) {
        ended(sink);
        SnapshotInfo newest = latest;
        if (newest != null && newest.meta().index() > info.meta().index()) {
            drop(written);
            return newest;
        }
        String name = SnapshotNames.snapshot(info.meta());
        try {
            disk.rename(written, folder.resolve(name));
            disk.syncFolder(folder);
        } catch (IOException e) {
            // Whether the new name outlives a power loss is unknown. It is a whole snapshot in any
            // case, and the one before it is still there.
            drop(written);
            throw new StoreException(
                    "%s cannot be made the latest snapshot (%s)".formatted(folder.resolve(name), e),
                    e);
        }
        latest = info;
        try {
            SnapshotFolder.deleteSnapshots(folder, disk, name);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "older snapshots are left over in {0}: {1}", folder, e);
        }
        return info;
    }

    private void drop(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} is left over: {1}", file, e);
        }
    }

    /**
     * Deletes everything, durably, for a group that is destroyed or begins again.
     *
     * @throws StoreException if that fails
     */
    synchronized void deleteAll() {
        checkIdle();
        latest = null;
        isFolderDurable = false;
        deleteAll(folder, disk);
    }

    /** Throws if a snapshot is being written. */
    synchronized void checkIdle() {
        if (creating || receiving) {
            throw new IllegalStateException(
                    "a snapshot of group '%s' is being written".formatted(group));
        }
    }

    /** Deletes the folder of a group that no longer exists. */
    static void deleteAll(Path folder, Disk disk) {
        try {
            if (SnapshotFolder.deleteAll(folder, disk)) {
                disk.syncFolder(Disk.above(folder));
            }
        } catch (IOException e) {
            throw new StoreException("%s cannot be deleted: %s".formatted(folder, e), e);
        }
    }
}
