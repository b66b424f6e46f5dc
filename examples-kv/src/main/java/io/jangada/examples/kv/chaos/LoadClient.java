package io.jangada.examples.kv.chaos;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import io.jangada.raft.testkit.check.HistoryRecorder;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvInput.ReadMode;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.check.Operation.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks any node for anything, goes to another one when it gets no answer, and notes
 * down all of it. Each value that it writes is written once only.
 */
final class LoadClient extends Thread {
    /** Longer than a server takes to say that it does not know. */
    private static final Duration REPLY_TIME = Duration.ofSeconds(4);

    /** How long a write of a session is sent again. */
    private static final Duration RETRY_TIME = Duration.ofSeconds(12);

    private static final Duration REST = Duration.ofMillis(20);
    private static final int THINK_MICROS_MAX = 30_000;

    /** One in so many operations goes to another node than the one before. */
    private static final int STAY = 40;

    private final int number;
    private final ChaosCluster cluster;
    private final Windows windows;
    private final Tally tally;
    private final SplittableRandom random;
    private final Map<String, String> lastSeen = new HashMap<>();
    private volatile boolean stopping;

    private @Nullable RespClient connection;
    private String node = "";
    private ReadMode readMode = ReadMode.INDEX;
    private @Nullable String session;
    private long sequence;
    private long valuesWritten;

    /** The id that this client has in the history of the window it worked in last. */
    private @Nullable Window known;

    private long process;

    LoadClient(
            int number,
            ChaosCluster cluster,
            Windows windows,
            Tally tally,
            SplittableRandom random) {
        super("client " + number);
        this.number = number;
        this.cluster = cluster;
        this.windows = windows;
        this.tally = tally;
        this.random = random;
        setDaemon(true);
    }

