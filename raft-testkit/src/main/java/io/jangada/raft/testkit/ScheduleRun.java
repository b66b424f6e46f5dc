package io.jangada.raft.testkit;

import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import java.time.Duration;
import java.util.List;

/** Takes a cluster through the steps of a schedule, then heals it. */
final class ScheduleRun {
    private static final Duration AFTER_STEP = Duration.ofMillis(20);

    private final SimCluster cluster;

    ScheduleRun(SimCluster cluster) {
        this.cluster = cluster;
    }

    <C> void run(List<SimStep<C>> schedule) {
        cluster.startAll();
        cluster.awaitLeader();
        for (SimStep<C> step : schedule) {
            take(step);
            cluster.run(step instanceof SimStep.Wait<C> wait ? wait.time() : AFTER_STEP);
        }
        cluster.network().mendAll();
        cluster.startAll();
        Duration limit = cluster.config().electionTimeout().multipliedBy(30);
        if (!cluster.runUntil(cluster::isConverged, limit)) {
            cluster.report("after " + limit + " without faults nodes differ");
            cluster.run(Duration.ofMillis(1));
        }
    }

    private <C> void take(SimStep<C> step) {
        if (step instanceof SimStep.Write<C> write) {
            SimNode node = node(write.node());
            if (isUsable(node)) {
                ClientLoad.writeTo(node, write.command());
            }
        } else if (step instanceof SimStep.Crash<C> crash) {
            node(crash.node()).crash();
        } else if (step instanceof SimStep.Restart<C> restart) {
            node(restart.node()).restart();
        } else if (step instanceof SimStep.Cut<C> cut) {
            cluster.network().isolate(node(cut.node()).id());
        } else if (step instanceof SimStep.Heal<C>) {
            cluster.network().mendAll();
        } else if (step instanceof SimStep.Snapshot<C> snapshot) {
            SimNode node = node(snapshot.node());
            if (isUsable(node)) {
                node.anyGroup().admin().snapshot();
            }
        } else if (step instanceof SimStep.Transfer<C> transfer) {
            cluster.leader()
                    .ifPresent(
                            leader ->
                                    leader.anyGroup()
                                            .admin()
                                            .transferLeadership(node(transfer.to()).id()));
        }
    }

    private static boolean isUsable(SimNode node) {
        return node.isUp() && !node.isStopped();
    }

    private SimNode node(int number) {
        return cluster.node(Math.floorMod(number - 1, cluster.nodes().size()) + 1);
    }
}
