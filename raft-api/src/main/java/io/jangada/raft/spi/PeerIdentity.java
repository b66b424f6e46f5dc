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
 * @param address where it listens, {@code HOST:PORT}, so that who does not know it yet can answer;
 *     empty if it does not say
 */
public record PeerIdentity(
        String clusterId, NodeId node, StoreId store, long incarnation, String address) {
    /** Checks that nothing is missing. */
    public PeerIdentity {
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(address, "address");
    }

    /**
     * A node that does not say where it listens.
     *
     * @param clusterId the cluster, or empty
     * @param node the node
     * @param store its store
     * @param incarnation this life of its process
     */
    public PeerIdentity(String clusterId, NodeId node, StoreId store, long incarnation) {
        this(clusterId, node, store, incarnation, "");
    }

    /**
     * This node once it knows which cluster it belongs to.
     *
     * @param cluster the cluster
     * @return the same node in that cluster
     */
    public PeerIdentity in(String cluster) {
        return new PeerIdentity(cluster, node, store, incarnation, address);
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
