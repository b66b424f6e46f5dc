package io.jangada.examples.kv.chaos;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the healed servers hold, read from each of them. */
final class FinalState {
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Small enough for a page of the largest values that are written here. */
    private static final String PAGE = "50";

    /** Above every key that is written here. */
    private static final String END = "z";

    private final ChaosCluster cluster;
    private final LongSupplier clock;

    FinalState(ChaosCluster cluster, LongSupplier clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /** Writes a key through each node, so that the cluster is known to work. */
    void write() {
        for (ChaosNode node : cluster.nodes()) {
            String answer = cluster.admin(node, PATIENCE, "SET", "last-" + node, "written");
            if (!answer.equals("OK")) {
                cluster.troubles().add("after healing a write through " + node + ": " + answer);
            }
        }
    }

    /** Reads the keys of a window from every node, linearizably. */
    List<FinalRead> read(List<String> keys) {
        List<FinalRead> reads = new ArrayList<>();
        for (ChaosNode node : cluster.nodes()) {
            List<String> words = new ArrayList<>(List.of("MGET"));
            words.addAll(keys);
            FinalRead[] read = {null};
            ChaosCluster.await(
                    PATIENCE,
                    () -> {
                        read[0] = readOnce(node, keys, words);
                        return read[0] != null;
                    });
            if (read[0] == null) {
                cluster.troubles().add("after healing " + node + " does not answer " + words);
            } else {
                reads.add(read[0]);
            }
        }
        return reads;
    }

    private @Nullable FinalRead readOnce(ChaosNode node, List<String> keys, List<String> words) {
        try (RespClient client = cluster.connect(node, TIME)) {
            long call = clock.getAsLong();
            Reply reply = client.call(words.toArray(String[]::new));
            if (!(reply instanceof Reply.Array array) || array.items().size() != keys.size()) {
                return null;
            }
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                Reply item = array.items().get(i);
                if (!(item instanceof Reply.Nil)) {
                    values.put(keys.get(i), Requests.text(item));
                }
            }
            return new FinalRead(node.name(), call, clock.getAsLong(), values);
        } catch (IOException e) {
            return null;
        }
    }

    /** Compares the whole state of all nodes, each as it is by itself. */
    void compare() {
        Map<String, String> reference = new HashMap<>();
        String referenceNode = "";
        for (ChaosNode node : cluster.nodes()) {
            Map<String, String> state;
            try {
                state = all(node);
            } catch (IOException e) {
                cluster.troubles().add("after healing " + node + " cannot be read: " + e);
                continue;
            }
            if (referenceNode.isEmpty()) {
                reference = state;
                referenceNode = node.name();
            } else if (!state.equals(reference)) {
                cluster.troubles()
                        .add(
                                "%s and %s differ at equal index, first in %s"
                                        .formatted(
                                                referenceNode,
                                                node,
                                                firstDifference(reference, state)));
            }
        }
    }

    private static String firstDifference(Map<String, String> one, Map<String, String> other) {
        Set<String> keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        for (String key : keys) {
            if (!Objects.equals(one.get(key), other.get(key))) {
                return key + ": '" + one.get(key) + "' and '" + other.get(key) + "'";
            }
        }
        return "nothing";
    }

    private Map<String, String> all(ChaosNode node) throws IOException {
        Map<String, String> state = new HashMap<>();
        try (RespClient client = cluster.connect(node, TIME)) {
            client.call("RAFT.READMODE", "stale");
            String from = "0";
            while (true) {
                Reply reply = client.call("RANGE", from, END, "LIMIT", PAGE);
                if (!(reply instanceof Reply.Array page)) {
                    throw new IOException("RANGE: " + Requests.text(reply));
                }
                if (page.items().isEmpty()) {
                    return state;
                }
                String last = "";
                for (int i = 0; i + 1 < page.items().size(); i += 2) {
                    last = Requests.text(page.items().get(i));
                    state.put(last, Requests.text(page.items().get(i + 1)));
                }
                from = last + "\0";
            }
        }
    }
}
