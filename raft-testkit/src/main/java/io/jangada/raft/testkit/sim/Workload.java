package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.ReadMode;
import io.jangada.raft.testkit.check.History;
import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Clients of a simulated cluster, what they saw, and whether that may be (I16, I17, I18, I19). They
 * work from {@link #start} to {@link #stop}.
 */
public final class Workload {
    private final SimCluster cluster;
    private final WorkloadOptions options;
    private final HistoryRecorder<KvInput, KvOutput> recorder;
    private final List<SimClient> clients = new ArrayList<>();

    /** What the first node to apply a command answered. */
    private final Map<Long, KvOutput> applied = new HashMap<>();

    /** Commands that their clients gave up on, not applied by then, and the processes left open. */
    private final Map<Long, Long> abandoned = new TreeMap<>();

    private long lastCommand;
    private boolean stopped;

    /**
     * Clients that do nothing yet.
     *
     * @param cluster whom they call
     * @param options what they do
     */
    public Workload(SimCluster cluster, WorkloadOptions options) {
        this.cluster = cluster;
        this.options = options;
        this.recorder = new HistoryRecorder<>(cluster.simulation()::nowNanos);
        for (int i = 0; i < options.clients(); i++) {
            boolean session = i < Math.round(options.sessions() * options.clients());
            clients.add(new SimClient(this, session));
        }
        cluster.invariants().whenApplied(this::onApply);
    }

    /** Lets the clients begin. */
    public void start() {
        clients.forEach(SimClient::start);
    }

    /** Lets the clients end what they are at, and begin nothing more. */
    public void stop() {
        stopped = true;
    }

    /**
     * Whether all clients have ended.
     *
     * @return true some time after {@link #stop}
     */
    public boolean isIdle() {
        return clients.stream().allMatch(SimClient::isIdle);
    }

    /**
     * How many operations have ended in success.
     *
     * @return reads and writes together
     */
    public long successCount() {
        return clients.stream().mapToLong(SimClient::successCount).sum();
    }

    /**
     * What the clients saw.
     *
     * @return the history so far
     */
    public History<KvInput, KvOutput> history() {
        return recorder.history();
    }

    // What clients use

    SimCluster cluster() {
        return cluster;
    }

    WorkloadOptions options() {
        return options;
    }

    HistoryRecorder<KvInput, KvOutput> recorder() {
        return recorder;
    }

    boolean isStopped() {
        return stopped;
    }

    long newCommand() {
        return ++lastCommand;
    }

    void acknowledged(long command) {
        cluster.invariants().onAcknowledged(command);
    }

    void rejected(long command) {
        cluster.invariants().onRejected(command);
    }

    void answered(long command, KvOutput answer) {
        cluster.invariants().onAnswered(command, answer);
    }

    // Outcomes that clients do not know: the simulator does, and the check is the sharper for it.

    private void onApply(KvCommand command, KvOutput output) {
        if (applied.putIfAbsent(command.id(), output) == null) {
            Long process = abandoned.remove(command.id());
            if (process != null) {
                recorder.ok(process, output, Map.of("outcome", "not told"));
            }
        }
    }

    /**
     * A client gives up on a command of unknown outcome. If it has been applied it has taken effect
     * by now; if it will be, then not after its first apply; else never.
     */
    void abandoned(long command, long process) {
        KvOutput output = applied.get(command);
        if (output == null) {
            abandoned.put(command, process);
        } else {
            recorder.ok(process, output, Map.of("outcome", "not told"));
        }
    }

    // At the end

    /**
     * Every key is read on every node, and something is written there; all of it must succeed.
     *
     * @param limit how long each may take
     * @throws SimulationFailure if one does not succeed
     */
    public void probe(Duration limit) {
        for (SimNode node : cluster.realMembers()) {
            KvInput put = new KvInput.Put("probe", "" + node);
            check(() -> FinalOperation.write(this, node, put), limit);
            for (int i = 0; i < options.keys(); i++) {
                String key = key(i);
                check(() -> FinalOperation.read(this, node, key, ReadMode.INDEX), limit);
                check(() -> FinalOperation.read(this, node, key, ReadMode.LEASE), limit);
            }
        }
    }

    /** Who is told that it may try again waits a little, and does. */
    private void check(Supplier<FinalOperation> attempt, Duration limit) {
        long end = cluster.simulation().nowNanos() + limit.toNanos();
        FinalOperation operation = attempt.get();
        cluster.runUntil(operation::isDone, limit);
        while (operation.mayTryAgain() && cluster.simulation().nowNanos() < end) {
            cluster.run(cluster.config().heartbeatInterval());
            operation = attempt.get();
            cluster.runUntil(operation::isDone, limit);
        }
        operation.check();
    }

    static String key(int number) {
        return "k" + number;
    }

    /**
     * Judges what the clients saw, once the cluster has healed and all of them have ended.
     *
     * @throws SimulationFailure if a write was lost, a refused one came true, or the history is not
     *     linearizable
     */
    public void verify() {
        abandoned.values().forEach(process -> recorder.fail(process, "never applied"));
        cluster.invariants().atEnd(cluster.realMembers(), recorder.history());
        cluster.failIfViolated();
    }
}
