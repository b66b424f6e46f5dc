package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes the leader away, and waits for the first write that the others acknowledge. */
final class Failover implements Workload {
    private static final Metric MEDIAN = new Metric("median", "median ms", false);
    private static final Metric MAX = new Metric("max", "max ms", false);

    /** A leader lost, an election, and a node that comes back. */
    private static final double SECONDS_PER_CUT = 6;

    private final boolean kill;

    private Failover(boolean kill) {
        this.kill = kill;
    }

    /** Silence: the leader lives on, and its connections stay open where the contender can. */
    static Failover cut() {
        return new Failover(false);
    }

    /** The leader's connections are closed, and it starts anew from its folder. */
    static Failover kill() {
        return new Failover(true);
    }

    @Override
    public String name() {
        return kill ? "failover-kill" : "failover-cut";
    }

    @Override
    public String description() {
        return "from "
                + (kill ? "killing the leader" : "cutting the leader off")
                + " to the next acknowledged write, election timeout 1 s";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(MEDIAN, MAX);
    }

    @Override
    public Set<Trait> needs() {
        return Set.of(Trait.CUT);
    }

    @Override
    public Demand demand(Scale scale) {
        return new Demand(1, true);
    }

    @Override
    public double expectedSeconds(Scale scale) {
        return SECONDS_PER_CUT * scale.cuts();
    }

    @Override
    public Result run(Cluster cluster, Scale scale) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < scale.cuts(); i++) {
            int leader = cluster.awaitLeader();
            cluster.checkSameState();
            long begin = System.nanoTime();
            if (kill) {
                cluster.contender().kill(leader);
            } else {
                cluster.contender().cut(leader);
            }
            cluster.awaitLeader();
            millis.add((System.nanoTime() - begin) / 1e6);
            cluster.contender().heal(leader);
            cluster.checkSameState();
        }
        List<Double> sorted = millis.stream().sorted().toList();
        return new Result(
                Map.of(
                        MEDIAN.key(), sorted.get(sorted.size() / 2),
                        MAX.key(), sorted.get(sorted.size() - 1)));
    }
}
