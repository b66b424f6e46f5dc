package io.jangada.raft.spi;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link io.jangada.raft.api.RaftBuilder} collected.
 *
 * @param node this node
 * @param data its data folder, or null for a node in memory
 * @param peers the initial voters, empty for a node alone
 * @param clusterId the cluster's name, or null to derive it from the peers
 * @param bind where to listen, or null for this node's address among the peers
 * @param config the settings
 * @param store a store made by hand, or null
 * @param storeName which of the stores on the class path, or null for the usual one
 * @param transport a transport made by hand, or null
 * @param join whether it waits to be added to the cluster of its peers
 * @param priority how much it is preferred as a leader, from 0
 * @param snapshotBytesPerSecond how fast it sends snapshots
 * @param restoreFrom the backup to found its group on, or null
 */
public record HostSpec(
        NodeId node,
        @Nullable Path data,
        List<Member> peers,
        @Nullable String clusterId,
        @Nullable String bind,
        RaftConfig config,
        @Nullable LogStore store,
        @Nullable String storeName,
        @Nullable Transport transport,
        boolean join,
        int priority,
        long snapshotBytesPerSecond,
        @Nullable Path restoreFrom) {
    /**
     * A node with the defaults of a {@link io.jangada.raft.api.RaftBuilder}.
     *
     * @param node this node
     * @param data its data folder, or null for a node in memory
     * @param peers the initial voters, empty for a node alone
     * @param clusterId the cluster's name, or null to derive it from the peers
     * @param bind where to listen, or null for this node's address among the peers
     * @param config the settings
     * @param store a store made by hand, or null
     * @param transport a transport made by hand, or null
     */
    public HostSpec(
            NodeId node,
            @Nullable Path data,
            List<Member> peers,
            @Nullable String clusterId,
            @Nullable String bind,
            RaftConfig config,
            @Nullable LogStore store,
            @Nullable Transport transport) {
        this(
                node, data, peers, clusterId, bind, config, store, null, transport, false, 0,
                64L << 20, null);
    }
}
