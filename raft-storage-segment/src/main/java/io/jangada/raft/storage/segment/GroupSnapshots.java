package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.StoreId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of all groups of a store. A group's are looked at when it is opened for the first
 * time, and not again while the store is open: a sink may outlive the log it was begun with.
 */
final class GroupSnapshots {
    private static final String FOLDER = "snapshots";

    private final Path folder;
    private final StoreId store;
    private final Disk disk;
    private final Map<GroupId, FileSnapshotStore> opened = new HashMap<>();

    GroupSnapshots(Path data, StoreId store, Disk disk) {
        this.folder = folder(data);
        this.store = store;
        this.disk = disk;
    }

    /** Where they are in a data folder. */
    static Path folder(Path data) {
        return data.resolve(FOLDER);
    }

    /** The snapshots of a group. */
    synchronized FileSnapshotStore of(GroupId group) {
        @Nullable FileSnapshotStore known = opened.get(group);
        if (known == null) {
            known = FileSnapshotStore.open(folder, group, store, disk);
            opened.put(group, known);
        }
        return known;
    }

    /**
     * Checks that a group's snapshots could be deleted now.
     *
     * @throws IllegalStateException if one is being written
     */
    synchronized void checkIdle(GroupId group) {
        @Nullable FileSnapshotStore known = opened.get(group);
        if (known != null) {
            known.checkIdle();
        }
    }

    /** Deletes the snapshots of a group, durably. */
    synchronized void delete(GroupId group) {
        @Nullable FileSnapshotStore known = opened.remove(group);
        if (known != null) {
            known.deleteAll();
        } else {
            FileSnapshotStore.deleteAll(folder.resolve(SnapshotNames.folder(group)), disk);
        }
    }
}
