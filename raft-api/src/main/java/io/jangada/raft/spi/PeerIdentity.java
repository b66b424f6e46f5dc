package io.jangada.raft.spi;

import io.jangada.raft.api.NodeId;
import java.util.Objects;

/**
 * What nodes tell each other before anything else.
 *
 * @param clusterId the cluster; empty for a node that waits to be added to one and does not know it
 *     yet
 * @param node the node
 * @param store its store, which changes only if its disk was lost
 * @param incarnation this life of its process, random
 */
public record PeerIdentity(String clusterId, NodeId node, StoreId store, long incarnation) {
    /** Checks that nothing is missing. */
    public PeerIdentity {
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(store, "store");
    }

    /**
     * This node once it knows which cluster it belongs to.
     *
     * @param cluster the cluster
     * @return the same node, store and incarnation in that cluster
     */
    public PeerIdentity in(String cluster) {
        return new PeerIdentity(cluster, node, store, incarnation);
    }

    /**
     * Whether the cluster ids leave room for talking: they are equal, or one of the two nodes does
     * not know its cluster yet.
     *
     * @param other the node on the other side
     * @return false if both know their cluster and it is not the same
     */
    public boolean mayMeet(PeerIdentity other) {
        return clusterId.isEmpty()
                || other.clusterId.isEmpty()
                || clusterId.equals(other.clusterId);
    }
}
