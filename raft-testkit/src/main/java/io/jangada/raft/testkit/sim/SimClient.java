package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client: asks one thing at a time, of any node. With a session of its own it retries, on other
 * nodes too, until it knows the outcome; without, a write of unknown outcome stays unknown.
 */
final class SimClient {
    private static final int TRIES_MAX = 5;

    private final Workload workload;
    private final SimCluster cluster;
    private final SimRandom random;
    private final HistoryRecorder<KvInput, KvOutput> recorder;
    private final boolean keepsSession;

    /** What this client last saw of each key, for comparisons that have a chance. */
    private final Map<String, String> seen = new HashMap<>();

    private long process;
    private long session;
    private long nextSequence;

    /** When the latest write began that was acknowledged in this session. */
    private long usedNanos;

    private long successes;
    private boolean idle = true;

    SimClient(Workload workload, boolean keepsSession) {
        this.workload = workload;
        this.cluster = workload.cluster();
        this.random = cluster.simulation().random();
        this.recorder = workload.recorder();
        this.keepsSession = keepsSession;
        this.process = recorder.newProcess();
    }

    void start() {
        idle = false;
        think();
    }

    boolean isIdle() {
        return idle;
    }

    long successCount() {
        return successes;
    }

    private void think() {
        long most = workload.options().thinkTimeMax().toNanos();
        cluster.simulation().schedule(random.between(0, most), this::next);
    }

    private void next() {
        if (workload.isStopped()) {
            idle = true;
        } else if (keepsSession && session == 0) {
            openSession();
        } else {
            new Asking(newInput()).begin();
        }
    }

    // What to ask

    private KvInput newInput() {
        String key = Workload.key(random.nextInt(workload.options().keys()));
        if (random.chance(workload.options().reads())) {
            boolean lease = random.chance(workload.options().leaseReads());
            return new KvInput.Get(key, lease ? KvInput.ReadMode.LEASE : KvInput.ReadMode.INDEX);
        }
        return newWrite(key);
    }

    private KvInput newWrite(String key) {
        String value = unique();
        int dice = random.nextInt(100);
        if (dice < 50) {
            return new KvInput.Put(key, value);
        } else if (dice < 65) {
            // Short, for it makes the value grow until somebody overwrites it.
            return new KvInput.Append(key, ";" + workload.newCommand());
        } else if (dice < 85) {
            return new KvInput.Cas(key, seen.get(key), value);
        } else if (dice < 93) {
            return new KvInput.Get(key, KvInput.ReadMode.LOG);
        }
        return new KvInput.Delete(key);
    }

    private String unique() {
        return "v" + workload.newCommand() + ".".repeat(workload.options().valueBytes());
    }

    // Whom to ask

    private @Nullable SimNode pickNode() {
        List<SimNode> members = cluster.memberNodes();
        boolean anybody = members.isEmpty() || random.chance(0.05);
        List<SimNode> up = new ArrayList<>(anybody ? cluster.nodes() : members);
        up.removeIf(node -> !node.isUp() || node.isStopped());
        if (up.isEmpty()) {
            return null;
        }
        SimNode leader = cluster.leader().orElse(null);
        return leader != null && random.chance(workload.options().leaderAffinity())
                ? leader
                : random.pick(up);
    }

    private void openSession() {
        SimNode node = pickNode();
        if (node == null) {
            think();
            return;
        }
        Attempt attempt = new Attempt(node);
        node.group()
                .openSession()
                .whenComplete(
                        (id, failure) -> {
                            if (attempt.settle()) {
                                session = id == null ? 0 : id;
                                nextSequence = 1;
                                usedNanos = Long.MIN_VALUE / 2;
                                think();
                            }
                        });
        attempt.whenLost(this::think);
    }

    /** One call to one node; ends with an answer, with the node's death, or with our patience. */
    private final class Attempt {
        private final SimNode node;
        private boolean settled;

        Attempt(SimNode node) {
            this.node = node;
        }

        boolean settle() {
            boolean first = !settled;
            settled = true;
            return first;
        }

        void whenLost(Runnable action) {
            Runnable lost =
                    () -> {
                        if (settle()) {
                            action.run();
                        }
                    };
            Life life = node.life();
            if (life != null) {
                life.whenOver(() -> cluster.simulation().schedule(1_000_000, lost));
            }
            long patience = 2 * cluster.config().requestTimeout().toNanos();
            cluster.simulation().schedule(patience, lost);
        }
    }

    /** One operation from call to outcome. */
    private final class Asking {
        private final KvInput input;
        private final long id = workload.newCommand();
        private final long sequence = nextSequence++;
        private final long beganNanos = cluster.simulation().nowNanos();
        private int tries;

