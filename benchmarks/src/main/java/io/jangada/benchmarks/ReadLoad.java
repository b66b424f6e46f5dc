package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.ReadKind;
import io.jangada.benchmarks.contender.Trait;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Linearizable reads at the leader with a fixed number of them outstanding.
 *
 * @param kind how they are made sure of
 * @param outstanding how many
 * @param besideWriter whether something is written meanwhile, at a low and steady rate
 */
record ReadLoad(ReadKind kind, int outstanding, boolean besideWriter) implements Workload {
    private static final int VALUE_BYTES = 256;
    private static final int HEAVY = 1024;

    @Override
    public String name() {
        String name = kind.name().toLowerCase(Locale.ROOT) + "-" + outstanding;
        return besideWriter ? name + "-busy" : name;
    }

    @Override
    public String description() {
        return String.format(
                Locale.ROOT,
                "%s reads, %,d outstanding%s",
                kind == ReadKind.INDEX ? "ReadIndex" : "lease",
                outstanding,
                besideWriter
                        ? String.format(
                                Locale.ROOT, ", beside %.0f writes/s", SteadyWriter.PER_SECOND)
                        : ", nothing is written");
    }

    @Override
    public List<Metric> metrics() {
        return WriteLoad.metrics(outstanding);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(kind == ReadKind.INDEX ? Trait.INDEX_READS : Trait.LEASE_READS);
    }

    @Override
    public boolean comparable(Set<Trait> traits) {
        return besideWriter
                || kind == ReadKind.LEASE
                || !traits.contains(Trait.SKIPS_QUORUM_WHEN_IDLE);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + scale.seconds();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        Commands commands = new Commands(VALUE_BYTES);
        cluster.fill(commands);
        Operation reads = cluster.reads(kind, commands);
        int submitters = cluster.contender().submitters();
        Load load = Load.closed(reads, outstanding, submitters);
        Load heavy = Load.closed(reads, HEAVY, submitters);
        SteadyWriter writer = besideWriter ? SteadyWriter.start(cluster, commands) : null;
        Result result;
        long failedWrites = 0;
        try {
            cluster.warmUp(heavy, load, scale);
            result = cluster.measure(load, scale);
        } finally {
            if (writer != null) {
                failedWrites = writer.stop();
            }
        }
        result.values().merge(Metric.FAILED, (double) failedWrites, Double::sum);
        cluster.checkSameState();
        return result;
    }

    @Override
    public boolean hasFloor() {
        return outstanding == 1 && kind == ReadKind.INDEX;
    }

    @Override
    public Optional<Result> floor(Path folder, Scale scale) throws Exception {
        return hasFloor() ? Optional.of(Floor.reads(scale)) : Optional.empty();
    }
}
