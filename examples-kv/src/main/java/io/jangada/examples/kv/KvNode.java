package io.jangada.examples.kv;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftBuilder;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import java.nio.file.Path;
import java.util.List;

/**
 * One running node of the store.
 *
 * <p>Reads go through {@link RaftGroup#read}, writes through {@link RaftGroup#write}, on any node.
 *
 * @param group the replicated map as seen from this node; thread-safe
 */
public record KvNode(RaftGroup<KvStateMachine, KvCommand, KvResult> group)
        implements AutoCloseable {
    /**
     * Starts a node, or restarts it with what its folder holds.
     *
     * @param id its name, one of the members
     * @param data its folder, created when missing
     * @param members the initial voters, the same on every node; a folder that holds a cluster
     *     already wins over them
     * @param config the settings
     * @return the running node
     * @throws RuntimeException as {@link io.jangada.raft.api.RaftBuilder#open}
     */
    public static KvNode open(String id, Path data, List<Member> members, RaftConfig config) {
        return start(Raft.at(id, data).peers(members).config(config));
    }

    /**
     * Starts a node with settings of any kind, for example one that is to join.
     *
     * @param node what is to be started
     * @return the running node
     * @throws RuntimeException as {@link RaftBuilder#open}
     */
    public static KvNode start(RaftBuilder node) {
        return new KvNode(node.start(new KvStateMachine(), KvCommand.CODEC, KvResult.CODEC));
    }

    /** Hands leadership over if this node leads, then stops it. */
    @Override
    public void close() {
        group.close();
    }
}
