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
}
