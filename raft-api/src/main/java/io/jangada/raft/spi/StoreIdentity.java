package io.jangada.raft.spi;

import io.jangada.raft.api.NodeId;
import java.util.Objects;

/**
 * Whose store it is.
 *
 * @param clusterId the cluster
 * @param node the node
 * @param store the store's own random id
 */
public record StoreIdentity(String clusterId, NodeId node, StoreId store) {
    /** Checks that nothing is missing. */
    public StoreIdentity {
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(store, "store");
    }
}