    /** Ends it after the operation that is under way. */
    void finish() {
        stopping = true;
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                if (connection == null && !connect()) {
                    rest();
                    continue;
                }
                Windows.Pass pass = windows.enter();
                try {
                    operate(pass.window());
                } finally {
                    windows.leave(pass);
                }
                LockSupport.parkNanos(random.nextInt(THINK_MICROS_MAX) * 1000L);
                if (random.nextInt(STAY) == 0) {
                    disconnect();
                }
            }
        } catch (RuntimeException | Error e) {
            cluster.troubles().add(getName() + " broke: " + e);
        } finally {
            disconnect();
        }
    }

    private static void rest() {
        LockSupport.parkNanos(REST.toNanos());
    }

    private boolean connect() {
        List<ChaosNode> nodes = cluster.nodes();
        ChaosNode chosen = nodes.get(random.nextInt(nodes.size()));
        readMode = random.nextInt(3) == 0 ? ReadMode.LEASE : ReadMode.INDEX;
        try {
            RespClient opened = cluster.connect(chosen, REPLY_TIME);
            connection = opened;
            node = chosen.name();
            String mode = readMode == ReadMode.LEASE ? "lease" : "index";
            if (Reply.OK.equals(opened.call("RAFT.READMODE", mode))) {
                return true;
            }
        } catch (IOException e) {
            // Another one, then.
        }
        disconnect();
        return false;
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException e) {
                // As good as closed.
            }
            connection = null;
        }
    }

    private void operate(Window window) {
        if (known != window) {
            known = window;
            process = window.recorder().newProcess();
            lastSeen.clear();
        }
        KvInput input = choose(window);
        boolean isRead = input instanceof KvInput.Get;
        if (!isRead && random.nextInt(3) == 0 && hasSession()) {
            inSession(window, input);
        } else {
            once(window, input);
        }
    }

    private KvInput choose(Window window) {
        String key = window.anyKey(random);
        int dice = random.nextInt(100);
        if (dice < 45) {
            return new KvInput.Get(key, readMode);
        }
        String value = "c" + number + "-" + ++valuesWritten;
        if (Window.isList(key)) {
            // With an end, so that no token is part of another one.
            return new KvInput.Append(key, value + ";");
        }
        String seen = lastSeen.get(key);
        if (dice < 65 && seen != null) {
            return new KvInput.Cas(key, seen, value);
        }
        return dice < 92 ? new KvInput.Put(key, value) : new KvInput.Delete(key);
    }

    /** Sends it once: no answer in time means that nobody knows. */
    private void once(Window window, KvInput input) {
        HistoryRecorder<KvInput, KvOutput> recorder = window.recorder();
        recorder.invoke(process, input, Map.of("node", node));
        Reply reply;
        try {
            reply = call(Requests.words(input));
        } catch (IOException e) {
            disconnect();
            unknown(window, input, String.valueOf(e.getMessage()));
            return;
        }
        Optional<KvOutput> answer = Requests.answer(input, reply);
        if (answer.isPresent()) {
            ok(window, input, answer.get());
        } else if (firstWord(reply).equals("UNAVAILABLE")) {
            disconnect();
            failed(window, input, Requests.text(reply));
        } else {
            disconnect();
            expect(input, reply, "UNKNOWN");
            unknown(window, input, Requests.text(reply));
        }
    }

    /** Sends it until there is an answer: however often it arrives, it takes effect once. */
    private void inSession(Window window, KvInput input) {
        long mine = sequence++;
        Map<String, String> notes = Map.of("node", node, "s", session + ":" + mine);
        window.recorder().invoke(process, input, notes);
        List<String> words = new ArrayList<>(List.of("RAFT.ONCE", session + "", mine + ""));
        words.addAll(Requests.words(input));
        boolean perhaps = false;
        String error = "";
        long deadline = System.nanoTime() + RETRY_TIME.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (connection == null && !connect()) {
                rest();
                continue;
            }
            try {
                Reply reply = call(words);
                Optional<KvOutput> answer = Requests.answer(input, reply);
                if (answer.isPresent()) {
                    ok(window, input, answer.get());
                    return;
                }
                error = Requests.text(reply);
                if (firstWord(reply).equals("NOSESSION")) {
                    break;
                }
                expect(input, reply, "UNKNOWN");
                perhaps |= !firstWord(reply).equals("UNAVAILABLE");
            } catch (IOException e) {
                perhaps = true;
                error = String.valueOf(e.getMessage());
            }
            disconnect();
            rest();
        }
        // What was given up may still be applied: that must not block what comes later.
        session = null;
        if (perhaps) {
            unknown(window, input, error);
        } else {
            failed(window, input, error);
        }
    }

    private boolean hasSession() {
        if (session == null) {
            try {
                if (call(List.of("RAFT.SESSION")) instanceof Reply.Int id) {
                    session = Long.toString(id.value());
                    sequence = 1;
                }
            } catch (IOException e) {
                disconnect();
            }
        }
        return session != null && connection != null;
    }

    private Reply call(List<String> words) throws IOException {
        RespClient open = connection;
        if (open == null) {
            throw new IOException("not connected");
        }
        return open.call(words.toArray(String[]::new));
    }

    private void expect(KvInput input, Reply reply, String word) {
        String first = firstWord(reply);
        if (!first.equals(word) && !first.equals("UNAVAILABLE")) {
            cluster.troubles().add(node + " answered " + input + " with: " + Requests.text(reply));
        }
    }

    private static String firstWord(Reply reply) {
        return reply instanceof Reply.Failure failure ? failure.text().split(" ", 2)[0] : "";
    }

    private void ok(Window window, KvInput input, KvOutput output) {
        window.recorder().ok(process, output);
        tally.ended(Requests.kind(input), isWrite(input), Status.OK);
        if (output instanceof KvOutput.Value read && read.value() != null) {
            lastSeen.put(input.key(), read.value());
        } else if (input instanceof KvInput.Put put) {
            lastSeen.put(put.key(), put.value());
        } else if (isWrite(input)) {
            lastSeen.remove(input.key());
        }
    }

    private void failed(Window window, KvInput input, String error) {
        window.recorder().fail(process, error);
        tally.ended(Requests.kind(input), isWrite(input), Status.FAIL);
    }

    private void unknown(Window window, KvInput input, String error) {
        window.recorder().info(process, error);
        process = window.recorder().newProcess();
        tally.ended(Requests.kind(input), isWrite(input), Status.INFO);
    }

    private static boolean isWrite(KvInput input) {
        return !(input instanceof KvInput.Get);
    }
}
