package io.jangada.raft.api;

import io.jangada.raft.spi.StateMachine;
import java.util.Set;

/**
 * One node of a cluster: a log, a transport and a few threads that many groups share. All methods
 * may be called from any thread.
 */
public interface RaftHost extends AutoCloseable {
    /**
     * The node.
     *
     * @return its id
     */
    NodeId node();

    /**
     * Opens a group on this node: recovers it from the log, or creates it with all peers as voters.
     * Every peer must open the same groups. A node that joined creates none: it waits until the
     * group's leader is told to add it.
     *
     * @param group the group
     * @param machine its state machine, empty; the log is replayed into it
     * @param commands encodes its commands
     * @param results encodes its results
     * @param <S> the state machine
     * @param <C> its commands
     * @param <R> its results
     * @return the running group
     * @throws IllegalStateException if the group is open already, was destroyed on this node, or
     *     the host is closed
     */
    <S extends StateMachine<C, R>, C, R> RaftGroup<S, C, R> group(
            GroupId group, S machine, Codec<C> commands, Codec<R> results);

    /**
     * The groups open on this node.
     *
     * @return a snapshot
     */
    Set<GroupId> groups();

    /**
     * Closes a group and removes its data from this node for good. A tombstone stays, so that a
     * late message cannot bring it back to life. Blocks until that is durable.
     *
     * @param group an open or closed group of this node
     * @throws IllegalStateException if this node never had the group
     */
    void destroy(GroupId group);

    /**
     * Closes all groups, then transport, log and threads. Blocks until done, a few seconds at most.
     * Calling it again does nothing.
     */
    @Override
    void close();
}
