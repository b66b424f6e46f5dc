package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(QuietLogs.class)
class SimClusterTest {
    private record Outcome(long traceHash, long events, List<String> lines) {}

    private static Outcome crashTheLeaderUnderLoad(long seed) {
        List<String> lines = new ArrayList<>();
        SimCluster cluster = SimCluster.of(seed, 3, RaftConfig.defaults(), lines::add);
        SimNode leader = cluster.awaitLeader();
        for (int i = 0; i < 50; i++) {
            leader.group().write(new KvCommand(i, new KvInput.Put("k" + i % 5, "v" + i)));
            cluster.run(Duration.ofMillis(1));
        }
        leader.crash();
        cluster.run(Duration.ofSeconds(2));
        leader.start();
        cluster.run(Duration.ofSeconds(2));
        assertTrue(cluster.isConverged(), cluster::divergence);
        return new Outcome(
                cluster.simulation().traceHash(), cluster.simulation().eventCount(), lines);
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        Outcome first = crashTheLeaderUnderLoad(7);
        Outcome again = crashTheLeaderUnderLoad(7);
        assertEquals(first, again);
        assertNotEquals(first.traceHash(), crashTheLeaderUnderLoad(8).traceHash());
    }

    @Test
    void writesAndReadsOnAnyNode() {
        SimCluster cluster = SimCluster.of(1, 3);
        cluster.awaitLeader();
        for (SimNode node : cluster.nodes()) {
            CompletableFuture<KvOutput> write =
                    node.group().write(new KvCommand(node.number(), new KvInput.Append("k", "x")));
            assertTrue(cluster.runUntil(write::isDone, Duration.ofSeconds(1)));
            assertEquals(new KvOutput.Done(), write.join());
        }
        for (SimNode node : cluster.nodes()) {
            CompletableFuture<String> read = node.group().read(machine -> machine.get("k"));
            assertTrue(cluster.runUntil(read::isDone, Duration.ofSeconds(1)));
            assertEquals("xxx", read.join());
        }
    }

    @Test
    void aCleanStopHandsLeadershipOver() {
        SimCluster cluster = SimCluster.of(2, 3);
        SimNode leader = cluster.awaitLeader();
        cluster.run(Duration.ofSeconds(1));
        leader.stop();
        cluster.run(Duration.ofMillis(300));
        assertTrue(cluster.leader().isPresent(), "leadership moved without an election timeout");
    }
}
