package io.jangada.raft.spi;

import io.jangada.raft.api.NodeId;
import java.util.Objects;

/**
 * What nodes tell each other before anything else.
 *
 * @param clusterId the cluster
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
}
