package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.runtime.Host;

/**
 * What the nodes of a cluster replicate: opens the group, with a state machine of its own, in each
 * life of each node.
 */
interface SimApplication {
    /** The group in one life of a node. */
    interface Instance {
        RaftGroup<?, ?, ?> group();

        /** The state machine. */
        Object machine();

        /** A fingerprint of its state: equal for equal states. */
        long stateHash();
    }

    /**
     * Opens the group. Called once in each life of each node, before anything else runs in it.
     *
     * @param cluster the cluster of the node
     * @param node whose life it is
     * @param host where to open the group
     * @return the group, with an empty state machine
     */
    Instance open(SimCluster cluster, SimNode node, Host host);
}
