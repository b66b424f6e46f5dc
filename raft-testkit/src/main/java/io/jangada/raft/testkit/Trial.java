package io.jangada.raft.testkit;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.Experiments.Divergence;
import io.jangada.raft.testkit.Finding.Kind;
import io.jangada.raft.testkit.Finding.Side;
import io.jangada.raft.testkit.MachineWatch.Logged;
import io.jangada.raft.testkit.sim.FaultKind;
import io.jangada.raft.testkit.sim.LinkQuality;
import io.jangada.raft.testkit.sim.MachineSwarm;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimRandom;
import io.jangada.raft.testkit.sim.Simulation;
import io.jangada.raft.testkit.sim.SimulationFailure;
import io.jangada.raft.testkit.sim.SwarmOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a user's state machine in a cluster, and what it came to. */
final class Trial<S extends StateMachine<C, R>, C, R> {
    private static final Duration TIMEOUT = Duration.ofMillis(100);
    private static final Duration FAULTY_TIME = Duration.ofSeconds(2);
    private static final int COMMANDS_MAX = 200;

    private final MachineKit<S, C, R> kit;
    private final long seed;
    private final SimRandom random;
    private final Simulation simulation;
    private final MachineWatch<S, C, R> watch;

    Trial(MachineKit<S, C, R> kit, long seed, @Nullable Consumer<String> lines) {
        this.kit = kit;
        this.seed = seed;
        this.random = new SimRandom(seed ^ 0x5DEECE66DL);
        this.simulation = new Simulation(seed, lines);
        this.watch = new MachineWatch<>(kit);
    }

    /** Load and faults, then healed. */
    RaftSimReport swarm(int nodes, Set<FaultKind> faults, Function<? super Random, C> generator) {
        SwarmOptions options = options(nodes, faults);
        SimCluster cluster = new SimCluster(simulation, nodes, options.config(), watch);
        Random chance = new Random(new SimRandom(seed).nextLong());
        Supplier<C> commands = () -> generator.apply(chance);
        ClientLoad<C, R> load =
                new ClientLoad<>(
                        cluster,
                        (int) random.between(1, 6),
                        commands,
                        COMMANDS_MAX,
                        Duration.ofMillis(random.pick(List.of(10, 20, 50))));
        return judge(
                () -> {
                    MachineSwarm.run(cluster, options, load);
                    if (watch.commandCount() > 0) {
                        checkLater((int) random.between(1, watch.commandCount()));
                    }
                });
    }

    /** A schedule of the user's own, with snapshots as often as it says. */
    RaftSimReport schedule(int nodes, List<SimStep<C>> schedule) {
        RaftConfig config =
                RaftConfig.builder()
                        .electionTimeout(TIMEOUT)
                        .heartbeatInterval(TIMEOUT.dividedBy(5))
                        .requestTimeout(TIMEOUT.multipliedBy(3))
                        .snapshotEntries(100_000)
                        .trailingEntries(0)
                        .build();
        SimCluster cluster = new SimCluster(simulation, nodes, config, watch);
        return judge(
                () -> {
                    new ScheduleRun(cluster).run(schedule);
                    checkLater(Experiments.NEVER);
                });
    }

    private SwarmOptions options(int nodes, Set<FaultKind> faults) {
        Set<FaultKind> chosen = EnumSet.noneOf(FaultKind.class);
        for (FaultKind kind : FaultKind.values()) {
            if (faults.contains(kind) && random.chance(0.5)) {
                chosen.add(kind);
            }
        }
        RaftConfig config =
                RaftConfig.builder()
                        .electionTimeout(TIMEOUT)
                        .heartbeatInterval(TIMEOUT.dividedBy(5))
                        .requestTimeout(TIMEOUT.multipliedBy(3))
                        .snapshotEntries(random.pick(List.of(2, 3, 5, 10, 20)))
                        .trailingEntries(random.pick(List.of(0, 0, 1, 5)))
                        .build();
        LinkQuality network =
                new LinkQuality(
                        Duration.ofNanos(50_000),
                        TIMEOUT.dividedBy(random.pick(List.of(200, 50, 20))),
                        random.pick(List.of(0.0, 0.01)),
                        random.pick(List.of(0.0, 0.05)),
                        random.pick(List.of(0.0, 0.05)));
        SwarmOptions base = SwarmOptions.of(seed);
        return new SwarmOptions(
                nodes,
                base.spares(),
                config,
                network,
                Duration.ofNanos(50_000),
                TIMEOUT.dividedBy(random.pick(List.of(200, 50, 20))),
                50_000,
                base.skewedClocks(),
                base.workload(),
                chosen,
                Duration.ZERO,
                TIMEOUT.multipliedBy(random.between(1, 4)),
                FAULTY_TIME);
    }

    private RaftSimReport judge(Runnable run) {
        try {
            run.run();
        } catch (SimulationFailure e) {
            Finding found = watch.finding();
            if (found == null) {
                throw e;
            }
            SimulationFailure failure = new SimulationFailure(explained(found));
            failure.initCause(e);
            throw failure;
        }
        return new RaftSimReport(
                1,
                watch.commandCount(),
                watch.replyCount(),
                watch.saveCount(),
                watch.loadCount(),
                Duration.ofNanos(simulation.nowNanos()));
    }

    /**
     * Once more without the cluster and some real time later, for what it did not happen to show.
     *
     * @param savedAfter after how many commands a machine is saved and loaded
     */
    private void checkLater(int savedAfter) {
        List<Logged> log = watch.log();
        Experiments<S, C, R> experiments = new Experiments<>(kit);
        Divergence found = experiments.compare(log, Experiments.NEVER);
        if (found != null) {
            Kind kind = found.reply() != null ? Kind.REPLY : Kind.STATE;
            fail(kind, found, log, "one that replayed it a moment later", 0);
        }
        found = savedAfter == Experiments.NEVER ? null : experiments.compare(log, savedAfter);
        if (found != null) {
            long loadedAt = log.get(savedAfter - 1).at().index();
            fail(Kind.LOAD, found, log, "one that was saved and loaded on the way", loadedAt);
        }
    }

    private void fail(Kind kind, Divergence found, List<Logged> log, String other, long loadedAt) {
        Finding finding =
                new Finding(
                        kind,
                        found.at() == 0 ? 0 : log.get(found.at() - 1).at().index(),
                        "",
                        new Side("a machine that replayed the log from its beginning", ""),
                        new Side(other, ""),
                        found.state(),
                        loadedAt);
        throw new SimulationFailure(explained(finding));
    }

    private String explained(Finding found) {
        return new Diagnosis<>(kit, found, watch.log()).message();
    }
}
