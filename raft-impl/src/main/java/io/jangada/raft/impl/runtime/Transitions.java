package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.impl.core.CoreStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;

/** Turns changes of a group's state into events and one log line each; a steady group has none. */
final class Transitions {
    private static final Logger LOG = System.getLogger(Transitions.class.getName());

    private final GroupId group;
    private final NodeId node;
    private final EventBus events;

    Transitions(GroupId group, NodeId node, EventBus events) {
        this.group = group;
        this.node = node;
        this.events = events;
    }

    void onStatus(CoreStatus before, CoreStatus now) {
        if (!now.membership().equals(before.membership())) {
            onMembership(now);
        }
        if (now.removed() && !before.removed()) {
            onRemoved(now);
        }
        if (now.currentTerm() != before.currentTerm()) {
            events.publish(new RaftEvent.TermChanged(group, node, now.currentTerm()));
        }
        if (now.role() != before.role()) {
            LOG.log(
                    Level.INFO,
                    "group={0} node={1} term={2} index={3}: {4} became {5}",
                    group,
                    node,
                    Long.toString(now.currentTerm()),
                    Long.toString(now.lastIndex()),
                    before.role(),
                    now.role());
            events.publish(
                    new RaftEvent.RoleChanged(
                            group, node, now.currentTerm(), now.role(), now.lastIndex()));
        }
        if (!Objects.equals(now.leader(), before.leader())) {
            if (now.leader() != null && !now.leader().equals(node)) {
                LOG.log(
                        Level.INFO,
                        "group={0} node={1} term={2} index={3}: follows {4}",
                        group,
                        node,
                        Long.toString(now.currentTerm()),
                        Long.toString(now.lastIndex()),
                        now.leader());
            }
            events.publish(
                    new RaftEvent.LeaderChanged(
                            group, node, now.currentTerm(), Optional.ofNullable(now.leader())));
        }
    }

    void onRebuilding(long term, boolean done) {
        LOG.log(
                Level.WARNING,
                "group={0} node={1} term={2}: {3}",
                group,
                node,
                Long.toString(term),
                done
                        ? "this copy is whole again, and takes part as before"
                        : "this copy was damaged; it is made good from the peers, and neither votes"
                                + " nor counts until then");
        events.publish(new RaftEvent.Rebuilding(group, node, term, done));
    }

    private void onMembership(CoreStatus now) {
        LOG.log(
                Level.INFO,
                "group={0} node={1} term={2} index={3}: members are now {4}",
                group,
                node,
                Long.toString(now.currentTerm()),
                Long.toString(now.membershipIndex()),
                now.membership());
        events.publish(
                new RaftEvent.MembershipChanged(group, node, now.currentTerm(), now.membership()));
    }

    private void onRemoved(CoreStatus now) {
        LOG.log(
                Level.INFO,
                "group={0} node={1} term={2} index={3}: this node was removed from the group",
                group,
                node,
                Long.toString(now.currentTerm()),
                Long.toString(now.lastIndex()));
        events.publish(new RaftEvent.Removed(group, node, now.currentTerm()));
    }

    /** The disk has become too slow to lead, or is well again. */
    void onDisk(CoreStatus now, boolean sick) {
        LOG.log(
                sick ? Level.WARNING : Level.INFO,
                "group={0} node={1} term={2} index={3}: {4}",
                group,
                node,
                Long.toString(now.currentTerm()),
                Long.toString(now.lastIndex()),
                sick
                        ? "the disk needs longer than electionTimeout for a write: this node does"
                                + " not lead until that ends"
                        : "the disk confirms writes in time again");
    }

    void onStopped(long term, String why, Throwable cause) {
        LOG.log(
                Level.ERROR,
                "group=" + group + " node=" + node + " term=" + term + ": stopped: " + why,
                cause);
        events.publish(new RaftEvent.GroupStopped(group, node, term, why));
    }
}
