package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.StoreException;
import java.time.Duration;
import java.util.List;

/** Does to a cluster what its seed says, until it is told to heal it. */
final class FaultInjector {
    private final SimCluster cluster;
    private final Simulation simulation;
    private final SimRandom random;
    private final SwarmOptions options;
    private final List<FaultKind> kinds;
    private boolean over;

    FaultInjector(SimCluster cluster, SwarmOptions options) {
        this.cluster = cluster;
        this.simulation = cluster.simulation();
        this.random = simulation.random();
        this.options = options;
        this.kinds = List.copyOf(options.faults());
    }

    /** Sets the scene, then begins with the faults. */
    void start() {
        cluster.network().quality(options.network());
        for (SimNode node : cluster.nodes()) {
            node.schedulingDelay(options.schedulingNanosMax());
            node.disk().syncTime(options.syncMin(), options.syncMax());
            if (options.skewedClocks()) {
                node.clockRate(anyRate());
            }
        }
        if (!kinds.isEmpty()) {
            scheduleNext();
        }
    }

    /** The ratio of any two rates stays within the bound. */
    private long anyRate() {
        return random.between(0, (long) (cluster.config().maxClockDrift() * 1_000_000));
    }

    private void scheduleNext() {
        later(options.faultPause(), this::next);
    }

    private void next() {
        scheduleNext();
        FaultKind kind = random.pick(kinds);
        SimNode node = random.pick(cluster.nodes());
        simulation.note(kind.name().hashCode(), node.number(), () -> "fault " + kind + " " + node);
        switch (kind) {
            case CRASH -> crash(node);
            case CRASH_ALL -> cluster.nodes().forEach(this::crash);
            case STOP -> stop(node);
            case PAUSE -> pause(node);
            case ISOLATE -> {
                cluster.network().isolate(node.id());
                later(forAWhile(), cluster.network()::mendAll);
            }
            case SPLIT -> split();
            case ONE_WAY_CUTS -> cutOneWay();
            case BAD_NETWORK -> worsenNetwork();
            case SLOW_DISK -> slowDown(node);
            case SYNC_ERROR -> failSync(node);
            case FULL_DISK -> fill(node);
            case TRANSFER -> transfer(node);
            case CLOCK_RATE -> node.clockRate(anyRate());
        }
    }

    /** At a random time within a duration, unless the cluster has been healed by then. */
    private void later(Duration within, Runnable action) {
        simulation.schedule(
                random.between(1, within.toNanos()),
                () -> {
                    if (!over) {
                        action.run();
                    }
                });
    }

    private Duration forAWhile() {
        return cluster.config().electionTimeout().multipliedBy(random.between(1, 5));
    }

    private void crash(SimNode node) {
        node.crash();
        later(forAWhile(), () -> startIfDown(node));
    }

    private static void startIfDown(SimNode node) {
        if (!node.isUp()) {
            try {
                node.start();
            } catch (StoreException e) {
                // Its disk is full; it is started again when there is room.
            }
        }
    }

    private void stop(SimNode node) {
        node.stop();
        later(forAWhile(), () -> startIfDown(node));
    }

    private void pause(SimNode node) {
        node.pause();
        later(forAWhile(), node::resume);
    }

    private void split() {
        List<NodeId> side =
                cluster.nodes().stream()
                        .map(SimNode::id)
                        .filter(node -> random.chance(0.5))
                        .toList();
        cluster.network().partition(side);
        later(forAWhile(), cluster.network()::mendAll);
    }

    private void cutOneWay() {
        for (SimNode from : cluster.nodes()) {
            for (SimNode to : cluster.nodes()) {
                if (from != to && random.chance(0.3)) {
                    cluster.network().cut(from.id(), to.id());
                }
            }
        }
        later(forAWhile(), cluster.network()::mendAll);
    }

    private void worsenNetwork() {
        LinkQuality usual = options.network();
        Duration timeout = cluster.config().electionTimeout();
        cluster.network()
                .quality(
                        usual.withLoss(0.3)
                                .withDisorder(0.2, 0.5)
                                .withDelay(usual.delayMin(), usual.delayMin().plus(timeout)));
        later(forAWhile(), () -> cluster.network().quality(usual));
    }

    private void slowDown(SimNode node) {
        Duration timeout = cluster.config().electionTimeout();
        node.disk().syncTime(timeout.dividedBy(4), timeout.multipliedBy(2));
        later(forAWhile(), () -> node.disk().syncTime(options.syncMin(), options.syncMax()));
    }

    private void failSync(SimNode node) {
        DiskRule rule = node.disk().fail(operation -> operation instanceof DiskOperation.Sync);
        later(
                forAWhile(),
                () -> {
                    rule.close();
                    restart(node);
                });
    }

    private void fill(SimNode node) {
        node.disk().full(true);
        later(
                forAWhile(),
                () -> {
                    node.disk().full(false);
                    restart(node);
                });
    }

    private void restart(SimNode node) {
        if (node.isStopped() || node.disk().hasFailed()) {
            node.crash();
        }
        startIfDown(node);
    }

    private void transfer(SimNode target) {
        SimNode asked = random.pick(cluster.nodes());
        if (asked.isUp() && !asked.isStopped()) {
            asked.group().admin().transferLeadership(target.id());
        }
    }

    /** No more faults; everything is mended, and every node runs. */
    void heal() {
        over = true;
        cluster.network().mendAll();
        cluster.network().quality(LinkQuality.GOOD);
        for (SimNode node : cluster.nodes()) {
            node.disk().clearFaults();
            node.disk().syncTime(Duration.ofNanos(200_000), Duration.ofMillis(1));
            node.schedulingDelay(20_000);
            node.resume();
            restart(node);
        }
    }
}
