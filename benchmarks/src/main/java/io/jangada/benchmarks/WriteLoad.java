package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.Trait;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Writes with a fixed number of them outstanding.
 *
 * @param name its name
 * @param valueBytes of each
 * @param outstanding how many
 */
record WriteLoad(String name, int valueBytes, int outstanding) implements Workload {
    /** What keeps the machine busy, for warming up. */
    private static final int HEAVY_BYTES = 1 << 18;

    @Override
    public String description() {
        return String.format(
                Locale.ROOT, "writes of %,d B, %,d outstanding", valueBytes, outstanding);
    }

    @Override
    public List<Metric> metrics() {
        return metrics(outstanding);
    }

    /** A single operation is about its time, many are about their rate. */
    static List<Metric> metrics(int outstanding) {
        return outstanding == 1
                ? List.of(
                        Metric.P50, Metric.P99, Metric.P999, Metric.RATE, Metric.CPU, Metric.BYTES)
                : List.of(
                        Metric.RATE, Metric.P50, Metric.P99, Metric.P999, Metric.CPU, Metric.BYTES);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of();
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + scale.seconds();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        cluster.awaitLeader();
        int submitters = cluster.contender().submitters();
        Operation writes = cluster.writes(new Commands(valueBytes));
        Load load = Load.closed(writes, outstanding, submitters);
        int heavy = Math.max(outstanding, HEAVY_BYTES / valueBytes);
        cluster.warmUp(Load.closed(writes, heavy, submitters), load, scale);
        Result result = cluster.measure(load, scale);
        cluster.checkSameState();
        return result;
    }

    @Override
    public boolean hasFloor() {
        return true;
    }

    @Override
    public Optional<Result> floor(Path folder, Scale scale) throws Exception {
        return Optional.of(Floor.writes(folder, valueBytes, outstanding, scale));
    }
}
