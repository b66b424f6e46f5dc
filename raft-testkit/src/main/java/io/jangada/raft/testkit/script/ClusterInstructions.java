package io.jangada.raft.testkit.script;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.testkit.sim.LinkQuality;
import io.jangada.raft.testkit.sim.MessageRule;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import io.jangada.raft.testkit.sim.Simulation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;

/** The cluster as a whole, time, and what is expected. */
final class ClusterInstructions {
    private final Stage stage;

    ClusterInstructions(Stage stage) {
        this.stage = stage;
    }

    void addTo(Instructions all) {
        all.add(
                "cluster N [seed=S] [start=no] [SETTING=VALUE]...",
                "begins with nodes n1 to nN; settings are those of RaftConfig",
                this::cluster);
        all.add(
                "run DURATION | run until CONDITION [within=DURATION]",
                "lets time pass",
                this::run);
        all.add("expect CONDITION", "fails unless the condition holds now", this::expect);
        all.add("step [N]", "runs the next event, or the next N", this::step);
        all.add(
                "elect NODE",
                "lets time pass until that node leads; nobody else gets a vote",
                this::elect);
        all.add(
                "heal [within=DURATION]",
                "ends all rules and faults, starts all nodes, and waits until all are alike",
                this::heal);
        all.add(
                "violation INVARIANT",
                "says that what follows violates an invariant, and has to",
                this::violation);
        all.add(
                "clocks beyond-bound",
                "says that clocks differ by more than allowed from now on: leases may fail",
                this::clocks);
    }

    private void cluster(Words words) {
        int size = words.number(words.next("the number of nodes"));
        if (size < 1 || size > 99) {
            throw words.bad("a cluster has 1 to 99 nodes, not " + size);
        }
        int seed = words.number(words.option("seed", "1"));
        boolean starts = words.flag("start", true);
        RaftConfig.Builder config = RaftConfig.builder();
        for (Map.Entry<String, String> each : words.options().entrySet()) {
            set(words, config, each.getKey(), each.getValue());
        }
        words.end();
        stage.open(words, new SimCluster(new Simulation(seed, null), size, config.build()));
        if (starts) {
            stage.cluster().startAll();
            stage.expectNoNews();
        }
    }

    private static void set(Words words, RaftConfig.Builder config, String name, String value) {
        for (Method method : RaftConfig.Builder.class.getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 1) {
                try {
                    method.invoke(config, value(words, value, method.getParameterTypes()[0]));
                    return;
                } catch (ReflectiveOperationException e) {
                    throw words.bad("setting " + name + " cannot be " + value);
                }
            }
        }
        throw words.bad("there is no setting '" + name + "' in RaftConfig");
    }

    private static Object value(Words words, String value, Class<?> type) {
        if (type == Duration.class) {
            return words.duration(value);
        } else if (type == int.class) {
            return words.number(value);
        } else if (type == long.class) {
            return (long) words.number(value);
        } else if (type == double.class) {
            return words.share(value);
        }
        return value.equals("yes");
    }

    private void run(Words words) {
        SimCluster cluster = stage.cluster(words);
        if (words.take("until")) {
            String within = words.option("within");
            Condition condition = Condition.parse(stage, words);
            Duration limit = within == null ? stage.patience() : words.duration(within);
            words.end();
            await(words, condition, limit);
        } else {
            Duration duration = words.duration(words.next("a duration"));
            words.end();
            cluster.run(duration);
        }
    }

    private void await(Words words, Condition condition, Duration limit) {
        if (!stage.cluster().runUntil(condition::holds, limit)) {
            throw new ScriptFailure(
                    words.where(),
                    "'" + condition + "' does not come true: " + condition.instead(),
                    null);
        }
    }

    private void expect(Words words) {
        stage.cluster(words);
        Condition condition = Condition.parse(stage, words);
        words.end();
        if (!condition.holds()) {
            throw new ScriptFailure(
                    words.where(),
                    "'" + condition + "' does not hold: " + condition.instead(),
                    null);
        }
    }

    private void step(Words words) {
        int count = words.hasNext() ? words.number(words.next("a number")) : 1;
        words.end();
        for (int i = 0; i < count; i++) {
            stage.cluster(words).simulation().step();
        }
    }

    private void elect(Words words) {
        SimNode node = stage.node(words, words.next("a node"));
        words.end();
        MessageRule others =
                stage.cluster()
                        .network()
                        .drop(
                                (from, to, message) ->
                                        message instanceof RequestVote && !from.equals(node.id()));
        boolean leads =
                stage.cluster()
                        .runUntil(
                                () -> stage.cluster().leader().orElse(null) == node,
                                stage.patience());
        others.close();
        if (!leads) {
            throw new ScriptFailure(words.where(), node + " does not get elected", null);
        }
    }

    private void heal(Words words) {
        SimCluster cluster = stage.cluster(words);
        String within = words.option("within");
        Duration limit = within == null ? stage.patience() : words.duration(within);
        words.end();
        stage.releaseAll();
        cluster.network().mendAll();
        cluster.network().quality(LinkQuality.GOOD);
        for (SimNode node : cluster.nodes()) {
            node.disk().clearFaults();
            node.resume();
            if (node.isStopped()) {
                node.crash();
            }
        }
        cluster.startAll();
        stage.expectNoNews();
        if (!cluster.runUntil(cluster::isConverged, limit)) {
            throw new ScriptFailure(
                    words.where(),
                    "I20 healing violated: " + cluster.divergence() + " after " + limit,
                    null);
        }
    }

    private void violation(Words words) {
        stage.cluster(words);
        String invariant = words.next("an invariant");
        if (!invariant.matches("I\\d+")) {
            throw words.bad("invariants are named I1 to I20, not '" + invariant + "'");
        }
        words.end();
        stage.expectViolation(invariant);
    }

    private void clocks(Words words) {
        if (!words.next("'beyond-bound'").equals("beyond-bound")) {
            throw words.bad("clocks can only be told to be beyond-bound");
        }
        words.end();
        stage.cluster(words).allowClocksBeyondBound();
    }
}
