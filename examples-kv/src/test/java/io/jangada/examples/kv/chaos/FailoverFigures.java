package io.jangada.examples.kv.chaos;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Figures, not a test: prints, asserts no time. Three {@code kv server} processes with the default
 * election timeout of one second; how long writes stand still when the leader is killed, cut off,
 * paused or stopped, and what an idle cluster costs.
 *
 * <pre>
 * mvn -pl examples-kv -am verify -Psoak -Dtest=FailoverFigures -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * {@code -Drounds=20} for fewer than 200 rounds of each.
 */
@Tag("soak")
@Timeout(4 * 3600)
class FailoverFigures {
    private static final int ROUNDS = Integer.getInteger("rounds", 200);
    private static final Duration ELECTION = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration REPLY_TIME = Duration.ofSeconds(10);
    private static final Duration STOP_TIME = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofSeconds(30);

    @TempDir Path folder;
    private ChaosCluster cluster;

    @BeforeEach
    void start() throws Exception {
        ChaosOptions none =
                new ChaosOptions(
                        Duration.ofSeconds(1), EnumSet.noneOf(FaultKind.class), 3, 1, 0, null);
        cluster =
                new ChaosCluster(
                        folder,
                        3,
                        new ChaosCluster.Settings(ELECTION, Optional.empty(), false),
                        new Tools(none, folder, 0),
                        new Troubles());
        cluster.startAll();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    /** Something that happens to the leader. */
    private interface Loss {
        void happensTo(ChaosNode leader) throws Exception;
    }

    @Test
    void leaderKilled() throws Exception {
        measure("leader killed with kill -9", cluster::kill, leader -> cluster.startAll());
    }

    @Test
    void leaderCutOff() throws Exception {
        measure(
                "leader cut off from the others, both ways, silently",
                leader -> {
                    for (ChaosNode other : cluster.nodes()) {
                        silence(leader, other);
                        silence(other, leader);
                    }
                },
                leader -> cluster.network().heal());
    }

    @Test
    void leaderPaused() throws Exception {
        measure("leader paused with SIGSTOP", cluster::pause, cluster::resume);
    }

    /** Each node in turn, so that every third one leads, or more. */
    @Test
    void rollingRestart() throws Exception {
        long[] millis = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            agree();
            ChaosNode restarted = cluster.nodes().get(i % cluster.nodes().size());
            try (RespClient client = client(otherThan(restarted))) {
                write(client, "before");
                CompletableFuture<Void> done = CompletableFuture.runAsync(() -> restart(restarted));
                millis[i] = longestGapMillis(client, done::isDone);
                done.join();
            }
        }
        print("rolling restart, SIGTERM and start of one node, longest gap", millis);
    }

    private void restart(ChaosNode node) {
        try {
            cluster.stop(node, STOP_TIME);
            cluster.start(node);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void measure(String what, Loss loss, Loss undone) throws Exception {
        long[] millis = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            agree();
            ChaosNode leader = cluster.leader().orElseThrow();
            try (RespClient client = client(otherThan(leader))) {
                write(client, "before-" + i);
                loss.happensTo(leader);
                long lost = System.nanoTime();
                write(client, "after-" + i);
                millis[i] = (System.nanoTime() - lost) / 1_000_000;
            }
            undone.happensTo(leader);
        }
        print(what + ", to the next acknowledged write", millis);
    }

    private void silence(ChaosNode from, ChaosNode to) {
        cluster.network().set(from.number(), to.number(), ProxyLink.Mode.SILENT, 0);
    }

    private void agree() {
        if (!cluster.awaitAgreement(cluster.nodes(), PATIENCE)) {
            throw new AssertionError("no leader within " + PATIENCE);
        }
    }

    private ChaosNode otherThan(ChaosNode node) {
        return cluster.nodes().stream().filter(each -> each != node).findAny().orElseThrow();
    }

    private RespClient client(ChaosNode node) throws IOException {
        return cluster.connect(node, REPLY_TIME);
    }

    /** Sets a key until that is acknowledged; the library itself goes on to the next leader. */
    private static void write(RespClient client, String key) throws IOException {
        while (client.call("SET", key, "1") instanceof Reply.Failure) {
            // Not before the deadline of a request, so this does not spin.
        }
    }

    private static long longestGapMillis(RespClient client, BooleanSupplier isOver)
            throws IOException {
        long longest = 0;
        long last = System.nanoTime();
        while (!isOver.getAsBoolean()) {
            write(client, "during");
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
        }
        return longest / 1_000_000;
    }

    private static void print(String what, long[] millis) {
        Arrays.sort(millis);
        int count = millis.length;
        System.out.printf(
                Locale.ROOT,
                "%s: %d times, min %d ms, p50 %d ms, p99 %d ms, max %d ms%n",
                what,
                count,
                millis[0],
                millis[(count - 1) / 2],
                millis[(int) Math.ceil(0.99 * count) - 1],
                millis[count - 1]);
    }

    @Test
    void costOfAnIdleCluster() {
        agree();
        LockSupport.parkNanos(Duration.ofSeconds(10).toNanos()); // Start-up and its compiler.
        long begin = System.nanoTime();
        Duration before = cpuTime();
        LockSupport.parkNanos(IDLE.toNanos());
        double seconds = (System.nanoTime() - begin) / 1e9;
        double used = cpuTime().minus(before).toNanos() / 1e9;
        System.out.printf(
                Locale.ROOT,
                "idle for %.0f s, three processes: %.2f %% of a core in all%n",
                seconds,
                100 * used / seconds);
    }

    private Duration cpuTime() {
        List<Duration> times = cluster.nodes().stream().map(n -> n.process().cpuTime()).toList();
        return times.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
