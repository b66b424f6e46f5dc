package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.util.Map;
import java.util.Set;

/** A store in memory that survives the host which closes it, as a disk would. */
final class LastingStore implements LogStore {
    private final MemoryLogStore disk;

    LastingStore(StoreIdentity identity) {
        this.disk = new MemoryLogStore(identity);
    }

    @Override
    public StoreIdentity identity() {
        return disk.identity();
    }

    @Override
    public Map<NodeId, StoreId> knownPeers() {
        return disk.knownPeers();
    }

    @Override
    public void rememberPeer(NodeId peer, StoreId store) {
        disk.rememberPeer(peer, store);
    }

    @Override
    public Set<GroupId> groups() {
        return disk.groups();
    }

    @Override
    public GroupLog open(GroupId group, WriteListener listener) {
        return disk.open(group, listener);
    }

    @Override
    public GroupLog openForRebuild(GroupId group, WriteListener listener) {
        return disk.openForRebuild(group, listener);
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
        return disk.entryBytesMax();
    }

    @Override
    public void close() {}
}
