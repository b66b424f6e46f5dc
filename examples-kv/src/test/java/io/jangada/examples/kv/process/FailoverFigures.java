package io.jangada.examples.kv.process;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Figures, not a test: prints, asserts no time. Three {@code kv server} processes with the default
 * election timeout of one second; how long writes stand still when the leader is killed, and what
 * an idle cluster costs.
 *
 * <pre>
 * mvn -pl examples-kv -am verify -Psoak -Dtest=FailoverFigures -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@Tag("soak")
@Timeout(900)
class FailoverFigures {
    private static final int KILLS = 20;
    private static final Duration ELECTION = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(30);

    @TempDir Path folder;

    @Test
    void timeFromKillToNextAcknowledgedWrite() throws IOException, InterruptedException {
        ProcessCluster cluster = new ProcessCluster(folder, ELECTION);
        try {
            long[] millis = new long[KILLS];
            for (int i = 0; i < KILLS; i++) {
                millis[i] = killLeader(cluster, i);
            }
            Arrays.sort(millis);
            System.out.printf(
                    Locale.ROOT,
                    "%d kills of the leader, to the next acknowledged write: min %d ms, median %d"
                            + " ms, max %d ms%n",
                    KILLS,
                    millis[0],
                    millis[KILLS / 2],
                    millis[KILLS - 1]);
        } finally {
            cluster.killAll();
        }
    }

    private static long killLeader(ProcessCluster cluster, int round)
            throws IOException, InterruptedException {
        String leader = cluster.awaitLeader();
        String other =
                cluster.ids().stream().filter(id -> !id.equals(leader)).findAny().orElseThrow();
        try (RespClient client = cluster.client(other)) {
            write(client, "before-" + round);
            cluster.kill(leader);
            long killed = System.nanoTime();
            write(client, "after-" + round);
            long millis = (System.nanoTime() - killed) / 1_000_000;
            cluster.startAll();
            return millis;
        }
    }

    /** Sets a key until that is acknowledged; the library itself goes on to the next leader. */
    private static void write(RespClient client, String key) throws IOException {
        while (client.call("SET", key, "1") instanceof Reply.Failure) {
            // Not before the deadline of a request, so this does not spin.
        }
    }

    @Test
    void costOfAnIdleCluster() throws IOException, InterruptedException {
        ProcessCluster cluster = new ProcessCluster(folder, ELECTION);
        try {
            cluster.awaitLeader();
            LockSupport.parkNanos(Duration.ofSeconds(10).toNanos()); // Start-up and its compiler.
            long begin = System.nanoTime();
            Duration before = cpuTime(cluster);
            LockSupport.parkNanos(IDLE.toNanos());
            double seconds = (System.nanoTime() - begin) / 1e9;
            double used = cpuTime(cluster).minus(before).toNanos() / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "idle for %.0f s, three processes: %.2f %% of a core in all%n",
                    seconds,
                    100 * used / seconds);
        } finally {
            cluster.killAll();
        }
    }

    private static Duration cpuTime(ProcessCluster cluster) {
        Duration sum = Duration.ZERO;
        for (String id : cluster.ids()) {
            sum = sum.plus(cluster.process(id).cpuTime());
        }
        return sum;
    }
}
