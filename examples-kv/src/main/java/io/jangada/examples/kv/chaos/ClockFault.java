package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Clocks that are wrong. Wall clocks may be off by any amount and jump; monotonic ones may run too
 * fast or too slow, as long as those of any two nodes differ by less than the servers allow for
 * ({@code --clock-drift}, 10 %).
 */
final class ClockFault {
    /** 1.04 is 8.4 % faster than 0.96. */
    private static final double RATE_ERROR_MAX = 0.04;

    private static final int JUMP_SECONDS_MAX = 20 * 24 * 3600;

    private ClockFault() {}

    static Fault draw(SplittableRandom random) {
        return random.nextInt(3) == 0 ? new Rate(random) : new Jump(random);
    }

    /** The wall clocks of some nodes jump, and jump back. */
    private static final class Jump extends Fault {
        private List<ChaosNode> met = List.of();

        Jump(SplittableRandom random) {
            super("clock jump", between(random, 1500, 6000), random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) throws IOException {
            met = Targets.draw(random()).pick(this, cluster);
            for (ChaosNode node : met) {
                long seconds = random().nextInt(-JUMP_SECONDS_MAX, JUMP_SECONDS_MAX);
                cluster.setWallClock(node, seconds);
            }
            return names(met);
        }

        @Override
        void end(ChaosCluster cluster) throws IOException {
            for (ChaosNode node : met) {
                cluster.setWallClock(node, 0);
            }
        }
    }

    /** A node that lives on with clocks of another speed. */
    private static final class Rate extends Fault {
        Rate(SplittableRandom random) {
            super("clock rate", Duration.ZERO, random);
        }

        @Override
        List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
            ChaosNode node = shuffled(cluster.nodes()).get(0);
            double error = RATE_ERROR_MAX * (2 * random().nextDouble() - 1);
            double rate = Math.round(1000 * (1 + error)) / 1000.0;
            cluster.kill(node);
            node.clockRate(rate);
            cluster.startAll();
            return List.of(node.name(), "" + rate);
        }
    }
}
