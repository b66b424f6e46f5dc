package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How much faster than the clock on the wall a simulation of five nodes under load runs on one
 * core, with all invariants checked. Counts the processor's time of the thread; since a machine
 * that does other things at the same time is slower nevertheless, the best of many rounds of ten
 * simulated seconds counts, {@code -Drounds=N} (20).
 */
@Tag("soak")
@ExtendWith(QuietLogs.class)
class SimulationSpeedTest {
    /** What 1,000 seeds in a few minutes need. */
    private static final double LEAST = 100;

    private static final int ROUNDS = Integer.getInteger("rounds", 20);
    private static final int SECONDS = 10;

    private record Speed(double simulatedPerSecond, double events, double operations) {
        /** As it is printed. */
        String text(String load) {
            return String.format(
                    "simulation of five nodes, %s: %.0f operations and %.0f events a simulated"
                            + " second, %.0f simulated seconds per second of one core",
                    load, operations, events, simulatedPerSecond);
        }
    }

    @Test
    void fiveNodesUnderLoad() {
        best(Duration.ofMillis(20)); // The compiler's turn.
        Speed busy = best(Duration.ofMillis(20));
        System.out.println(busy.text("busy"));
        Speed usual = best(Duration.ofMillis(70));
        System.out.println(usual.text("as busy as a seed of the swarm"));
        assertTrue(usual.simulatedPerSecond() >= LEAST, () -> "only " + usual);
    }

    private static Speed best(Duration thinkTimeMax) {
        SimCluster cluster = SimCluster.of(1, 5, RaftConfig.defaults(), null);
        cluster.awaitLeader();
        WorkloadOptions usual = WorkloadOptions.DEFAULT;
        WorkloadOptions options =
                new WorkloadOptions(
                        usual.clients(),
                        usual.keys(),
                        thinkTimeMax,
                        usual.reads(),
                        usual.leaseReads(),
                        usual.sessions(),
                        usual.duplicates(),
                        usual.leaderAffinity(),
                        usual.valueBytes());
        Workload workload = new Workload(cluster, options);
        workload.start();
        Speed best = round(cluster, workload);
        for (int round = 1; round < ROUNDS; round++) {
            Speed found = round(cluster, workload);
            best = found.simulatedPerSecond() > best.simulatedPerSecond() ? found : best;
        }
        return best;
    }

    private static Speed round(SimCluster cluster, Workload workload) {
        long events = cluster.simulation().eventCount();
        long successes = workload.successCount();
        long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        cluster.run(Duration.ofSeconds(SECONDS));
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began;
        return new Speed(
                SECONDS * 1e9 / nanos,
                (cluster.simulation().eventCount() - events) / (double) SECONDS,
                (workload.successCount() - successes) / (double) SECONDS);
    }
}
