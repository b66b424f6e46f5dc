package io.jangada.raft.testkit.script;

import io.jangada.raft.api.ReadMode;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.sim.KvCommand;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import io.jangada.raft.testkit.sim.Workload;
import io.jangada.raft.testkit.sim.WorkloadOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Named clients, and crowds of them. */
final class ClientInstructions {
    private static final String WAIT = " [at=NODE] [wait=no]";

    private final Stage stage;
    private @Nullable Workload load;

    ClientInstructions(Stage stage) {
        this.stage = stage;
    }

    void addTo(Instructions all) {
        all.add(
                "put CLIENT KEY VALUE" + WAIT,
                "a client writes, at the leader unless told otherwise",
                words -> write(words, KvInput.Put::new));
        all.add(
                "append CLIENT KEY SUFFIX" + WAIT,
                "a client appends to a value",
                words -> write(words, KvInput.Append::new));
        all.add("delete CLIENT KEY" + WAIT, "a client removes a key", this::delete);
        all.add(
                "cas CLIENT KEY OLD NEW" + WAIT,
                "a client replaces a value, which must be OLD (absent stands for none)",
                this::cas);
        all.add(
                "get CLIENT KEY [mode=index|lease|local|atleast:INDEX|stale:DURATION|log]" + WAIT,
                "a client reads",
                this::get);
        all.add("session CLIENT" + WAIT, "a client opens a session for its writes", this::session);
        all.add(
                "retry CLIENT" + WAIT,
                "a client repeats its write within its session",
                this::retry);
        all.add("await CLIENT...", "lets time pass until clients have their answers", this::await);
        all.add(
                "fill N [size=BYTES] [at=NODE]",
                "writes N entries, and waits for their answers",
                this::fill);
        all.add(
                "load [clients=N] [keys=N] [think=DURATION] [reads=P] [leases=P] [sessions=P]"
                        + " [twice=P] [leader=P] | load end",
                "begins a crowd of clients; at its end all must be well, and what they saw"
                        + " linearizable",
                this::load);
    }

    private interface Write {
        KvInput of(String key, String value);
    }

    private void write(Words words, Write write) {
        ScriptClient client = client(words);
        String key = words.next("a key");
        String value = words.next("a value");
        ask(words, client, node -> client.write(words, node, write.of(key, value)));
    }

    private void delete(Words words) {
        ScriptClient client = client(words);
        String key = words.next("a key");
        ask(words, client, node -> client.write(words, node, new KvInput.Delete(key)));
    }

    private void cas(Words words) {
        ScriptClient client = client(words);
        String key = words.next("a key");
        String old = words.next("the old value");
        String value = words.next("the new value");
        KvInput cas = new KvInput.Cas(key, old.equals("absent") ? null : old, value);
        ask(words, client, node -> client.write(words, node, cas));
    }

    private void get(Words words) {
        ScriptClient client = client(words);
        String key = words.next("a key");
        String mode = words.option("mode", "index");
        if (mode.equals("log")) {
            KvInput read = new KvInput.Get(key, KvInput.ReadMode.LOG);
            ask(words, client, node -> client.write(words, node, read));
            return;
        }
        ReadMode asked = readMode(words, mode);
        KvInput.ReadMode promised =
                asked == ReadMode.INDEX
                        ? KvInput.ReadMode.INDEX
                        : asked == ReadMode.LEASE ? KvInput.ReadMode.LEASE : KvInput.ReadMode.STALE;
        ask(words, client, node -> client.read(words, node, key, promised, asked));
    }

    private static ReadMode readMode(Words words, String mode) {
        String[] parts = mode.split(":", 2);
        String argument = parts.length == 2 ? parts[1] : "";
        return switch (parts[0]) {
            case "index" -> ReadMode.INDEX;
            case "lease" -> ReadMode.LEASE;
            case "local" -> ReadMode.LOCAL;
            case "atleast" -> ReadMode.atLeast(words.number(argument));
            case "stale" -> ReadMode.staleFor(words.duration(argument));
            default -> throw words.bad("there is no mode '" + mode + "' of reading");
        };
    }

