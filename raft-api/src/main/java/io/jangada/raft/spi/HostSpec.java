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
 * @param transport a transport made by hand, or null
 */
public record HostSpec(
        NodeId node,
        @Nullable Path data,
        List<Member> peers,
        @Nullable String clusterId,
        @Nullable String bind,
        RaftConfig config,
        @Nullable LogStore store,
        @Nullable Transport transport) {}
