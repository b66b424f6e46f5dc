package io.jangada.raft.testkit.script;

import io.jangada.raft.testkit.check.Budget;
import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvModel;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Linearizability;
import io.jangada.raft.testkit.check.Verdict;
import io.jangada.raft.testkit.sim.KvMachine;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import io.jangada.raft.testkit.sim.SimulationFailure;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The named clients of a script, and whether what they saw may be (I16, I18, I19). */
final class Clients {
    private final Stage stage;
    private final SimCluster cluster;
    private final HistoryRecorder<KvInput, KvOutput> recorder;
    private final Map<String, ScriptClient> byName = new TreeMap<>();
    private final Set<Long> acknowledged = new TreeSet<>();
    private final Set<Long> refused = new TreeSet<>();

    /** Far from those that a workload uses. */
    private long lastCommand = 1L << 40;

    Clients(Stage stage, SimCluster cluster) {
        this.stage = stage;
        this.cluster = cluster;
        this.recorder = new HistoryRecorder<>(cluster.simulation()::nowNanos);
    }

    Stage stage() {
        return stage;
    }

    HistoryRecorder<KvInput, KvOutput> recorder() {
        return recorder;
    }

    ScriptClient client(String name) {
        return byName.computeIfAbsent(name, key -> new ScriptClient(this, key));
    }

    @Nullable ScriptClient known(String name) {
        return byName.get(name);
    }

    long newCommand() {
        return ++lastCommand;
    }

    void acknowledged(long command) {
        acknowledged.add(command);
    }

    void refused(long command) {
        refused.add(command);
    }

    /** Clients notice that the node they have asked is dead. */
    void afterEvent() {
        byName.values().forEach(ScriptClient::lookAtNode);
    }

    boolean areIdle() {
        return byName.values().stream().allMatch(ScriptClient::isIdle);
    }

    /**
     * Judges all that the clients saw.
     *
     * @throws SimulationFailure if that may not be
     */
    void judge() {
        byName.values().forEach(ScriptClient::giveUp);
        if (cluster.isConverged()) {
            cluster.memberNodes().forEach(this::judgeStateOf);
        }
        Verdict<KvInput, KvOutput> verdict =
                Linearizability.check(new KvModel(), recorder.history(), Budget.DEFAULT);
        if (!(verdict instanceof Verdict.Linearizable)) {
            throw new SimulationFailure("I16 linearizability violated: " + verdict.message());
        }
    }

    private void judgeStateOf(SimNode node) {
        KvMachine machine = node.machine().orElse(null);
        if (machine == null) {
            return; // A learner that never ran.
        }
        for (long command : acknowledged) {
            if (machine.timesApplied(command) != 1) {
                throw new SimulationFailure(
                        "I18 acked writes survive violated: an acknowledged write is not in the"
                                + " state of "
                                + node);
            }
        }
        for (long command : refused) {
            if (machine.timesApplied(command) != 0) {
                throw new SimulationFailure(
                        "I19 no phantom violated: a write that was refused for certain is in the"
                                + " state of "
                                + node);
            }
        }
    }
}
