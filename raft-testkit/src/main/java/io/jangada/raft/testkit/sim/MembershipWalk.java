package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes who belongs to a cluster, again and again, at random (S39): nodes are added, removed,
 * promoted, demoted, exchanged, and sometimes one is asked for that does not exist.
 */
final class MembershipWalk {
    private final SimCluster cluster;
    private final SimRandom random;
    private final int nodesMax;
    private final Consumer<SimNode> prepare;

    /** A wish, and the life of the node that was asked. */
    private record Wish(CompletableFuture<Membership> future, @Nullable Life asked) {
        boolean isOver() {
            return future.isDone() || asked == null || asked.isOver();
        }
    }

    /** What was asked for, until its outcome is known. */
    private final List<Wish> open = new ArrayList<>();

    /** Members that lost their disks; they have to be removed, and never come back. */
    private final Set<NodeId> lost = new TreeSet<>();

    /** Nodes that are asked for although they never run. */
    private final Set<NodeId> ghosts = new TreeSet<>();

    private long lastUnknownNanos = Long.MIN_VALUE / 2;

    /**
     * A walk that has not begun.
     *
     * @param nodesMax how many nodes there may be in all
     * @param prepare what is done to a new one before it starts
     */
    MembershipWalk(SimCluster cluster, int nodesMax, Consumer<SimNode> prepare) {
        this.cluster = cluster;
        this.random = cluster.simulation().random();
        this.nodesMax = nodesMax;
        this.prepare = prepare;
    }

    // What else may happen meanwhile

    /**
     * Whether one disk more may be lost: the voters of a settled configuration are more than two,
     * all their disks are whole, and nobody has asked for another one.
     */
    boolean mayLoseDisk() {
        long patience = cluster.config().electionTimeout().toNanos() * 10;
        return isQuiet()
                && cluster.simulation().nowNanos() - lastUnknownNanos > patience
                && cluster.membership().voters().size() > 2
                && !isFragile()
                && isSettled();
    }

    /** Whether nobody works on a wish any more, be it one that its asker has given up. */
    boolean isQuiet() {
        open.removeIf(Wish::isOver);
        return open.isEmpty()
                && cluster.nodes().stream()
                        .map(SimNode::status)
                        .allMatch(status -> status == null || status.changeTarget() == null);
    }

    /** A disk is lost or being rebuilt, so that the cluster cannot do without any other. */
    private boolean isFragile() {
        Membership membership = cluster.membership();
        return lost.stream().anyMatch(membership::isVoter)
                || cluster.nodes().stream().anyMatch(node -> node.disk().isIncomplete());
    }

    /** Every log has the committed configuration as its latest, or an earlier one. */
    private boolean isSettled() {
        Membership membership = cluster.membership();
        if (membership.isJoint()) {
            return false;
        }
        long committed = cluster.invariants().record().commitIndex();
        for (SimNode node : cluster.nodes()) {
            GroupImage live = node.log();
            GroupImage durable = node.durable();
            if ((live != null && live.membershipsAfter(committed) > 0)
                    || (durable != null && durable.membershipsAfter(committed) > 0)) {
                return false;
            }
        }
        return true;
    }

    /** A node has lost its disk: from now on it is to be removed. */
    void lost(SimNode node) {
        lost.forEach(id -> cluster.node(id).retire());
        lost.add(node.id());
        if (cluster.founders().size() == 1) {
            node.retire(); // It would found the group anew, all alone.
        }
    }

    boolean isLost(SimNode node) {
        return lost.contains(node.id());
    }

    /** Whether the node is one that only exists in somebody's wish. */
    boolean isGhost(SimNode node) {
        return ghosts.contains(node.id());
    }

    // The walk

