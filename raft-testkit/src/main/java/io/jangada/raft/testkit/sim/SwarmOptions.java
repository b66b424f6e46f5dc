package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftConfig;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Everything about a swarm run that its seed decides before it begins: the cluster, its settings,
 * its network and disks, its clients, and which faults may happen.
 *
 * @param nodes how many voters found the cluster
 * @param spares how many further nodes there may be
 * @param config the settings of all nodes
 * @param network how links treat messages in quiet times
 * @param syncMin shortest time of a sync
 * @param syncMax longest time of a sync
 * @param schedulingNanosMax how long a woken thread may wait
 * @param skewedClocks whether clocks run at different rates, within their bound
 * @param workload what clients do
 * @param faults which kinds of faults happen
 * @param openingMax how long a store may have been locked when it is open, see {@link
 *     SimNode#openingMax}; zero unless somebody says otherwise
 * @param faultPause longest time between two faults
 * @param faultyTime how long the faults last
 */
public record SwarmOptions(
        int nodes,
        int spares,
        RaftConfig config,
        LinkQuality network,
        Duration syncMin,
        Duration syncMax,
        long schedulingNanosMax,
        boolean skewedClocks,
        WorkloadOptions workload,
        Set<FaultKind> faults,
        Duration openingMax,
        Duration faultPause,
        Duration faultyTime) {
    /** With clocks beyond their bound no lease is worth anything. */
    public SwarmOptions {
        if (faults.contains(FaultKind.STOPPED_CLOCK)) {
            workload = workload.withoutLeases();
        }
    }

    /**
     * Draws all options.
     *
     * @param seed decides them
     * @return the options of that seed
     */
    public static SwarmOptions of(long seed) {
        SimRandom random = new SimRandom(seed ^ 0x5DEECE66DL);
        SimRandom naps = new SimRandom(seed ^ 0x2545F491L);
        RaftConfig config = config(random, naps);
        Duration timeout = config.electionTimeout();
        Set<FaultKind> faults = faults(random);
        Duration syncMin = Duration.ofNanos(random.pick(List.of(20_000, 200_000, 1_000_000)));
        return new SwarmOptions(
                random.pick(List.of(1, 2, 3, 3, 3, 4, 5, 5, 5, 6, 7)),
                (int) random.between(1, 4),
                config,
                network(random, timeout),
                syncMin,
                syncMin.plus(timeout.dividedBy(random.pick(List.of(1000, 100, 10, 5)))),
                random.pick(List.of(1_000L, 50_000L, 2_000_000L)),
                random.chance(0.5),
                workload(random, naps, timeout),
                faults,
                Duration.ZERO,
                timeout.multipliedBy(random.between(1, 12)).dividedBy(2),
                faultyTime(random, timeout));
    }

    /** Long enough for some elections. */
    private static Duration faultyTime(SimRandom random, Duration timeout) {
        Duration drawn = Duration.ofSeconds(random.pick(List.of(2, 3, 3, 5, 10)));
        Duration least = timeout.multipliedBy(10);
        return drawn.compareTo(least) < 0 ? least : drawn;
    }

    /** Many kinds meet each other; one alone happens again and again. */
    private static Set<FaultKind> faults(SimRandom random) {
        List<FaultKind> all = List.of(FaultKind.values());
        Set<FaultKind> faults = EnumSet.of(random.pick(all));
        double share = random.pick(List.of(0.0, 0.0, 0.1, 0.3, 0.5));
        for (FaultKind kind : all) {
            boolean grave = kind == FaultKind.LOST_DISK || kind == FaultKind.STOPPED_CLOCK;
            if (random.chance(grave ? share / 2 : share)) {
                faults.add(kind);
            }
        }
        return faults;
    }

    private static RaftConfig config(SimRandom random, SimRandom naps) {
        Duration timeout = Duration.ofMillis(random.pick(List.of(50, 100, 100, 200, 500, 1000)));
        return RaftConfig.builder()
                .electionTimeout(timeout)
                .heartbeatInterval(timeout.dividedBy(random.between(3, 10)))
                .hibernateAfter(timeout.multipliedBy(naps.pick(List.of(0, 1, 1, 1, 2, 3))))
                .maxClockDrift(random.pick(List.of(0.0, 0.1, 0.1, 0.3)))
                .requestTimeout(timeout.multipliedBy(random.between(1, 12)))
                .entryBytesMax(1 << 10)
                .appendBytesMax(random.pick(List.of(1 << 10, 4 << 10, 1 << 20)))
                .inflightMessagesMax(random.pick(List.of(1, 2, 8, 256)))
                .inflightBytesMax(random.pick(List.of(1L << 10, 16L << 10, 16L << 20)))
                .uncommittedBytesMax(random.pick(List.of(2L << 10, 64L << 20)))
                .unappliedBytesMax(random.pick(List.of(2L << 10, 128L << 20)))
                .pendingReadsMax(random.pick(List.of(2, 65_536)))
                .mailboxCapacity(random.pick(List.of(64, 4_096)))
                .sessionTimeout(Duration.ofMillis(random.pick(List.of(1_000, 3_000, 600_000))))
                .sessionWindow(random.pick(List.of(1, 4, 8_192)))
                .sessionReplyBytesMax(random.pick(List.of(0, 64, 4 << 20)))
                .snapshotEntries(random.pick(List.of(2, 5, 20, 20, 50, 50, 200, 100_000)))
                .snapshotBytes(random.pick(List.of(8L << 10, 64L << 20, 64L << 20)))
                .snapshotInterval(Duration.ofSeconds(random.pick(List.of(1, 3600))))
                .trailingEntries(random.pick(List.of(0, 0, 1, 10, 100, 10_000)))
                .build();
    }

    private static LinkQuality network(SimRandom random, Duration timeout) {
        Duration least = Duration.ofNanos(random.pick(List.of(10_000, 100_000, 1_000_000)));
        Duration spread = timeout.dividedBy(random.pick(List.of(1000, 100, 20, 10)));
        return new LinkQuality(
                least,
                least.plus(spread),
                random.pick(List.of(0.0, 0.0, 0.01, 0.1)),
                random.pick(List.of(0.0, 0.0, 0.05)),
                random.pick(List.of(0.0, 0.05, 1.0)));
    }

    private static WorkloadOptions workload(SimRandom random, SimRandom naps, Duration timeout) {
        int clients = (int) random.between(1, 10);
        int keys = (int) random.between(1, 5);
        Duration thinkTime = Duration.ofMillis(random.pick(List.of(4, 10, 50, 200)));
        boolean idle = naps.chance(0.3); // So that groups fall asleep in between.
        return new WorkloadOptions(
                idle ? Math.min(clients, 2) : clients,
                keys,
                idle ? timeout.multipliedBy(naps.between(4, 12)) : thinkTime,
                // Fewer reads leave the linearizability check too many orders of writes to try.
                random.pick(List.of(0.3, 0.5, 0.9)),
                random.pick(List.of(0.0, 0.5, 1.0)),
                random.pick(List.of(0.0, 0.5, 1.0)),
                random.pick(List.of(0.0, 0.3)),
                random.pick(List.of(0.0, 0.5, 1.0)),
                random.pick(List.of(0, 0, 30, 700)));
    }

    /** All options in one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s nodes=%d+%d T=%d ms heartbeat=%.1f ms rest=%d ms drift=%s request=%d ms network=%s sync=%s..%s"
                        + " scheduling=%d ns skewed=%s faults=%s opening=%s every=%s %s append=%d inflight=%d/%d"
                        + " uncommitted=%d unapplied=%d reads=%d mailbox=%d session=%s/%d/%d"
                        + " snapshot=%d/%d/%s trailing=%d",
                faultyTime,
                nodes,
                spares,
                config.electionTimeout().toMillis(),
                config.heartbeatInterval().toNanos() / 1e6,
                config.hibernateAfter().toMillis(),
                config.maxClockDrift(),
                config.requestTimeout().toMillis(),
                network,
                syncMin,
                syncMax,
                schedulingNanosMax,
                skewedClocks,
                faults,
                openingMax,
                faultPause,
                workload,
                config.appendBytesMax(),
                config.inflightMessagesMax(),
                config.inflightBytesMax(),
                config.uncommittedBytesMax(),
                config.unappliedBytesMax(),
                config.pendingReadsMax(),
                config.mailboxCapacity(),
                config.sessionTimeout(),
                config.sessionWindow(),
                config.sessionReplyBytesMax(),
                config.snapshotEntries(),
                config.snapshotBytes(),
                config.snapshotInterval(),
                config.trailingEntries());
    }
}
