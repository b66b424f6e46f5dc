package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.SuspectGroupException;
import io.jangada.raft.spi.WriteListener;
import java.util.Map;
import java.util.Set;

/** A store in memory that finds damage when it is told to. */
final class SuspectStore implements LogStore {
    enum Damage {
        NONE,
        LOG,
        HARD_STATE
    }

    private final MemoryLogStore real;
    volatile Damage damage = Damage.NONE;

    SuspectStore(StoreIdentity identity) {
        this.real = new MemoryLogStore(identity);
    }

    @Override
    public GroupLog open(GroupId group, WriteListener listener) {
        if (damage != Damage.NONE) {
            throw new SuspectGroupException(
                    "group " + group + " has lost its entry 7", damage == Damage.LOG);
        }
        return real.open(group, listener);
    }

    @Override
    public GroupLog openForRebuild(GroupId group, WriteListener listener) {
        damage = Damage.NONE;
        return real.openForRebuild(group, listener);
    }

    @Override
    public StoreIdentity identity() {
        return real.identity();
    }

    @Override
    public Map<NodeId, StoreId> knownPeers() {
        return real.knownPeers();
    }

    @Override
    public void rememberPeer(NodeId peer, StoreId store) {
        real.rememberPeer(peer, store);
    }

    @Override
    public Set<GroupId> groups() {
        return real.groups();
    }

    @Override
    public void destroy(GroupId group) {
        real.destroy(group);
    }

    @Override
    public void adoptCluster(String clusterId) {
        real.adoptCluster(clusterId);
    }

    @Override
    public int entryBytesMax() {
        return real.entryBytesMax();
    }

    @Override
    public void close() {
        real.close();
    }
}
