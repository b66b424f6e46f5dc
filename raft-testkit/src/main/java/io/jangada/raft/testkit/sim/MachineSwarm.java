package io.jangada.raft.testkit.sim;

import java.time.Duration;

/**
 * A story like those of {@link Swarm}, of a cluster with somebody's own state machines and clients:
 * load and faults for a while, then healed; and then all nodes must come to one state.
 */
public final class MachineSwarm {
    /** A part of a snapshot that was lost is asked for again a second later. */
    private static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(4);

    /** What clients do. */
    public interface Load {
        /** Begins. */
        void start();

        /** Ends what it is at, and begins nothing more. */
        void stop();

        /**
         * Whether it has ended.
         *
         * @return true some time after {@link #stop}
         */
        boolean isIdle();
    }

    private final SimCluster cluster;
    private final SwarmOptions options;
    private final FaultInjector faults;

    private MachineSwarm(SimCluster cluster, SwarmOptions options) {
        this.cluster = cluster;
        this.options = options;
        this.faults = new FaultInjector(cluster, options);
    }

    /**
     * Runs a story to its end.
     *
     * @param cluster not started
     * @param options which faults, for how long, and in what world
     * @param load what clients do meanwhile
     * @throws SimulationFailure if something happened that must never happen
     */
    public static void run(SimCluster cluster, SwarmOptions options, Load load) {
        MachineSwarm swarm = new MachineSwarm(cluster, options);
        swarm.faults.start();
        cluster.startAll();
        load.start();
        cluster.run(options.faultyTime());
        swarm.faults.heal();
        load.stop();
        swarm.awaitHealing(load);
    }

    private void awaitHealing(Load load) {
        Duration timeout = cluster.config().electionTimeout();
        boolean changes = options.faults().contains(FaultKind.MEMBERSHIP);
        Duration limit = timeout.multipliedBy(changes ? 45 : 15).plus(TRANSFER_PATIENCE);
        for (int tries = 0; faults.removeLost(); tries++) {
            if (tries == 20) {
                cluster.fail("a lost member cannot be removed");
            }
            cluster.run(timeout.multipliedBy(3));
        }
        if (!cluster.runUntil(faults::isQuiet, limit)) {
            cluster.fail("after " + limit + ", a change of members has no outcome");
        }
        Duration patience = cluster.config().requestTimeout().multipliedBy(5).plus(limit);
        if (!cluster.runUntil(load::isIdle, patience)) {
            cluster.fail("after " + patience + ", clients still wait");
        }
        if (!cluster.runUntil(cluster::isConverged, limit)) {
            cluster.fail("after " + limit + ", nodes differ: " + cluster.divergence());
        }
    }
}
