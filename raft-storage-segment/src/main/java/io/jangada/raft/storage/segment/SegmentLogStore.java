package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.SuspectGroupException;
import io.jangada.raft.spi.WriteListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A durable log for all groups of a node, in one folder, in files of its own.
 *
 * <p>The promises are those of {@link LogStore}. In addition: one thread writes and one sync makes
 * durable whatever waits, so groups are cheap and a sync is not paid per group; opening reads the
 * whole log once; a damaged group refuses to open while the others go on.
 */
public final class SegmentLogStore implements LogStore {
    private final Path folder;
    private final FolderLock lock;
    private final Journal journal;
    private final SegmentFiles files;
    private final LogWriter writer;
    private final Compactor compactor;
    private final EntryCache cache;
    private final GroupSnapshots snapshots;
    private final int entryBytesMax;
    private final boolean namesLost;
    private final boolean compactsByItself;

    // Guarded by this.
    private final Map<GroupId, GroupState> groups = new HashMap<>();
    private final Map<GroupId, GroupHandle> handles = new HashMap<>();

    /** When handles were closed whose groups may be opened again. */
    private final Map<GroupId, Long> closedNanos = new HashMap<>();

    private final Map<NodeId, StoreId> peers = new LinkedHashMap<>();
    private StoreIdentity identity;
    private int checkpointBytes = Checkpoint.BYTES_FIXED;
    private boolean closed;

    SegmentLogStore(StoreOpening opening, Recovery recovery, SegmentLedger ledger) {
        folder = opening.folder();
        identity = opening.identity();
        lock = opening.lock();
        journal = opening.journal();
        files = opening.files();
        cache = new EntryCache(opening.settings().readCacheBytes);
        entryBytesMax =
                journal.recordBytesMax()
                        - RecordFormat.padded(RecordFormat.bytes(RecordFormat.GROUP_BYTES_MAX, 0));
        Replay replay = recovery.replay();
        namesLost = replay.namesLost;
        compactsByItself = opening.settings().compactionMillis >= 0;
        peers.putAll(replay.peers);
        snapshots = new GroupSnapshots(folder, identity.store(), files.disk());
        replay.groups.values().forEach(this::recovered);
        writer =
                new LogWriter(
                        new LogWriter.Setup(
                                "jangada-log-" + identity.node(),
                                identity.store(),
                                journal,
                                files,
                                ledger,
                                opening.settings().segmentBytes,
                                opening.settings().syncWrites,
                                opening.settings().recentEntriesBytes,
                                this::failed),
                        recovery);
        compactor =
                new Compactor(
                        new Compactor.Setup(
                                "jangada-log-compaction-" + identity.node(),
                                ledger,
                                files,
                                journal,
                                opening.settings().segmentBytes,
                                opening.settings().compactionMillis,
                                recovery.lastDamaged()),
                        writer,
                        this::states);
        checkCheckpointFits(0);
        writer.start();
    }

    /** The last step of opening: from now on segments may go. */
    void startCompaction() {
        if (compactsByItself) {
            compactor.start();
        }
    }

    /** For tests: does at once what compaction would do some time later. */
    void compactNow() throws IOException {
        compactor.compact();
    }

    /** For tests: what is in memory of a group. */
    synchronized GroupState state(GroupId group) {
        return Objects.requireNonNull(groups.get(group));
    }

    /** For tests: the one that writes. */
    LogWriter writer() {
        return writer;
    }

    private synchronized Collection<GroupState> states() {
        return List.copyOf(groups.values());
    }

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    private void recovered(Replay.Group group) {
        GroupId id = group.state.group();
        groups.put(id, group.state);
        checkpointBytes += group.state.mark.checkpointBytes();
        if (isDestroyed(group.state)) {
            // The crash may have come after the tombstone and before this.
            snapshots.delete(id);
        }
    }

    @Override
    public synchronized StoreIdentity identity() {
        return identity;
    }

