package io.jangada.examples.kv.chaos;

import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What people who run a cluster do to it: move leadership, take snapshots. */
final class AdminFaults {
    private AdminFaults() {}

    /** Sends a request and does not care for the answer. */
    private static void send(ChaosCluster cluster, ChaosNode node, String... words) {
        try (RespClient client = cluster.connect(node, Duration.ofSeconds(4))) {
            client.call(words);
        } catch (IOException e) {
            // Whoever is down or cut off does nothing.
        }
    }

    /** Leadership to any node, a few times in a row. */
    static final class Transfer extends Fault {
        private final int times;

        private Transfer(int times, SplittableRandom random) {
            super("transfer", Duration.ZERO, random);
            this.times = times;
        }

        static Fault draw(SplittableRandom random) {
            return new Transfer(random.nextInt(1, 4), random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) throws InterruptedException {
            List<String> asked = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                List<ChaosNode> nodes = shuffled(cluster.running());
                if (nodes.size() > 1) {
                    send(cluster, nodes.get(0), "RAFT.TRANSFER", nodes.get(1).name());
                    asked.add(nodes.get(1).name());
                }
                TimeUnit.MILLISECONDS.sleep(random().nextInt(400));
            }
            return asked;
        }
    }

    /** Snapshots on some nodes, besides those that they take by themselves. */
    static final class Snapshot extends Fault {
        private Snapshot(SplittableRandom random) {
            super("snapshot", Duration.ZERO, random);
        }

        static Fault draw(SplittableRandom random) {
            return new Snapshot(random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) {
            List<ChaosNode> running = shuffled(cluster.running());
            List<ChaosNode> some =
                    running.subList(0, Math.min(running.size(), random().nextInt(1, 4)));
            some.forEach(node -> send(cluster, node, "RAFT.SNAPSHOT"));
            return names(some);
        }
    }
}
