package io.jangada.raft.api;

import java.util.Optional;

/**
 * Something that changed in a group on this node, in the order in which it changed. Transitions,
 * not traffic: a healthy, steady group raises none.
 */
public sealed interface RaftEvent {
    /**
     * The group.
     *
     * @return its id
     */
    GroupId group();

    /**
     * The node that saw the change.
     *
     * @return this node
     */
    NodeId node();

    /**
     * The node's term after the change.
     *
     * @return the term
     */
    long term();

    /**
     * This node's role changed.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param role the new role
     * @param lastIndex last index of its log at that moment
     */
    record RoleChanged(GroupId group, NodeId node, long term, Role role, long lastIndex)
            implements RaftEvent {}

    /**
     * The leader known here changed.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param leader the new leader, empty if none is known
     */
    record LeaderChanged(GroupId group, NodeId node, long term, Optional<NodeId> leader)
            implements RaftEvent {}

    /**
     * The term rose.
     *
     * @param group the group
     * @param node this node
     * @param term the new term
     */
    record TermChanged(GroupId group, NodeId node, long term) implements RaftEvent {}

    /**
     * The group stopped on this node because of a fault; it does not come back before a restart.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param reason one sentence
     */
    record GroupStopped(GroupId group, NodeId node, long term, String reason)
            implements RaftEvent {}

    /**
     * The configuration in this node's log changed; it counts from now on, committed or not.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param membership the configuration
     */
    record MembershipChanged(GroupId group, NodeId node, long term, Membership membership)
            implements RaftEvent {}

    /**
     * This node learnt that it does not belong to the group any more.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     */
    record Removed(GroupId group, NodeId node, long term) implements RaftEvent {}

    /**
     * A snapshot of this node's own state became durable.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param index the last entry that it holds
     * @param bytes its size
     */
    record SnapshotTaken(GroupId group, NodeId node, long term, long index, long bytes)
            implements RaftEvent {}

    /**
     * A snapshot from another node is coming in, or has been installed.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param from where it comes from
     * @param index the last entry that it holds
     * @param bytes how much of it is here
     * @param totalBytes its size
     * @param installed whether it has become this node's state
     */
    record SnapshotProgress(
            GroupId group,
            NodeId node,
            long term,
            NodeId from,
            long index,
            long bytes,
            long totalBytes,
            boolean installed)
            implements RaftEvent {}

    /**
     * This node's copy was damaged, and it begins or has ended to rebuild it from its peers.
     *
     * @param group the group
     * @param node this node
     * @param term its term
     * @param done whether it is whole again
     */
    record Rebuilding(GroupId group, NodeId node, long term, boolean done) implements RaftEvent {}
}