        /** Attempts without an answer so far, those still to come among them. */
        private int open;

        /** Some attempt without an answer may yet take effect. */
        private boolean inDoubt;

        private boolean over;

        Asking(KvInput input) {
            this.input = input;
        }

        private boolean isRead() {
            return input instanceof KvInput.Get get && get.mode() != KvInput.ReadMode.LOG;
        }

        void begin() {
            recorder.invoke(process, input, Map.of());
            cluster.simulation()
                    .note(Notes.CLIENT, id, () -> "client " + process + ": " + input + " #" + id);
            boolean twice =
                    keepsSession && !isRead() && random.chance(workload.options().duplicates());
            open = twice ? 2 : 1;
            attempt();
            if (twice) {
                attempt();
            }
        }

        private void attempt() {
            SimNode node = pickNode();
            tries++;
            if (node == null) {
                open--;
                retryOrEnd("nobody is there");
                return;
            }
            Attempt attempt = new Attempt(node);
            if (isRead()) {
                read(node.group(), attempt);
            } else {
                write(node.group(), attempt);
            }
            attempt.whenLost(() -> unknown("no answer from " + node));
        }

        private void read(RaftGroup<KvMachine, KvCommand, KvOutput> group, Attempt attempt) {
            boolean lease = ((KvInput.Get) input).mode() == KvInput.ReadMode.LEASE;
            group.read(
                            lease ? ReadMode.LEASE : ReadMode.INDEX,
                            machine -> new KvOutput.Value(machine.get(input.key())))
                    .whenComplete((output, failure) -> onEnd(attempt, output, failure));
        }

        private void write(RaftGroup<KvMachine, KvCommand, KvOutput> group, Attempt attempt) {
            KvCommand command = new KvCommand(id, input);
            if (keepsSession && session == 0) {
                // An attempt that was sent twice has met the session's end the other time.
                onEnd(attempt, null, new RejectedException.Overloaded("the session is gone"));
                return;
            }
            (keepsSession ? group.write(session, sequence, command) : group.write(command))
                    .whenComplete((output, failure) -> onEnd(attempt, output, failure));
        }

        private void onEnd(
                Attempt attempt, @Nullable KvOutput output, @Nullable Throwable failure) {
            if (output != null && !isRead()) {
                workload.answered(id, output);
            }
            if (!attempt.settle()) {
                return;
            }
            if (output != null) {
                succeeded(output);
            } else if (failure instanceof SessionExpiredException) {
                boolean all = String.valueOf(failure.getMessage()).contains("expired");
                if (keepsSession && all) { // And not only a reply in it.
                    long idle = cluster.simulation().nowNanos() - usedNanos;
                    cluster.invariants().onExpired(session, idle);
                }
                inDoubt = true;
                open--;
                session = 0;
                tries = TRIES_MAX;
                retryOrEnd("session expired");
            } else if (failure instanceof RejectedException) {
                open--;
                retryOrEnd("" + failure);
            } else {
                unknown("" + failure);
            }
        }

        private void succeeded(KvOutput output) {
            if (over) {
                return;
            }
            over = true;
            successes++;
            recorder.ok(process, output, Map.of());
            if (!isRead()) {
                workload.acknowledged(id);
                usedNanos = beganNanos;
            }
            if (output instanceof KvOutput.Value value && value.value() != null) {
                seen.put(input.key(), value.value());
            } else if (input instanceof KvInput.Put put) {
                seen.put(put.key(), put.value());
            }
            cluster.simulation()
                    .note(Notes.CLIENT, -id, () -> "client " + process + ": #" + id + " " + output);
            think();
        }

        private void unknown(String why) {
            open--;
            inDoubt = true;
            retryOrEnd(why);
        }

        /** Within its own session a client may try again as often as it likes. */
        private void retryOrEnd(String why) {
            if (over || open > 0) {
                return;
            }
            boolean mayRetry = isRead() || keepsSession;
            if (mayRetry && tries < TRIES_MAX && !workload.isStopped()) {
                long most = workload.options().thinkTimeMax().toNanos();
                open++;
                cluster.simulation().schedule(random.between(0, most), this::attempt);
                return;
            }
            over = true;
            cluster.simulation()
                    .note(Notes.CLIENT, id, () -> "client " + process + ": #" + id + " " + why);
            if (isRead() || !inDoubt) {
                recorder.fail(process, why);
                if (!isRead()) {
                    workload.rejected(id);
                }
            } else {
                workload.abandoned(id, process);
                process = recorder.newProcess();
            }
            think();
        }
    }
}