    @Override
    public synchronized void adoptCluster(String clusterId) {
        if (clusterId.isEmpty() || clusterId.indexOf('\n') >= 0) {
            throw new IllegalArgumentException(
                    "'%s' is no name for a cluster".formatted(clusterId));
        }
        if (!identity.clusterId().isEmpty()) {
            throw new IllegalStateException(
                    "%s belongs to cluster '%s' already, and cannot become part of '%s'"
                            .formatted(folder, identity.clusterId(), clusterId));
        }
        writer.checkWritable();
        StoreIdentity adopted = new StoreIdentity(clusterId, identity.node(), identity.store());
        try {
            new IdentityFile(folder, files.disk()).replace(adopted);
        } catch (IOException e) {
            throw new StoreException(
                    "cluster '%s' cannot be noted in %s: %s".formatted(clusterId, folder, e), e);
        }
        identity = adopted;
    }

    @Override
    public synchronized Map<NodeId, StoreId> knownPeers() {
        return Map.copyOf(peers);
    }

    @Override
    public synchronized void rememberPeer(NodeId peer, StoreId store) {
        checkCheckpointFits(Checkpoint.BYTES_PER_PEER);
        writer.writeAndWait(RecordType.PEER, null, Replay.peerBytes(peer, store));
        if (peers.put(peer, store) == null) {
            checkpointBytes += Checkpoint.BYTES_PER_PEER;
        }
    }

    @Override
    public synchronized Set<GroupId> groups() {
        Set<GroupId> existing = new TreeSet<>();
        for (GroupState state : groups.values()) {
            if (!isDestroyed(state)) {
                existing.add(state.group());
            }
        }
        return Collections.unmodifiableSet(existing);
    }

    @Override
    public synchronized GroupLog open(GroupId group, WriteListener listener) {
        Objects.requireNonNull(listener, "listener");
        writer.checkWritable();
        if (handles.containsKey(group)) {
            throw new IllegalStateException("group '%s' is open already".formatted(group));
        }
        GroupState state = groups.get(group);
        if (state == null) {
            state = create(group);
        } else {
            checkExists(state);
            checkTrusted(state);
            // What an earlier handle left in the queue must be durable before it is called
            // recovered.
            writer.barrier();
        }
        FileSnapshotStore groupSnapshots = snapshots.of(group);
        groupSnapshots.checkJoins(state.firstIndex());
        return handle(state, groupSnapshots, listener);
    }

    @Override
    public synchronized GroupLog openForRebuild(GroupId group, WriteListener listener) {
        Objects.requireNonNull(listener, "listener");
        writer.checkWritable();
        if (handles.containsKey(group)) {
            throw new IllegalStateException("group '%s' is open already".formatted(group));
        }
        GroupState state = groups.get(group);
        if (state == null) {
            throw new IllegalStateException("group '%s' never existed".formatted(group));
        }
        checkExists(state);
        if (isSuspect(state) && state.mark.hardStateLost) {
            throw suspect(state);
        }
        snapshots.checkIdle(group);
        Write.Control write =
                new Write.Control(
                        RecordType.REBUILD_BEGUN,
                        state.mark,
                        Replay.voteBytes(state.hardState().votedFor()));
        synchronized (state) {
            state.beginRebuild();
            writer.submit(write);
        }
        LogWriter.await(write.done());
        // Not before: what is dropped is only dropped once that is certain.
        snapshots.delete(group);
        compactor.ask();
        return handle(state, snapshots.of(group), listener);
    }

    private GroupHandle handle(
            GroupState state, FileSnapshotStore groupSnapshots, WriteListener listener) {
        GroupId group = state.group();
        GroupHandle handle =
                new GroupHandle(
                        state,
                        listener,
                        writer,
                        files,
                        cache,
                        groupSnapshots,
                        entryBytesMax,
                        closedNanos.getOrDefault(group, lock.sinceNanos()),
                        compactor::ask,
                        () -> closed(group));
        handles.put(group, handle);
        return handle;
    }

