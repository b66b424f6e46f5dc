package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The log store of one life of a node, on its disk. */
final class SimLogStore implements LogStore {
    private static final int ENTRY_BYTES_MAX = 64 << 20;

    private final SimDisk disk;
    private final Life life;
    private final Map<GroupId, SimGroupLog> open = new TreeMap<>();

    /** On the node's clock: since then nobody else can have used the store, or a group of it. */
    private final long lockedNanos;

    private final Map<GroupId, Long> closedNanos = new TreeMap<>();
    private @Nullable StoreException failure;

    SimLogStore(SimDisk disk, Life life) {
        this.disk = disk;
        this.life = life;
        this.lockedNanos = life.node().lockedNanos();
    }

    @Override
    public StoreIdentity identity() {
        return disk.identity();
    }

    @Override
    public Map<NodeId, StoreId> knownPeers() {
        return Map.copyOf(disk.knownPeers());
    }

    @Override
    public void rememberPeer(NodeId peer, StoreId store) {
        disk.knownPeers().put(peer, store);
    }

    @Override
    public Set<GroupId> groups() {
        return Set.copyOf(disk.groups());
    }

    @Override
    public GroupLog open(GroupId group, WriteListener listener) {
        return add(group, listener, () -> disk.openGroup(group));
    }

    @Override
    public GroupLog openForRebuild(GroupId group, WriteListener listener) {
        return add(group, listener, () -> disk.openForRebuild(group));
    }

    private GroupLog add(GroupId group, WriteListener listener, Supplier<GroupImage> image) {
        if (open.containsKey(group)) {
            throw new IllegalStateException("group " + group + " is open already");
        }
        GroupImage opened = image.get();
        SimSnapshotStore snapshots = new SimSnapshotStore(this, disk.folder(group));
        long heldSince = closedNanos.getOrDefault(group, lockedNanos);
        SimGroupLog log = new SimGroupLog(this, group, opened, snapshots, heldSince, listener);
        open.put(group, log);
        return log;
    }

    @Override
    public void adoptCluster(String clusterId) {
        disk.adoptCluster(clusterId);
    }

    @Override
    public void destroy(GroupId group) {
        disk.destroy(group);
    }

    @Override
    public int entryBytesMax() {
        return ENTRY_BYTES_MAX;
    }

    @Override
    public void close() {
        open.clear();
    }

    SimDisk disk() {
        return disk;
    }

    Life life() {
        return life;
    }

    void closed(GroupId group) {
        open.remove(group);
        closedNanos.put(group, life.node().localNanos());
    }

    @Nullable SimGroupLog log(GroupId group) {
        return open.get(group);
    }

    void syncBegins() {
        open.values().forEach(SimGroupLog::syncBegins);
    }

    void syncEnded() {
        open.values().forEach(SimGroupLog::syncEnded);
    }

    boolean hasFailed() {
        return failure != null;
    }

    void checkWorking() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Any error is final (Z28). */
    void fail(StoreException cause) {
        failure = cause;
        open.values().forEach(log -> log.failed(cause));
    }

    /** An append was refused: nothing that comes later may be taken. */
    StoreException refused(StoreException cause) {
        failure = cause;
        return cause;
    }
}
