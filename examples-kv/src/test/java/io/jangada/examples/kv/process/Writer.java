package io.jangada.examples.kv.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.examples.kv.Waiting;
import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that counts up a counter of its own, exactly once each, and sets a key for each count.
 * It goes from node to node when one does not answer, and remembers what was acknowledged.
 */
final class Writer extends Thread {
    /** How many keys are read at once. */
    private static final int AT_ONCE = 200;

    private final ProcessCluster cluster;
    private final String name;
    private final List<Throwable> failures = new ArrayList<>();
    private volatile boolean stopping;
    private volatile long acknowledged;
    private volatile long longestGapNanos;
    private RespClient client;
    private int node;

    Writer(ProcessCluster cluster, String name) {
        super(name);
        this.cluster = cluster;
        this.name = name;
        this.node = Math.floorMod(name.hashCode(), cluster.ids().size());
    }

    long acknowledged() {
        return acknowledged;
    }

    long longestGapMillis() {
        return longestGapNanos / 1_000_000;
    }

    /** Stops and checks that every count was acknowledged once, in order. */
    void finish() throws InterruptedException {
        stopping = true;
        join();
        for (Throwable failure : failures) {
            throw new AssertionError(name, failure);
        }
    }

    /** Checks that everything that was acknowledged is there. */
    void verify(RespClient reader) throws IOException {
        assertEquals(
                Long.toString(acknowledged),
                ProcessCluster.text(reader.call("GET", "count-" + name)),
                "the counter of " + name);
        for (long first = 1; first <= acknowledged; first += AT_ONCE) {
            List<String> words = new ArrayList<>(List.of("MGET"));
            List<String> expected = new ArrayList<>();
            for (long i = first; i <= Math.min(acknowledged, first + AT_ONCE - 1); i++) {
                words.add(name + "-" + i);
                expected.add("v" + i);
            }
            Reply reply = reader.call(words.toArray(new String[0]));
            List<String> found =
                    reply instanceof Reply.Array array
                            ? array.items().stream().map(ProcessCluster::text).toList()
                            : List.of(ProcessCluster.text(reply));
            assertEquals(expected, found);
        }
    }

    @Override
    public void run() {
        try {
            String session = ProcessCluster.text(until("RAFT.SESSION"));
            long last = System.nanoTime();
            while (!stopping) {
                long next = acknowledged + 1;
                until("SET", name + "-" + next, "v" + next);
                String sequence = Long.toString(next);
                Reply count = until("RAFT.ONCE", session, sequence, "INCR", "count-" + name);
                assertEquals(new Reply.Int(next), count, "a count came twice or not at all");
                acknowledged = next;
                long now = System.nanoTime();
                longestGapNanos = Math.max(longestGapNanos, now - last);
                last = now;
            }
        } catch (RuntimeException | Error e) {
            failures.add(e);
        } finally {
            disconnect();
        }
    }

    /** Sends a request, to another node if one does not answer, until the reply is a good one. */
    private Reply until(String... words) {
        while (true) {
            try {
                if (client == null) {
                    List<String> ids = cluster.ids();
                    client = cluster.client(ids.get(node % ids.size()));
                }
                Reply reply = client.call(words);
                if (!(reply instanceof Reply.Failure failure)) {
                    return reply;
                }
                String word = failure.text().split(" ")[0];
                if (!word.equals("UNAVAILABLE") && !word.equals("UNKNOWN")) {
                    throw new AssertionError(String.join(" ", words) + ": " + failure.text());
                }
            } catch (IOException e) {
                // Gone. The next one will know.
            }
            disconnect();
            node++;
            Waiting.pass(Duration.ofMillis(5));
        }
    }

    private void disconnect() {
        try {
            if (client != null) {
                client.close();
            }
        } catch (IOException e) {
            // As good as closed.
        }
        client = null;
    }
}
