package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a data folder holds, read without changing anything in it. */
final class StoreLook {
    private final Path folder;
    private final StoreIdentity identity;
    private final Map<Integer, Segment> segments = new HashMap<>();
    private final Recovery recovery;

    private StoreLook(Path folder, StoreIdentity identity) throws IOException {
        this.folder = folder;
        this.identity = identity;
        SegmentFiles files = files(folder, identity);
        files.list().forEach(segment -> segments.put(segment.number, segment));
        recovery = Recovery.read(files, identity.store());
    }

    /**
     * A configuration in the log or the snapshot.
     *
     * @param index where it stands
     */
    record Configuration(long index, Membership membership) {}

    /**
     * A group.
     *
     * @param lastIndex the last entry, of the snapshot if the log does not go so far
     * @param snapshotAhead whether the log has to begin anew behind the snapshot
     * @param configurations the latest one and the one before it, as far as they are known
     * @param problem why it cannot be trusted, or null
     */
    record Group(
            GroupId id,
            HardState hardState,
            long firstIndex,
            long lastIndex,
            long lastTerm,
            long lastClusterTime,
            boolean snapshotAhead,
            @Nullable SnapshotInfo snapshot,
            List<Configuration> configurations,
            @Nullable String problem) {
        Membership membership() {
            return configurations.isEmpty() ? Membership.EMPTY : configurations.get(0).membership();
        }
    }

    /**
     * Looks into a folder; the caller sees to it that nobody writes there meanwhile.
     *
     * @throws StoreException if it is no data folder, or damaged as a whole
     */
    static StoreLook into(Path folder) throws IOException {
        return new StoreLook(folder, identity(folder));
    }

    /** Whose folder it is. */
    static StoreIdentity identity(Path folder) throws IOException {
        StoreIdentity identity = new IdentityFile(folder, Disk.SYSTEM).read();
        if (identity == null) {
            throw new StoreException(
                    "%s is not the data folder of a node: it has no IDENTITY file"
                            .formatted(folder),
                    null);
        }
        return identity;
    }

    /** The segments of a store. */
    static SegmentFiles files(Path folder, StoreIdentity identity) {
        Path log = StoreOpening.log(folder);
        if (!Files.isDirectory(log)) {
            throw new StoreException(
                    "%s belongs to node '%s' but has lost its log folder"
                            .formatted(folder, identity.node()),
                    null);
        }
        return new SegmentFiles(
                log, identity.store(), new PageAppender.Factory(Disk.SYSTEM), Disk.SYSTEM);
    }

    StoreIdentity identity() {
        return identity;
    }

    /** The groups by name, without destroyed ones. */
    List<Group> groups() throws IOException {
        List<Group> groups = new ArrayList<>();
        for (Replay.Group group : recovery.replay().groups.values()) {
            if (group.state.mark.status != GroupMark.Status.DESTROYED) {
                groups.add(group(group.state));
            }
        }
        groups.sort(Comparator.comparing(Group::id));
        return groups;
    }

    private Group group(GroupState state) throws IOException {
        GroupId id = state.group();
        SnapshotFolder snapshots =
                new SnapshotFolder(
                        GroupSnapshots.folder(folder).resolve(SnapshotNames.folder(id)),
                        id,
                        identity.store());
        snapshots.look();
        SnapshotFolder.Verified newest = snapshots.newest();
        SnapshotInfo snapshot = newest == null ? null : newest.info();
        boolean ahead = snapshot != null && isAhead(snapshot, state);
        long lastIndex = state.lastIndex();
        long lastTerm = state.term(lastIndex);
        long lastClusterTime = 0;
        LogEntry lastEntry = ahead ? null : entry(state, lastIndex);
        if (lastEntry != null) {
            lastClusterTime = lastEntry.clusterTimeMillis();
        } else if (snapshot != null) {
            lastIndex = ahead ? snapshot.meta().index() : lastIndex;
            lastTerm = ahead ? snapshot.meta().term() : lastTerm;
            lastClusterTime = snapshot.meta().clusterTimeMillis();
        }
        return new Group(
                id,
                state.hardState(),
                state.firstIndex(),
                lastIndex,
                lastTerm,
                lastClusterTime,
                ahead,
                snapshot,
                configurations(state, snapshot, ahead),
                problem(state, snapshot, snapshots.damage()));
    }

    /** Whether the snapshot is of an entry that the log does not have. */
    private static boolean isAhead(SnapshotInfo snapshot, GroupState state) {
        long index = snapshot.meta().index();
        return index > state.lastIndex()
                || index >= state.firstIndex() - 1 && state.term(index) != snapshot.meta().term();
    }

    private List<Configuration> configurations(
            GroupState state, @Nullable SnapshotInfo snapshot, boolean snapshotAhead) {
        List<Configuration> found = new ArrayList<>();
        List<Long> indexes = snapshotAhead ? List.of() : state.membershipIndexes();
        for (int i = indexes.size() - 1; i >= 0 && found.size() < 2; i--) {
            LogEntry entry = entry(state, indexes.get(i));
            if (entry != null) {
                String text = new String(entry.payload(), StandardCharsets.UTF_8);
                found.add(new Configuration(entry.index(), Membership.parse(text)));
            }
        }
        if (snapshot != null && found.size() < 2) {
            long index = snapshot.meta().membershipIndex();
            if (found.stream().noneMatch(newer -> newer.index() <= index)) {
                found.add(new Configuration(index, snapshot.meta().membership()));
            }
        }
        return found;
    }

    private @Nullable String problem(
            GroupState state, @Nullable SnapshotInfo snapshot, String snapshotDamage) {
        String damage = state.mark.damage;
        if (damage != null) {
            return "the log " + damage;
        }
        if (state.rebuilding()) {
            return "it is being rebuilt from its peers and not whole yet";
        }
        long covered = snapshot == null ? 0 : snapshot.meta().index();
        if (covered < state.firstIndex() - 1) {
            String held =
                    snapshotDamage.isEmpty()
                            ? "there is none as new as that"
                            : "that is lost: " + snapshotDamage;
            return "the log begins at %d and needs a snapshot of %d or later, and %s"
                    .formatted(state.firstIndex(), state.firstIndex() - 1, held);
        }
        return null;
    }

    /** An entry, or null if the log does not have it or it is damaged. */
    private @Nullable LogEntry entry(GroupState state, long index) {
        long position = state.position(index);
        if (position == Position.NONE) {
            return null;
        }
        Segment segment = segments.get(Position.segment(position));
        if (segment == null) {
            return null;
        }
        RecordReader reader = new RecordReader(identity.store());
        reader.segment(segment.number, segment.bytes);
        return reader.at(Position.offset(position)) ? reader.entry() : null;
    }
}
