package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.KvInput.Scan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Histories that are linearizable by construction: clients, one step at a time in random order,
 * call, take effect on one map at once, and return. Every value written is unique.
 */
final class HistoryGenerator {

    /** What a generated history looks like. Shares are of 1,000 operations. */
    record Shape(int clients, int keys, int operations, int unknownShare, int scanShare) {}

    private enum Phase {
        IDLE,
        CALLED,
        DONE,
    }

    private static final class Client {
        private Phase phase = Phase.IDLE;
        private long process;
        private KvInput input;
        private KvOutput output;
    }

    private final Random random;
    private final Shape shape;
    private final TreeMap<String, String> store = new TreeMap<>();
    private final HistoryRecorder<KvInput, KvOutput> recorder;

    /** Operations whose clients gave up on them, not yet in effect. */
    private final List<KvInput> orphans = new ArrayList<>();

    private long now;
    private int called;

    private HistoryGenerator(long seed, Shape shape) {
        this.random = new Random(seed);
        this.shape = shape;
        this.recorder = new HistoryRecorder<>(() -> now++);
    }

    static History<KvInput, KvOutput> generate(long seed, Shape shape) {
        return new HistoryGenerator(seed, shape).run();
    }

    private History<KvInput, KvOutput> run() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < shape.clients(); i++) {
            Client client = new Client();
            client.process = recorder.newProcess();
            clients.add(client);
        }
        while (called < shape.operations()) {
            step(clients.get(random.nextInt(clients.size())));
            if (!orphans.isEmpty() && random.nextInt(50) == 0) {
                apply(orphans.remove(random.nextInt(orphans.size())));
            }
        }
        return recorder.history();
    }

    private void step(Client client) {
        switch (client.phase) {
            case IDLE -> {
                client.input = input(client.process);
                recorder.invoke(client.process, client.input);
                client.phase = Phase.CALLED;
                called++;
            }
            case CALLED -> {
                if (random.nextInt(1_000) < shape.unknownShare()) {
                    giveUp(client);
                } else {
                    client.output = apply(client.input);
                    client.phase = Phase.DONE;
                }
            }
            case DONE -> {
                recorder.ok(client.process, client.output);
                client.phase = Phase.IDLE;
            }
        }
    }

    /** Half of the operations given up certainly have no effect, the others may have one later. */
    private void giveUp(Client client) {
        if (random.nextBoolean()) {
            recorder.fail(client.process, "refused");
        } else {
            orphans.add(client.input);
            recorder.info(client.process, "timeout");
            client.process = recorder.newProcess();
        }
        client.phase = Phase.IDLE;
    }

    private KvInput input(long process) {
        String key = "k" + random.nextInt(shape.keys());
        String value = process + "-" + called + ";";
        if (random.nextInt(1_000) < shape.scanShare()) {
            return new Scan(key, random.nextBoolean() ? null : "k" + random.nextInt(shape.keys()));
        }
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> new Put(key, value);
            case 3 -> new Append(key, value);
            case 4 -> new Delete(key);
            case 5 -> new Cas(key, store.get(key), value);
            default -> new Get(key);
        };
    }

    private KvOutput apply(KvInput input) {
        String key = input.key();
        if (input instanceof Get) {
            return new KvOutput.Value(store.get(key));
        }
        if (input instanceof Scan scan) {
            List<Map.Entry<String, String>> entries = new ArrayList<>();
            store.tailMap(key)
                    .forEach(
                            (name, value) -> {
                                if (scan.to() == null || name.compareTo(scan.to()) < 0) {
                                    entries.add(Map.entry(name, value));
                                }
                            });
            return new KvOutput.Entries(entries);
        }
        if (input instanceof Cas cas) {
            String value = store.get(key);
            boolean equal = value == null ? cas.expected() == null : value.equals(cas.expected());
            if (equal) {
                store.put(key, cas.replacement());
            }
            return new KvOutput.Swapped(equal);
        }
        if (input instanceof Put put) {
            store.put(key, put.value());
        } else if (input instanceof Append append) {
            store.merge(key, append.suffix(), String::concat);
        } else {
            store.remove(key);
        }
        return new KvOutput.Done();
    }
}