    /** One more change, unless a disk is missing. */
    void step() {
        if (!lost.isEmpty() && removeLost()) {
            return;
        }
        Membership now = cluster.membership();
        if (now.voters().isEmpty() || now.isJoint() || isFragile()) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1 -> add(now);
            case 2 -> remove(now);
            case 3 -> promote(now);
            case 4 -> demote(now);
            case 5, 6 -> exchange(now);
            default -> addGhost();
        }
    }

    /** Asks for a lost node's removal, if there is one among the members. */
    boolean removeLost() {
        for (NodeId id : lost) {
            if (cluster.membership().member(id).isPresent()) {
                ask(new MembershipChange.Remove(id));
                return true;
            }
        }
        return false;
    }

    private void add(Membership now) {
        List<SimNode> outside = outsiders(now);
        if (outside.isEmpty()) {
            return;
        }
        SimNode node = random.pick(outside);
        if (!node.isUp() && random.chance(0.9)) {
            FaultInjector.startIfDown(node);
        }
        ask(
                random.chance(0.6)
                        ? new MembershipChange.Add(node.member())
                        : new MembershipChange.AddLearner(node.member()));
    }

    /** Nodes that could become members: removed ones, and a new one if there is room. */
    private List<SimNode> outsiders(Membership now) {
        List<SimNode> outside = new ArrayList<>(cluster.nodes());
        outside.removeIf(
                node -> now.member(node.id()).isPresent() || isLost(node) || isGhost(node));
        if (cluster.nodes().size() < nodesMax) {
            outside.add(newNode());
        }
        return outside;
    }

    private SimNode newNode() {
        SimNode node = cluster.addNode();
        prepare.accept(node);
        return node;
    }

    private void remove(Membership now) {
        ask(new MembershipChange.Remove(random.pick(now.members()).id()));
    }

    private void promote(Membership now) {
        if (!now.learners().isEmpty()) {
            List<NodeId> learners = List.copyOf(now.learners().keySet());
            ask(new MembershipChange.Promote(random.pick(learners)));
        }
    }

    private void demote(Membership now) {
        if (now.voters().size() > 1) {
            Member chosen = random.pick(List.copyOf(now.voters().values()));
            List<Member> voters = new ArrayList<>(now.voters().values());
            List<Member> learners = new ArrayList<>(now.learners().values());
            voters.remove(chosen);
            learners.add(chosen);
            ask(new MembershipChange.Become(Membership.of(voters, List.of(), learners)));
        }
    }

    /** Any voters and learners among the nodes that there are. */
    private void exchange(Membership now) {
        List<Member> candidates = new ArrayList<>(now.members());
        outsiders(now).stream().filter(SimNode::isUp).map(SimNode::member).forEach(candidates::add);
        List<Member> voters = new ArrayList<>();
        List<Member> learners = new ArrayList<>();
        for (Member each : candidates) {
            int dice = random.nextInt(4);
            if (dice < 2) {
                voters.add(each);
            } else if (dice == 2) {
                learners.add(each);
            }
        }
        if (!voters.isEmpty()) {
            ask(new MembershipChange.Become(Membership.of(voters, List.of(), learners)));
        }
    }

    private void addGhost() {
        if (cluster.nodes().size() < nodesMax) {
            SimNode ghost = newNode();
            ghosts.add(ghost.id());
            ask(new MembershipChange.Add(ghost.member()));
        }
    }

    private void ask(MembershipChange change) {
        List<SimNode> up = new ArrayList<>(cluster.memberNodes());
        up.removeIf(node -> node.role() == Role.STOPPED || isLost(node));
        if (up.isEmpty()) {
            return;
        }
        SimNode asked = random.pick(up);
        cluster.simulation()
                .note(
                        Notes.CHANGE,
                        change.toString().hashCode(),
                        () -> "change " + change + " asked of " + asked);
        Duration patience = cluster.config().electionTimeout().multipliedBy(10);
        CompletableFuture<Membership> future = asked.group().admin().change(change, patience);
        future.whenComplete(
                (membership, failure) -> {
                    lastUnknownNanos = cluster.simulation().nowNanos();
                    cluster.simulation()
                            .note(
                                    Notes.CHANGE,
                                    failure == null ? 1 : 2,
                                    () ->
                                            "change "
                                                    + change
                                                    + " ends: "
                                                    + (failure == null ? membership : failure));
                });
        open.add(new Wish(future, asked.life()));
    }
}
