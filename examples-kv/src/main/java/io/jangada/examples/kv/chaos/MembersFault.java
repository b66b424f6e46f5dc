package io.jangada.examples.kv.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One step of a walk through memberships; sometimes the leader is killed on the way. */
final class MembersFault extends Fault {
    private static final List<String> STEPS = List.of("add", "remove", "replace");

    /** How many more or fewer than at first there may be. */
    private static final int AWAY_MAX = 1;

    private final String step;
    private final boolean killsLeader;
    private String outcome = "";

    private MembersFault(String step, boolean killsLeader, SplittableRandom random) {
        super("members", Duration.ZERO, random);
        this.step = step;
        this.killsLeader = killsLeader;
    }

    static Fault draw(SplittableRandom random) {
        return new MembersFault(
                STEPS.get(random.nextInt(STEPS.size())), random.nextInt(3) == 0, random);
    }

    @Override
    String outcome() {
        return outcome;
    }

    @Override
    boolean isAlone() {
        return true;
    }

    @Override
    List<String> begin(ChaosCluster cluster) throws IOException, InterruptedException {
        List<ChaosNode> nodes = shuffled(cluster.nodes());
        List<ChaosNode> mayGo = Members.withoutDisk(nodes);
        ChaosNode gone = mayGo.get(0);
        ChaosNode asked = nodes.get(0) == gone ? nodes.get(1) : nodes.get(0);
        boolean asLearner = random().nextBoolean();
        int away = nodes.size() - cluster.foundersCount();
        boolean adds = !step.equals("remove") && away < AWAY_MAX || away <= -AWAY_MAX;
        boolean removes = !adds || step.equals("replace");
        Thread killer = killsLeader ? killLeaderSoon(cluster) : null;
        boolean done =
                (!adds || Members.add(cluster, asked, asLearner))
                        && (!removes || Members.remove(cluster, asked, gone));
        if (killer != null) {
            killer.join();
        }
        outcome =
                "members "
                        + (adds && removes ? "replace" : adds ? "add" : "remove")
                        + (killsLeader ? ", leader killed" : "")
                        + (done ? "" : ", given up");
        return List.of(outcome, removes ? gone.name() : "");
    }

    /** In the middle of a change, or nearly. */
    private @Nullable Thread killLeaderSoon(ChaosCluster cluster) {
        long afterMillis = random().nextInt(3000);
        long forMillis = random().nextInt(3000);
        Thread killer =
                new Thread(
                        () -> {
                            try {
                                TimeUnit.MILLISECONDS.sleep(afterMillis);
                                ChaosNode leader = leaderOrAny(cluster);
                                cluster.kill(leader);
                                TimeUnit.MILLISECONDS.sleep(forMillis);
                                cluster.start(leader);
                            } catch (IOException e) {
                                // It was removed meanwhile, or the run is over.
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "killer");
        killer.start();
        return killer;
    }
}