    private static void checkExists(GroupState state) {
        if (isDestroyed(state)) {
            throw new IllegalStateException("group '%s' was destroyed".formatted(state.group()));
        }
    }

    private void checkTrusted(GroupState state) {
        if (isSuspect(state)) {
            throw suspect(state);
        }
    }

    private SuspectGroupException suspect(GroupState state) {
        boolean intact = !state.mark.hardStateLost;
        String remedy =
                intact
                        ? "its term and vote are intact, so it can be rebuilt from its peers"
                        : "start it under a new id with an empty folder, and never with an older"
                                + " copy of this one, which has forgotten votes";
        return new SuspectGroupException(
                "group '%s' cannot be trusted on this node, because %s %s: %s"
                        .formatted(state.group(), folder, state.mark.damage, remedy),
                intact);
    }

    private GroupState create(GroupId group) {
        if (namesLost) {
            throw new StoreException(
                    ("group '%s' cannot be created, because %s is damaged and may have held it:"
                                    + " start this node under a new id with an empty folder")
                            .formatted(group, folder),
                    null);
        }
        GroupState state = new GroupState(new GroupMark(group));
        checkCheckpointFits(state.mark.checkpointBytes());
        writer.submit(
                new Write.Control(RecordType.GROUP_CREATED, state.mark, RecordAppender.NO_PAYLOAD));
        checkpointBytes += state.mark.checkpointBytes();
        groups.put(group, state);
        return state;
    }

    /** All groups and peers are repeated in one record at both ends of a segment. */
    private void checkCheckpointFits(int more) {
        int bytes = RecordFormat.padded(RecordFormat.bytes(0, checkpointBytes + more));
        if (bytes > journal.recordBytesMax()) {
            throw new StoreException(
                    ("%s has too many groups and peers for its segments: open it with a segment"
                                    + " size of at least %d bytes")
                            .formatted(folder, 4L * (bytes + 64)),
                    null);
        }
    }

    private static boolean isDestroyed(GroupState state) {
        return state.mark.status == GroupMark.Status.DESTROYED;
    }

    private static boolean isSuspect(GroupState state) {
        return state.mark.status == GroupMark.Status.SUSPECT;
    }

    private synchronized void closed(GroupId group) {
        handles.remove(group);
        closedNanos.put(group, System.nanoTime());
    }

    @Override
    public synchronized void destroy(GroupId group) {
        GroupState state = groups.get(group);
        if (state == null) {
            throw new IllegalStateException("group '%s' never existed".formatted(group));
        }
        if (handles.containsKey(group)) {
            throw new IllegalStateException(
                    "group '%s' is open: close it before it is destroyed".formatted(group));
        }
        if (!isDestroyed(state)) {
            snapshots.checkIdle(group);
            writer.writeAndWait(RecordType.GROUP_DESTROYED, state.mark, RecordAppender.NO_PAYLOAD);
            // Only the tombstone stays.
            GroupState tombstone = new GroupState(state.mark);
            groups.put(group, tombstone);
            closedNanos.remove(group);
            snapshots.delete(group);
            compactor.ask();
        }
    }

    @Override
    public int entryBytesMax() {
        return entryBytesMax;
    }

