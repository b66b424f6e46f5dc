package io.jangada.raft.impl.memory;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A log store that keeps everything on the heap. What it confirms outlives a group log that is
 * closed and opened again, but not the store.
 */
public final class MemoryLogStore implements LogStore {
    private static final long CLOSE_SECONDS = 10;

    /** As much as any setting allows. */
    private static final int ENTRY_BYTES_MAX = 64 << 20;

    private StoreIdentity identity;
    private final int entryBytesMax;
    private final Executor confirmer;
    private final Map<NodeId, StoreId> peers = new HashMap<>();
    private final Map<GroupId, MemoryGroup> groups = new HashMap<>();
    private final Map<GroupId, MemoryGroupLog> open = new HashMap<>();
    private final Set<GroupId> destroyed = new HashSet<>();
    private boolean closed;

    /** The confirmer if it is this store's to end. */
    private final @Nullable ExecutorService ownConfirmer;

    /**
     * A store with the default limit that confirms writes on a thread of its own.
     *
     * @param identity whose store it is
     */
    public MemoryLogStore(StoreIdentity identity) {
        this.identity = Objects.requireNonNull(identity, "identity");
        this.entryBytesMax = ENTRY_BYTES_MAX;
        this.ownConfirmer = newConfirmer(identity);
        this.confirmer = ownConfirmer;
    }

    /**
     * A store that confirms writes through an executor. Writes that are pending when the store is
     * closed are confirmed when the executor comes to them.
     *
     * @param identity whose store it is
     * @param entryBytesMax the largest payload it takes, in bytes
     * @param confirmer runs the calls of the {@link WriteListener}s, never from within {@code
     *     execute}, since a listener is not called from within {@code append}; not ended by the
     *     store
     */
    public MemoryLogStore(StoreIdentity identity, int entryBytesMax, Executor confirmer) {
        if (entryBytesMax < 1) {
            throw new IllegalArgumentException("entryBytesMax must be positive: " + entryBytesMax);
        }
        this.identity = Objects.requireNonNull(identity, "identity");
        this.entryBytesMax = entryBytesMax;
        this.confirmer = Objects.requireNonNull(confirmer, "confirmer");
        this.ownConfirmer = null;
    }

    @Override
    public synchronized StoreIdentity identity() {
        return identity;
    }

    @Override
    public synchronized Map<NodeId, StoreId> knownPeers() {
        return Map.copyOf(peers);
    }

    @Override
    public synchronized void rememberPeer(NodeId peer, StoreId store) {
        checkOpen();
        peers.put(Objects.requireNonNull(peer, "peer"), Objects.requireNonNull(store, "store"));
    }

    @Override
    public synchronized Set<GroupId> groups() {
        return Set.copyOf(groups.keySet());
    }

    @Override
    public synchronized GroupLog open(GroupId group, WriteListener listener) {
        checkOpen();
        if (destroyed.contains(group)) {
            throw new IllegalStateException("group " + group + " was destroyed on this node");
        }
        if (open.containsKey(group)) {
            throw new IllegalStateException("group " + group + " is open already");
        }
        MemoryGroup data = groups.computeIfAbsent(group, id -> new MemoryGroup(entryBytesMax));
        MemoryGroupLog log = new MemoryGroupLog(data, listener, confirmer, () -> giveBack(group));
        open.put(group, log);
        return log;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Nothing is ever damaged here; this serves those who want to see a rebuild.
     */
    @Override
    public synchronized GroupLog openForRebuild(GroupId group, WriteListener listener) {
        GroupLog log = open(group, listener);
        Objects.requireNonNull(groups.get(group)).beginRebuild();
        return log;
    }

    @Override
    public synchronized void adoptCluster(String clusterId) {
        checkOpen();
        if (clusterId.isEmpty() || !identity.clusterId().isEmpty()) {
            throw new IllegalStateException(
                    "the store belongs to cluster '" + identity.clusterId() + "' already");
        }
        identity = new StoreIdentity(clusterId, identity.node(), identity.store());
    }

    @Override
    public synchronized void destroy(GroupId group) {
        checkOpen();
        if (destroyed.contains(group)) {
            return;
        }
        if (!groups.containsKey(group)) {
            throw new IllegalStateException("there is no group " + group + " on this node");
        }
        if (open.containsKey(group)) {
            throw new IllegalStateException("group " + group + " is open; close it first");
        }
        groups.remove(group);
        destroyed.add(group);
    }

    @Override
    public int entryBytesMax() {
        return entryBytesMax;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            open.values().forEach(log -> log.refuseWrites("the store is closed"));
            open.clear();
        }
        if (ownConfirmer != null) {
            ownConfirmer.shutdown();
            try {
                ownConfirmer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void giveBack(GroupId group) {
        open.remove(group);
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreException("the store of " + identity.node() + " is closed", null);
        }
    }

    /**
     * One thread, which ends by itself when nobody writes: a store that is never closed leaks none.
     */
    private static ExecutorService newConfirmer(StoreIdentity identity) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, identity.node() + "-memory-store");
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
