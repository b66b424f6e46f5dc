package io.jangada.raft.testkit.sim;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One story per seed: a cluster under load and faults for some seconds, then healed, then judged
 * (S54 and S55). All invariants are checked on the way.
 */
public final class Swarm {
    private final SwarmOptions options;
    private final SimCluster cluster;
    private final Workload workload;

    /**
     * What a run came to.
     *
     * @param traceHash fingerprint of everything that happened
     * @param events how many events ran
     * @param simulatedNanos how much virtual time passed
     * @param successes how many operations of clients ended well
     * @param judged false if what clients saw has too many possible orders to tell whether one of
     *     them is good, which is rare; everything else was checked
     */
    public record Result(
            long traceHash, long events, long simulatedNanos, long successes, boolean judged) {}

    private Swarm(long seed, SwarmOptions options, @Nullable Consumer<? super TraceEvent> reader) {
        this.options = options;
        Simulation simulation = new Simulation(seed, null);
        if (reader != null) {
            simulation.traceTo(reader);
        }
        this.cluster = new SimCluster(simulation, options.nodes(), options.config());
        cluster.nodes().forEach(node -> node.openingMax(options.openingMax()));
        this.workload = new Workload(cluster, options.workload());
    }

    /**
     * Runs the story of a seed.
     *
     * @param seed decides all of it
     * @param lines takes a line per event for people, or null
     * @return what it came to
     * @throws SimulationFailure if something happened that must never happen; the message says how
     *     to see it again
     */
    public static Result run(long seed, @Nullable Consumer<String> lines) {
        SwarmOptions options = SwarmOptions.of(seed);
        if (lines == null) {
            return run(seed, options, null);
        }
        lines.accept("seed " + seed + ": " + options);
        return run(seed, options, event -> lines.accept(event.toString()));
    }

    /**
     * Runs a story with other options than its seed would draw.
     *
     * @param seed decides what happens
     * @param options what may happen
     * @param reader gets each event as it happens, or null
     * @return what it came to
     * @throws SimulationFailure if something happened that must never happen
     */
    public static Result run(
            long seed, SwarmOptions options, @Nullable Consumer<? super TraceEvent> reader) {
        Swarm swarm = new Swarm(seed, options, reader);
        try {
            return swarm.run();
        } catch (SimulationFailure e) {
            throw new SimulationFailure(e.getMessage() + "\n" + swarm.options);
        }
    }

    private Result run() {
        FaultInjector faults = new FaultInjector(cluster, options);
        faults.start();
        cluster.startAll();
        workload.start();
        cluster.run(options.faultyTime());
        faults.heal();
        workload.stop();
        boolean changes =
                options.faults().contains(FaultKind.MEMBERSHIP)
                        || options.faults().contains(FaultKind.DISTURBED_CHANGE);
        new Healing(cluster, changes).await(faults, workload);
        workload.verify();
        Simulation simulation = cluster.simulation();
        return new Result(
                simulation.traceHash(),
                simulation.eventCount(),
                simulation.nowNanos(),
                workload.successCount(),
                cluster.invariants().isJudged());
    }
}
