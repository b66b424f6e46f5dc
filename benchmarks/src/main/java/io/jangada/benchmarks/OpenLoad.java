package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the peak with a closed load, then offers shares of it at fixed rates, whatever becomes of
 * earlier writes: latency as those see it who do not wait for each other.
 */
final class OpenLoad implements Workload {
    /** In percent of the peak; the chart shows all of them. */
    static final List<Integer> SHARES = List.of(10, 25, 50, 65, 80, 90);

    /** In the table. */
    private static final List<Integer> SHOWN = List.of(50, 80);

    private static final Metric PEAK = new Metric("peak", "peak/s", true);
    private static final int PEAK_OUTSTANDING = 1024;
    private static final int HUNDRED = 100;

    @Override
    public String name() {
        return "open-load";
    }

    @Override
    public String description() {
        return "writes of 256 B at fixed rates, latency from when each was due";
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (int share : SHOWN) {
            metrics.add(Metric.P99.at(share));
            metrics.add(Metric.P50.at(share));
            metrics.add(Metric.P999.at(share));
        }
        metrics.add(PEAK);
        return metrics;
    }

    @Override
    public Set<Trait> needs() {
        return Set.of();
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + scale.seconds() * (1 + 1.25 * SHARES.size());
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        cluster.awaitLeader();
        int submitters = cluster.contender().submitters();
        Operation writes = cluster.writes(new Commands(256));
        Load closed = Load.closed(writes, PEAK_OUTSTANDING, submitters);
        cluster.warmUp(closed, closed, scale);
        cluster.awaitLeader();
        Result result = Cluster.figures(cluster.run(closed, scale.nanos()));
        double peak = result.get(Metric.RATE.key());
        result.values().put(PEAK.key(), peak);
        for (int share : SHARES) {
            Load open = Load.open(writes, peak * share / HUNDRED, submitters);
            cluster.run(open, scale.nanos() / 4);
            Result part = Cluster.figures(cluster.run(open, scale.nanos()));
            for (Metric metric : List.of(Metric.RATE, Metric.P50, Metric.P99, Metric.P999)) {
                result.values().put(metric.at(share).key(), part.get(metric.key()));
            }
            result.values().merge(Metric.FAILED, part.get(Metric.FAILED), Double::sum);
        }
        cluster.checkSameState();
        return result;
    }
}