    private void session(Words words) {
        ScriptClient client = client(words);
        ask(words, client, node -> client.openSession(words, node));
    }

    private void retry(Words words) {
        ScriptClient client = client(words);
        ask(words, client, node -> client.retry(words, node));
    }

    private ScriptClient client(Words words) {
        String name = words.next("a client");
        if (Stage.isNode(name) || !name.matches("[a-z][a-z0-9-]*") || stage.hasRule(name)) {
            throw words.bad("'" + name + "' is not a name for a client");
        }
        return stage.clients(words).client(name);
    }

    private interface Question {
        void to(SimNode node);
    }

    private void ask(Words words, ScriptClient client, Question question) {
        SimNode node = stage.at(words);
        boolean waits = words.flag("wait", true);
        words.end();
        question.to(node);
        if (waits) {
            awaitAnswer(words, client);
        }
    }

    private void awaitAnswer(Words words, ScriptClient client) {
        if (!stage.cluster().runUntil(client::isIdle, stage.patience())) {
            throw new ScriptFailure(
                    words.where(), "no answer; with wait=no the script goes on without", null);
        }
    }

    private void await(Words words) {
        List<String> names = words.rest("a client");
        words.end();
        for (String name : names) {
            ScriptClient client = stage.clients(words).known(name);
            if (client == null) {
                throw words.bad("there is no client '" + name + "'");
            }
            awaitAnswer(words, client);
        }
    }

    private void fill(Words words) {
        int left = words.number(words.next("a number of entries"));
        int size = words.number(words.option("size", "0"));
        SimNode node = stage.at(words);
        words.end();
        SimCluster cluster = stage.cluster();
        while (left > 0) {
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < Math.min(left, 10); i++) {
                String value = "v" + (left - i) + ".".repeat(size);
                KvInput input = new KvInput.Put("fill" + i, value);
                writes.add(node.group().write(new KvCommand(stage.clients().newCommand(), input)));
            }
            CompletableFuture<Void> all =
                    CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
            if (!cluster.runUntil(all::isDone, stage.patience())
                    || all.isCompletedExceptionally()) {
                throw new ScriptFailure(words.where(), "an entry was not written", null);
            }
            left -= 10;
            cluster.run(Duration.ofMillis(5)); // Snapshots need some time in between.
        }
    }

    private void load(Words words) {
        if (words.take("end")) {
            words.end();
            endLoad(words);
            return;
        }
        if (load != null) {
            throw words.bad("there is a load already; end it first");
        }
        WorkloadOptions usual = WorkloadOptions.DEFAULT;
        WorkloadOptions options =
                new WorkloadOptions(
                        words.number(words.option("clients", "" + usual.clients())),
                        words.number(words.option("keys", "" + usual.keys())),
                        words.duration(words.option("think", "20ms")),
                        words.share(words.option("reads", "" + usual.reads())),
                        words.share(words.option("leases", "" + usual.leaseReads())),
                        words.share(words.option("sessions", "" + usual.sessions())),
                        words.share(words.option("twice", "" + usual.duplicates())),
                        words.share(words.option("leader", "" + usual.leaderAffinity())),
                        usual.valueBytes());
        words.end();
        Workload begun = new Workload(stage.cluster(words), options);
        begun.start();
        load = begun;
    }

    private void endLoad(Words words) {
        Workload ending = load;
        if (ending == null) {
            throw words.bad("there is no load to end");
        }
        load = null;
        SimCluster cluster = stage.cluster();
        ending.stop();
        Duration limit = stage.patience();
        if (!cluster.runUntil(cluster::isConverged, limit)) {
            throw new ScriptFailure(
                    words.where(), "the cluster is not whole again: " + cluster.divergence(), null);
        }
        if (!cluster.runUntil(ending::isIdle, limit)) {
            throw new ScriptFailure(words.where(), "clients still wait", null);
        }
        ending.probe(limit);
        ending.verify();
        stage.tell(
                ending.successCount() > 0
                        ? "the load ends: what its clients saw is linearizable"
                        : "the load ends: nobody got anything done");
    }
}
