package io.jangada.examples.kv.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * S49 on real processes, in short: a run with all faults that this machine can have, and one in
 * which servers forget what they acknowledged, which must be found.
 */
@Tag("process")
@Tag("long")
@Timeout(300)
class ChaosProcessTest {
    @TempDir private Path folder;

    @Test
    void s49_nothingIsLostUnderAllFaults() throws Exception {
        long seed = ThreadLocalRandom.current().nextInt(1 << 30);
        System.out.println("again: kv chaos --minutes 0.6 --seed " + seed);
        ChaosReport report =
                Chaos.run(
                        options(Duration.ofSeconds(36), EnumSet.allOf(FaultKind.class), seed),
                        System.out::println);
        report.skipped().forEach((kind, why) -> System.out.println(kind + " skipped: " + why));
        assertTrue(report.isWell(), report::toString);
    }

    /** The servers are as they should be; their disks are put back to an earlier time. */
    @Test
    void serversThatForgetAreFound() throws Exception {
        ChaosReport report =
                Chaos.run(
                        options(Duration.ofSeconds(6), Set.of(), 1),
                        System.out::println,
                        new Forgetting());
        assertFalse(report.isWell());
        String all = String.join("\n", report.violations());
        assertTrue(all.contains("NOT LINEARIZABLE"), all);
        assertTrue(all.contains("lost in "), all);
        assertTrue(report.verdict().lost() > 0, all);
        Path kept = report.kept().orElseThrow();
        assertTrue(Files.exists(kept.resolve("history-0001.jsonl")), kept.toString());
        assertTrue(Files.exists(kept.resolve("n1.log")), kept.toString());
    }

    private ChaosOptions options(Duration time, Set<FaultKind> faults, long seed) {
        return new ChaosOptions(time, faults, 3, 6, seed, folder.resolve("run"));
    }

    /** Copies the folders of all nodes, and some seconds later puts the copies in their place. */
    private static final class Forgetting extends Fault {
        Forgetting() {
            super("forgetting", Duration.ZERO, new SplittableRandom(1));
        }

        @Override
        List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
            cluster.nodes().forEach(cluster::kill);
            for (ChaosNode node : cluster.nodes()) {
                copy(node.data(), earlier(node));
            }
            cluster.startAll();
            cluster.awaitAgreement(cluster.nodes(), Duration.ofSeconds(60));
            TimeUnit.SECONDS.sleep(2);
            cluster.nodes().forEach(cluster::kill);
            for (ChaosNode node : cluster.nodes()) {
                ChaosCluster.delete(node.data());
                copy(earlier(node), node.data());
            }
            cluster.startAll();
            return Fault.names(cluster.nodes());
        }

        private static Path earlier(ChaosNode node) {
            return node.data().resolveSibling(node + ".earlier");
        }

        private static void copy(Path from, Path to) throws IOException {
            try (Stream<Path> all = Files.walk(from)) {
                for (Path each : all.toList()) {
                    Files.copy(each, to.resolve(from.relativize(each).toString()));
                }
            }
        }
    }
}