    /** The writer's last word. */
    private void failed(StoreException cause) {
        List<GroupHandle> told;
        synchronized (this) {
            told = List.copyOf(handles.values());
        }
        told.forEach(handle -> handle.listener.onFailed(cause));
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        compactor.close();
        // Not under the lock: the writer may be telling listeners of a failure, which needs it.
        writer.close();
        journal.close();
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Collects settings and opens a store. */
    public static final class Builder {
        int segmentBytes = 64 << 20;
        long readCacheBytes = 32L << 20;
        long recentEntriesBytes = 8L << 20;
        boolean syncWrites = true;
        private SegmentAppender.@Nullable Factory appenders;

        /** How often compaction looks for something to do at most; negative if never by itself. */
        long compactionMillis = 1000;

        /** Set by the tool that recovers a folder, which nobody else may open meanwhile. */
        boolean duringRecovery;

        /** Where tests come between the store and its disk. */
        UnaryOperator<Journal> journals = UnaryOperator.identity();

        /** What all other changes of files go through. */
        Disk disk = Disk.SYSTEM;

        private Builder() {}

        /**
         * Size of a segment, a power of two. Default 64 MiB. An entry takes at most about a
         * quarter. Too small: frequent rolls, small entries, few groups. Too large: opening makes
         * one first, and that takes as long as writing it.
         *
         * @param bytes from 64 KiB to 1 GiB
         * @return this
         */
        public Builder segmentBytes(int bytes) {
            segmentBytes = bytes;
            return this;
        }

        /**
         * Memory for entries of 4 KiB and more that were read from segments, all groups together.
         * Default 32 MiB. Too small: peers that lag are read for from the page cache again and
         * again.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder readCacheBytes(long bytes) {
            readCacheBytes = bytes;
            return this;
        }

        /**
         * Memory for the entries written last, all groups together, besides those still on their
         * way to the disk. Default 8 MiB. Too small: entries are read back before peers have them.
         * Too large: what stays for a while is copied by the garbage collector again and again.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder recentEntriesBytes(long bytes) {
            recentEntriesBytes = bytes;
            return this;
        }

        /**
         * Whether a write is synced before it is confirmed. Default true. False loses confirmed
         * writes in a power loss, is for experiments only, and is warned about.
         *
         * @param sync see above
         * @return this
         */
        public Builder syncWrites(boolean sync) {
            syncWrites = sync;
            return this;
        }

        /**
         * How records get into segments. Default: whole pages, with plain writes.
         *
         * @param factory makes what writes them
         * @return this
         */
        public Builder appenders(SegmentAppender.Factory factory) {
            appenders = factory;
            return this;
        }

        SegmentAppender.Factory appenders() {
            SegmentAppender.Factory set = appenders;
            return set == null ? new PageAppender.Factory(disk) : set;
        }

        Builder compactionMillis(long millis) {
            compactionMillis = millis;
            return this;
        }

        Builder duringRecovery() {
            duringRecovery = true;
            // The segments of a tool may be smaller than those that hold the entries.
            compactionMillis = -1;
            return this;
        }

        Builder journals(UnaryOperator<Journal> between) {
            journals = between;
            return this;
        }

        Builder disk(Disk through) {
            disk = through;
            return this;
        }

        /**
         * Takes over what of a node's settings concerns a store.
         *
         * @param config of the node
         * @return this
         */
        public Builder config(RaftConfig config) {
            return syncWrites(config.syncWrites());
        }

        /**
         * Opens the store in a folder, creating it when the folder is missing or empty.
         *
         * @param folder for this store alone
         * @param identity written into a new store; of an existing store only the node is compared
         * @return the recovered store
         * @throws StoreException if the folder cannot be used: another process holds it, it belongs
         *     to another node, it is read-only or full, or it is damaged as a whole
         * @throws IllegalArgumentException if a setting is out of range
         */
        public SegmentLogStore open(Path folder, StoreIdentity identity) {
            check();
            return StoreOpening.open(folder, identity, this);
        }

        private void check() {
            if (Integer.bitCount(segmentBytes) != 1
                    || segmentBytes < SegmentJournal.SEGMENT_BYTES_MIN
                    || segmentBytes > SegmentJournal.SEGMENT_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "segmentBytes %d is not a power of two from %d to %d"
                                .formatted(
                                        segmentBytes,
                                        SegmentJournal.SEGMENT_BYTES_MIN,
                                        SegmentJournal.SEGMENT_BYTES_MAX));
            }
            if (readCacheBytes < 0 || recentEntriesBytes < 0) {
                throw new IllegalArgumentException(
                        "readCacheBytes %d and recentEntriesBytes %d must not be negative"
                                .formatted(readCacheBytes, recentEntriesBytes));
            }
        }
    }
}
