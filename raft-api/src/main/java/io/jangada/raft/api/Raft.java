package io.jangada.raft.api;

import java.nio.file.Path;

/** Where everything starts: a node at a place. */
public final class Raft {
    /** The group that {@link RaftBuilder#start} opens. */
    public static final GroupId DEFAULT_GROUP = GroupId.of("default");

    private Raft() {}

    /**
     * A node with a durable log.
     *
     * @param node its id
     * @param data its folder; created when missing; no other process may use it
     * @return a builder
     * @throws IllegalArgumentException if {@code node} is not a legal id
     */
    public static RaftBuilder at(String node, Path data) {
        return new RaftBuilder(NodeId.of(node), data);
    }

    /**
     * A node that keeps its log in memory and reaches peers in this process only: for tests. What
     * it acknowledged is lost with the process.
     *
     * @param node its id
     * @return a builder
     * @throws IllegalArgumentException if {@code node} is not a legal id
     */
    public static RaftBuilder inMemory(String node) {
        return new RaftBuilder(NodeId.of(node), null);
    }
}
