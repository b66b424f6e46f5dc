package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Commands;
import io.jangada.benchmarks.contender.Contender;
import io.jangada.benchmarks.contender.Trait;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stops all nodes, and starts them on a log without a snapshot. */
final class Restart implements Workload {
    private static final int VALUE_BYTES = 256;
    private static final Metric ALL = new Metric("all", "all applied s", false);
    private static final Metric READY = new Metric("ready", "first write s", false);
    private static final Metric RATE = new Metric("entries", "entries/s", true);

    /** How fast the slowest may write the log, and read it. */
    private static final double ENTRIES_PER_SECOND = 10_000;

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String description() {
        return "from the start of all three nodes until they have applied the log again";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(ALL, READY, RATE);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(Trait.RESTART);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return scale.entries() / ENTRIES_PER_SECOND;
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        Contender contender = cluster.contender();
        cluster.fill(new Commands(VALUE_BYTES), scale.entries());
        cluster.checkSameState();
        long written = contender.maps().get(0).applied();
        contender.close();
        long begin = System.nanoTime();
        contender.start(cluster.spec());
        cluster.awaitLeader();
        double ready = (System.nanoTime() - begin) / 1e9;
        cluster.awaitApplied(written);
        double all = (System.nanoTime() - begin) / 1e9;
        cluster.checkSameState();
        return new Result(
                Map.of(ALL.key(), all, READY.key(), ready, RATE.key(), scale.entries() / all));
    }

    @Override
    public boolean hasFloor() {
        return true;
    }

    @Override
    public Optional<Result> floor(Path folder, Scale scale) throws Exception {
        double seconds = Floor.sequentialReadSeconds(folder, scale.entries(), VALUE_BYTES);
        return Optional.of(
                new Result(Map.of(ALL.key(), seconds, RATE.key(), scale.entries() / seconds)));
    }
}
