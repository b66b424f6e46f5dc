package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.ReadKind;
import io.jangada.benchmarks.contender.Trait;
import java.util.List;
import java.util.Set;

/** One write among nineteen ReadIndex reads. */
final class MixLoad implements Workload {
    private static final int OUTSTANDING = 64;
    private static final int WRITE_EVERY = 20;

    @Override
    public String name() {
        return "mix-64";
    }

    @Override
    public String description() {
        return "95 % ReadIndex reads, 5 % writes of 256 B, 64 outstanding";
    }

    @Override
    public List<Metric> metrics() {
        return WriteLoad.metrics(OUTSTANDING);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(Trait.INDEX_READS);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.warmup() + scale.seconds();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        Commands commands = new Commands(256);
        cluster.fill(commands);
        Operation.Start writes = cluster.writes(commands).start();
        Operation.Start reads = cluster.reads(ReadKind.INDEX, commands).start();
        Operation mix =
                new Operation(
                        false,
                        (sequence, done) ->
                                (sequence % WRITE_EVERY == 0 ? writes : reads)
                                        .start(sequence, done));
        int submitters = cluster.contender().submitters();
        Load load = Load.closed(mix, OUTSTANDING, submitters);
        cluster.warmUp(Load.closed(mix, 16 * OUTSTANDING, submitters), load, scale);
        Result result = cluster.measure(load, scale);
        cluster.checkSameState();
        return result;
    }
}
