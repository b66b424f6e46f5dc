package io.jangada.examples.kv.chaos;

import java.util.List;
import java.util.SplittableRandom;

/** How many nodes a fault meets, and which. */
enum Targets {
    LEADER("leader"),
    ONE("one"),
    MINORITY("minority"),
    MAJORITY("majority"),
    ALL("all");

    private final String title;

    Targets(String title) {
        this.title = title;
    }

    /** Any of them; single nodes more often, since more of the cluster goes on then. */
    static Targets draw(SplittableRandom random) {
        int dice = random.nextInt(10);
        return dice < 3 ? LEADER : dice < 5 ? ONE : dice < 7 ? MINORITY : dice < 9 ? MAJORITY : ALL;
    }

    List<ChaosNode> pick(Fault fault, ChaosCluster cluster) {
        List<ChaosNode> all = fault.shuffled(cluster.nodes());
        int count = all.size();
        return switch (this) {
            case LEADER -> List.of(fault.leaderOrAny(cluster));
            case ONE -> all.subList(0, 1);
            case MINORITY -> all.subList(0, Math.max(1, (count - 1) / 2));
            case MAJORITY -> all.subList(0, count / 2 + 1);
            case ALL -> all;
        };
    }

    @Override
    public String toString() {
        return title;
    }
}
