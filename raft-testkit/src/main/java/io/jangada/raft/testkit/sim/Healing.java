package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.CoreStatus;
import java.time.Duration;

/**
 * I20: once faults stop, the cluster is whole again within some election timeouts: one leader, one
 * configuration that is not joint, equal logs and states, reads and writes that succeed, and nobody
 * who was removed and does not know it.
 */
final class Healing extends Invariant {
    /** A part of a snapshot that was lost is asked for again a second later. */
    private static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(4);

    private final SimCluster cluster;
    private final Duration timeout;
    private final Duration limit;

    /**
     * What a cluster is held to.
     *
     * @param changes whether members were being changed: a change under way may have to be given up
     *     first, after ten rounds, or because a node never comes
     */
    Healing(SimCluster cluster, boolean changes) {
        super(cluster.invariants(), "I20 healing");
        this.cluster = cluster;
        this.timeout = cluster.config().electionTimeout();
        this.limit = timeout.multipliedBy(changes ? 45 : 15).plus(TRANSFER_PATIENCE);
    }

    /** Faults have stopped and clients begin nothing more: waits until all is well. */
    void await(FaultInjector faults, Workload workload) {
        for (int tries = 0; faults.removeLost(); tries++) {
            require(tries < 20, "a lost member cannot be removed", Duration.ZERO);
            cluster.run(timeout.multipliedBy(3));
        }
        require(cluster.runUntil(faults::isQuiet, limit), "a change has no outcome", limit);
        awaitConverged();
        Duration patience =
                cluster.config()
                        .requestTimeout()
                        .plus(workload.options().thinkTimeMax())
                        .multipliedBy(3);
        require(cluster.runUntil(workload::isIdle, patience), "clients still wait", patience);
        workload.probe(timeout.multipliedBy(15));
        awaitConverged();
        boolean told = cluster.runUntil(() -> everybodyKnows(faults), limit);
        require(told, "a node that was removed still takes itself for a voter", limit);
    }

    /** Z42: who is out knows it. */
    private boolean everybodyKnows(FaultInjector faults) {
        return cluster.nodes().stream().noneMatch(node -> isMistaken(node, faults));
    }

    /**
     * Not who waits for others to talk to it, or is not listened to, or asks nobody who could tell
     * it, because all whom it knows as voters are out as well.
     */
    private boolean isMistaken(SimNode node, FaultInjector faults) {
        CoreStatus status = node.isStopped() ? null : node.status();
        Membership members = cluster.membership();
        return status != null
                && members.member(node.id()).isEmpty()
                && status.membership().isVoter(node.id())
                && members.members().stream()
                        .anyMatch(member -> status.membership().isVoter(member.id()))
                && !status.removed()
                && !node.disk().isIncomplete()
                && !faults.isLost(node);
    }

    private void awaitConverged() {
        boolean whole = cluster.runUntil(cluster::isConverged, limit);
        require(whole, whole ? "" : "" + cluster.divergence(), limit);
    }

    private void require(boolean holds, String what, Duration after) {
        check(holds, "after %s, %s; %s", after, what, holds ? "" : positions());
        cluster.failIfViolated();
    }

    /** Where everybody stands. */
    private String positions() {
        StringBuilder text = new StringBuilder();
        for (SimNode node : cluster.nodes()) {
            if (node.role() != Role.STOPPED) {
                text.append(
                        String.format(
                                "%s%s %s in term %d, commit %d, last %d",
                                text.isEmpty() ? "" : ", ",
                                node,
                                node.role(),
                                node.term(),
                                node.commitIndex(),
                                node.lastIndex()));
            }
        }
        return text.toString();
    }
}
