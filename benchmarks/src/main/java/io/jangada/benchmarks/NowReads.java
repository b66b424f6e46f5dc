package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.Contender;
import io.jangada.benchmarks.contender.Trait;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lease reads on one thread, each by the shortest way, without the machinery of {@link Load}. */
final class NowReads implements Workload {
    /** So that reading the clock does not count. */
    private static final int BATCH = 64;

    @Override
    public String name() {
        return "lease-now";
    }

    @Override
    public String description() {
        return "lease reads on the caller's thread, one thread, nothing is written";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.RATE, Metric.CPU, Metric.BYTES);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(Trait.LEASE_READS);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + scale.seconds();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        Commands commands = new Commands(256);
        cluster.fill(commands);
        readFor(scale.warmupNanos(), cluster.contender(), cluster.awaitLeader(), commands);
        int leader = cluster.awaitLeader();
        Usage before = Usage.now();
        long begin = System.nanoTime();
        long count = readFor(scale.nanos(), cluster.contender(), leader, commands);
        long nanos = System.nanoTime() - begin;
        Usage after = Usage.now();
        cluster.checkSameState();
        return new Result(
                Map.of(
                        Metric.RATE.key(), count * 1e9 / nanos,
                        Metric.CPU.key(), after.cpuSecondsSince(before) * 1e5 / count,
                        Metric.BYTES.key(), after.bytesSince(before) * 1.0 / count));
    }

    private static long readFor(long nanos, Contender contender, int leader, Commands commands) {
        long end = System.nanoTime() + nanos;
        long count = 0;
        do {
            for (int i = 0; i < BATCH; i++) {
                contender.readNow(leader, commands.key(count++));
            }
        } while (System.nanoTime() - end < 0);
        return count;
    }
}
