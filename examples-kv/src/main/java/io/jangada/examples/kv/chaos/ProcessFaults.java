package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Faults of processes: killed, stopped by signals, ended and started again. */
final class ProcessFaults {
    /** Far more than the five seconds promised, since the machine may be busy. */
    private static final Duration STOP_TIME = Duration.ofSeconds(30);

    private ProcessFaults() {}

    /** {@code kill -9}; they are started again at the end. */
    static final class Kill extends Fault {
        private final Targets targets;

        private Kill(Targets targets, SplittableRandom random) {
            super("kill " + targets, between(random, 0, 5000), random);
            this.targets = targets;
        }

        static Fault draw(SplittableRandom random) {
            return new Kill(Targets.draw(random), random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) {
            List<ChaosNode> met = targets.pick(this, cluster);
            met.forEach(cluster::kill);
            return names(met);
        }

        @Override
        boolean endsSlowly() {
            return true;
        }

        @Override
        void end(ChaosCluster cluster) throws IOException, InterruptedException {
            cluster.startAll();
        }
    }

    /** SIGSTOP and SIGCONT. */
    static final class Pause extends Fault {
        private final Targets targets;
        private List<ChaosNode> met = List.of();

        private Pause(Targets targets, SplittableRandom random) {
            super("pause " + targets, between(random, 100, 6000), random);
            this.targets = targets;
        }

        static Fault draw(SplittableRandom random) {
            return new Pause(Targets.draw(random), random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
            met = targets.pick(this, cluster);
            for (ChaosNode node : met) {
                cluster.pause(node);
            }
            return names(met);
        }

        @Override
        void end(ChaosCluster cluster) throws IOException, InterruptedException {
            for (ChaosNode node : met) {
                cluster.resume(node);
            }
        }
    }

    /** SIGTERM and a new start, one node after the other, the leader among them. */
    static final class RollingRestart extends Fault {
        private RollingRestart(SplittableRandom random) {
            super("rolling restart", Duration.ZERO, random);
        }

        static Fault draw(SplittableRandom random) {
            return new RollingRestart(random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
            List<ChaosNode> order = shuffled(cluster.running());
            for (ChaosNode node : order) {
                restart(cluster, node);
                TimeUnit.MILLISECONDS.sleep(random().nextInt(1500));
            }
            return names(order);
        }

        private static void restart(ChaosCluster cluster, ChaosNode node)
                throws IOException, InterruptedException {
            OptionalInt code = cluster.stop(node, STOP_TIME);
            if (code.isEmpty()) {
                cluster.troubles().add(node + " did not end within " + STOP_TIME + " of SIGTERM");
            } else if (code.getAsInt() != 0) {
                cluster.troubles()
                        .add(node + " ended with exit code " + code.getAsInt() + " after SIGTERM");
            }
            if (!cluster.start(node) && !node.isDamaged()) {
                cluster.troubles().add(node + " did not start again: " + cluster.lastLine(node));
            }
        }
    }
}
