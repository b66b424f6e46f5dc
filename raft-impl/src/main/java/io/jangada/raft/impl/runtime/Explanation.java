package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.RaftCore.PeerProgress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Says in words what a group waits for on this node, from what this node knows. */
final class Explanation {
    private final GroupId group;
    private final NodeId self;
    private final Peers peers;
    private final long electionTimeoutNanos;
    private final CoreStatus now;
    private final Map<NodeId, PeerProgress> progress;
    private final long nowNanos;
    private final List<String> sentences = new ArrayList<>();

    Explanation(
            GroupId group,
            NodeId self,
            Peers peers,
            long electionTimeoutNanos,
            CoreStatus now,
            Map<NodeId, PeerProgress> progress,
            long nowNanos) {
        this.group = group;
        this.self = self;
        this.peers = peers;
        this.electionTimeoutNanos = electionTimeoutNanos;
        this.now = now;
        this.progress = progress;
        this.nowNanos = nowNanos;
    }

    /** Adds a sentence of the caller's. */
    void add(String sentence) {
        sentences.add(sentence);
    }

    /**
     * The whole text.
     *
     * @param clusterKnown whether this node belongs to a cluster
     * @param seeds whom it was told of at its start
     */
    String text(boolean clusterKnown, Collection<Member> seeds) {
        if (now.removed()) {
            sentences.add("node " + self + " was removed from group " + group);
        } else if (now.membership().members().isEmpty()) {
            explainJoining(clusterKnown, seeds);
        } else if (now.leader() == null) {
            explainNoLeader();
        }
        if (now.rebuilding()) {
            sentences.add(
                    "the copy of node "
                            + self
                            + " was damaged and is being made good from the leader; until then it"
                            + " does not vote");
        }
        explainMembership();
        if (now.transferTarget() != null) {
            sentences.add("leadership is being handed over to " + now.transferTarget());
        }
        explainLag();
        if (sentences.isEmpty()) {
            sentences.add(
                    now.leader()
                            + " leads in term "
                            + now.currentTerm()
                            + ", nothing is waited for"
                            + (now.resting() ? "; the group rests" : ""));
        }
        return String.join("; ", sentences);
    }

    private void explainJoining(boolean clusterKnown, Collection<Member> seeds) {
        if (clusterKnown) {
            sentences.add(
                    "node "
                            + self
                            + " waits to be added to group "
                            + group
                            + ": ask one of its members to add it");
            return;
        }
        List<String> states = new ArrayList<>();
        for (Member seed : seeds) {
            if (!seed.id().equals(self)) {
                states.add(describe(seed.id()));
            }
        }
        sentences.add(
                "node "
                        + self
                        + " has not met a member of its cluster yet: "
                        + String.join(", ", states));
    }

    private void explainNoLeader() {
        Membership membership = now.membership();
        if (!membership.isVoter(self)) {
            sentences.add(
                    "no leader is known, and node "
                            + self
                            + " has no vote: "
                            + states(membership.members().stream().map(Member::id).toList()));
            return;
        }
        boolean enough = reaches("voters", membership.voters().keySet());
        enough &=
                membership.outgoing().isEmpty()
                        || reaches("old voters", membership.outgoing().keySet());
        if (enough) {
            sentences.add(
                    "no leader is known, but a majority is heard: an election is under way, node "
                            + self
                            + " is "
                            + now.role()
                            + " in term "
                            + now.currentTerm());
        }
    }

    /** Whether enough of one half are heard; a sentence if not. */
    private boolean reaches(String what, Collection<NodeId> voters) {
        long since = nowNanos - 2 * electionTimeoutNanos;
        List<NodeId> silent = new ArrayList<>();
        for (NodeId voter : voters) {
            if (!voter.equals(self) && !peers.isHeardSince(voter, since)) {
                silent.add(voter);
            }
        }
        int majority = voters.size() / 2 + 1;
        int heard = voters.size() - silent.size();
        if (heard < majority) {
            sentences.add(
                    "no leader can be elected: only "
                            + heard
                            + " of "
                            + voters.size()
                            + " "
                            + what
                            + " are heard, "
                            + majority
                            + " are needed: "
                            + states(silent));
        }
        return heard >= majority;
    }

    private String states(Collection<NodeId> nodes) {
        return String.join(
                ", ",
                nodes.stream().filter(each -> !each.equals(self)).map(this::describe).toList());
    }

    private String describe(NodeId node) {
        return node + " " + peers.describe(node, nowNanos);
    }

    private void explainMembership() {
        Membership membership = now.membership();
        if (now.changeTarget() != null) {
            sentences.add("the group is changing to '" + now.changeTarget() + "'");
        }
        boolean committed = now.commitIndex() >= now.membershipIndex();
        if (membership.isJoint()) {
            sentences.add(
                    "configuration '"
                            + membership
                            + "' at index "
                            + now.membershipIndex()
                            + (committed
                                    ? " is committed, the final one follows"
                                    : " waits for majorities of both old and new voters"));
        } else if (!committed && now.leader() != null) {
            sentences.add(
                    "configuration '"
                            + membership
                            + "' at index "
                            + now.membershipIndex()
                            + " is not known to be committed yet");
        }
    }

    /** What a leader's peers lack, if it is more than what is on its way anyhow. */
    private void explainLag() {
        if (now.role() != Role.LEADER) {
            return;
        }
        long since = nowNanos - 2 * electionTimeoutNanos;
        progress.forEach(
                (id, peer) -> {
                    if (peer.matchIndex() >= now.commitIndex()) {
                        return;
                    }
                    String lag =
                            " has " + peer.matchIndex() + " of " + now.lastIndex() + " entries";
                    boolean heard = peers.isHeardSince(id, since);
                    sentences.add(id + lag + (heard ? "" : " and " + peers.describe(id, nowNanos)));
                });
    }
}
