package io.jangada.raft.api;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A consistent picture of one group on one node at the end of a round of its loop.
 *
 * @param group the group
 * @param node this node
 * @param role what this node is
 * @param term its current term
 * @param leader the leader of that term as far as known here
 * @param commitIndex highest index known to be committed
 * @param appliedIndex highest index applied to the state machine here
 * @param firstIndex first index still in the log
 * @param lastIndex last index of the log
 * @param membership the latest configuration in the log
 * @param stopped why the group stopped on this node, if it did
 * @param snapshotIndex the last entry of the newest durable snapshot here, 0 without one
 * @param installingPercent how much is here of a snapshot that another node sends, if one does
 */
public record GroupStatus(
        GroupId group,
        NodeId node,
        Role role,
        long term,
        Optional<NodeId> leader,
        long commitIndex,
        long appliedIndex,
        long firstIndex,
        long lastIndex,
        Membership membership,
        Optional<String> stopped,
        long snapshotIndex,
        OptionalInt installingPercent) {
    /**
     * A group without snapshots.
     *
     * @param group the group
     * @param node this node
     * @param role what this node is
     * @param term its current term
     * @param leader the leader of that term as far as known here
     * @param commitIndex highest index known to be committed
     * @param appliedIndex highest index applied to the state machine here
     * @param firstIndex first index still in the log
     * @param lastIndex last index of the log
     * @param membership the latest configuration in the log
     * @param stopped why the group stopped on this node, if it did
     */
    public GroupStatus(
            GroupId group,
            NodeId node,
            Role role,
            long term,
            Optional<NodeId> leader,
            long commitIndex,
            long appliedIndex,
            long firstIndex,
            long lastIndex,
            Membership membership,
            Optional<String> stopped) {
        this(
                group,
                node,
                role,
                term,
                leader,
                commitIndex,
                appliedIndex,
                firstIndex,
                lastIndex,
                membership,
                stopped,
                0,
                OptionalInt.empty());
    }
}
