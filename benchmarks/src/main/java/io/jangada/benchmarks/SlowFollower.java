package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.ClusterSpec;
import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.KvMap;
import io.jangada.benchmarks.contender.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes while one follower takes ten times as long for each of them as it would. */
final class SlowFollower implements Workload {
    private static final int OUTSTANDING = 64;
    private static final int SLOWER = 10;
    private static final Metric SHARE = new Metric("share", "of healthy", true);

    @Override
    public String name() {
        return "slow-follower";
    }

    @Override
    public String description() {
        return "writes of 256 B, 64 outstanding, one follower applies 10 times slower";
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>(List.of(SHARE));
        metrics.addAll(WriteLoad.metrics(OUTSTANDING));
        return metrics;
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(Trait.DURABLE);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + 3 * scale.seconds();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        cluster.awaitLeader();
        Load load =
                Load.closed(
                        cluster.writes(new Commands(256)),
                        OUTSTANDING,
                        cluster.contender().submitters());
        cluster.run(load, scale.warmupNanos());
        int leader = cluster.awaitLeader();
        double healthy = cluster.run(load, scale.nanos()).perSecond();
        KvMap slow = cluster.contender().maps().get((leader + 1) % ClusterSpec.NODES);
        slow.delayEachApply((long) ((SLOWER - 1) * 1e9 / healthy));
        Result result;
        try {
            result = cluster.measure(load, scale);
        } finally {
            slow.delayEachApply(0);
        }
        result.values().put(SHARE.key(), result.get(Metric.RATE.key()) / healthy);
        cluster.checkSameState();
        return result;
    }
}
