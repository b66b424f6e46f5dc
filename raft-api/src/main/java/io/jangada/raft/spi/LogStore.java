package io.jangada.raft.spi;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import java.util.Map;
import java.util.Set;

/**
 * The log of one node for all its groups.
 *
 * <p><b>Threading.</b> Any thread, one call at a time, except where a {@link GroupLog} says
 * otherwise.
 *
 * <p><b>Ownership.</b> Whoever opened the store closes it, after its group logs.
 *
 * <p><b>Ordering.</b> Writes of different groups are independent; a store may make them durable
 * together, and should: one sync for all that waits.
 *
 * <p><b>Durability.</b> {@link #destroy} and {@link #rememberPeer} are durable when they return.
 * For entries see {@link GroupLog}.
 *
 * <p><b>Failure.</b> {@link StoreException} with one sentence that names the file and what to do.
 */
public interface LogStore extends AutoCloseable {
    /**
     * Whose store this is, as written when it was created.
     *
     * @return cluster, node and the store's own id
     */
    StoreIdentity identity();

    /**
     * The store ids under which this node has met its peers, see {@link #rememberPeer}.
     *
     * @return an unmodifiable snapshot
     */
    Map<NodeId, StoreId> knownPeers();

    /**
     * Records the store id of a peer, so that a peer which lost its disk and comes back under its
     * old name is recognised. Blocks until durable.
     *
     * @param peer the peer
     * @param store its store
     */
    void rememberPeer(NodeId peer, StoreId store);

    /**
     * The groups that exist here.
     *
     * @return an unmodifiable snapshot without destroyed groups
     */
    Set<GroupId> groups();

    /**
     * Opens a group's log, creating it when it does not exist.
     *
     * @param group the group
     * @param listener hears of its writes
     * @return the log, with everything that was durable
     * @throws IllegalStateException if the group is open already or was destroyed
     * @throws StoreException if this copy of the group is damaged; the message says where
     */
    GroupLog open(GroupId group, WriteListener listener);

    /**
     * Opens a group whose {@link #open} failed with a {@link SuspectGroupException} that {@link
     * SuspectGroupException#hardStateIntact() can be rebuilt}: everything but its hard state is
     * dropped, durably, and {@link GroupLog#rebuilding()} holds until {@link GroupLog#rebuilt()}.
     *
     * @param group the group
     * @param listener hears of its writes
     * @return an empty log with the hard state of before
     * @throws StoreException if the hard state is not proven intact
     */
    GroupLog openForRebuild(GroupId group, WriteListener listener);

    /**
     * Writes the cluster of a node that joined, which did not know it when its store was created.
     * Blocks until durable. Only a store whose cluster id is empty takes one.
     *
     * @param clusterId the cluster, not empty
     * @throws IllegalStateException if the store belongs to a cluster already
     */
    void adoptCluster(String clusterId);

    /**
     * Removes a closed group for good and leaves a tombstone. Blocks until durable. Does nothing if
     * the group was destroyed before.
     *
     * @param group the group
     * @throws IllegalStateException if the group is open or never existed
     */
    void destroy(GroupId group);

    /**
     * The largest payload that fits into one record.
     *
     * @return bytes
     */
    int entryBytesMax();

    /**
     * Confirms or fails what is pending, then gives everything back. Calling it again does nothing.
     */
    @Override
    void close();
}
