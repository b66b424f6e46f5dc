package io.jangada.examples.kv.process;

import static io.jangada.examples.kv.Waiting.await;
import static io.jangada.examples.kv.Waiting.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A real cluster: three processes with real logs, killed, frozen and ended. */
@Tag("process")
class ServerProcessTest {
    @TempDir private static Path folder;
    private static ProcessCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new ProcessCluster(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.killAll();
    }

    @BeforeEach
    void allRun() throws Exception {
        cluster.startAll();
    }

    @Test
    @Tag("long")
    void killingTheLeaderUnderLoadLosesAndDoublesNothing() throws Exception {
        Writers writers = new Writers(cluster, 4);
        for (int kill = 0; kill < 3; kill++) {
            writers.awaitProgress();
            cluster.kill(cluster.awaitLeader());
            writers.awaitProgress();
            cluster.startAll();
        }
        writers.awaitProgress();
        writers.finishAndVerify();
    }

    @Test
    void killingAllAtOnceLosesNothing() throws Exception {
        Writers writers = new Writers(cluster, 2);
        writers.awaitProgress();
        for (String id : cluster.ids()) {
            cluster.kill(id);
        }
        cluster.startAll();
        writers.awaitProgress();
        writers.finishAndVerify();
    }

    /** The process slept through its own deposition and must notice before it answers. */
    @Test
    void aLeaderThatWasFrozenServesNoStaleLeaseRead() throws Exception {
        for (String round : List.of("1", "2", "3")) {
            String leader = cluster.awaitLeader();
            String other = cluster.ids().stream().filter(id -> !id.equals(leader)).findAny().get();
            try (RespClient frozen = cluster.client(leader);
                    RespClient awake = cluster.client(other)) {
                assertEquals(Reply.OK, frozen.call("RAFT.READMODE", "lease"));
                assertEquals(Reply.OK, frozen.call("SET", "frozen", "old" + round));
                assertEquals("old" + round, ProcessCluster.text(frozen.call("GET", "frozen")));

                cluster.process(leader).signal("STOP");
                pass(ProcessCluster.ELECTION.multipliedBy(2));
                await(
                        "a write without the frozen leader",
                        Duration.ofSeconds(20),
                        () -> isOk(awake, "SET", "frozen", "new" + round));
                // The read is there before the process is: nothing comes between waking and it.
                frozen.send("GET", "frozen");
                cluster.process(leader).signal("CONT");
                String read = ProcessCluster.text(frozen.receive());
                assertTrue(
                        read.equals("new" + round) || read.startsWith("UNAVAILABLE"),
                        "read " + read + " from the leader that was frozen");
            }
        }
    }

    @Test
    void theLeaderHandsOverBeforeItEnds() throws Exception {
        Writers writers = new Writers(cluster, 2);
        writers.awaitProgress();
        String leader = cluster.awaitLeader();
        KvProcess process = cluster.process(leader);
        cluster.forget(leader);
        long started = System.nanoTime();
        process.signal("TERM");
        assertEquals(0, process.exitCode(Duration.ofSeconds(5)));
        long took = (System.nanoTime() - started) / 1_000_000;
        assertTrue(took < 5000, "took " + took + " ms");
        writers.awaitProgress();
        for (String id : cluster.ids()) {
            if (!id.equals(leader)) {
                String now = cluster.status(id).get("leader");
                assertTrue(now != null && !now.isEmpty() && !now.equals(leader), id + ": " + now);
            }
        }
        cluster.startAll();
        writers.finishAndVerify();
        assertTrue(
                writers.longestGapMillis() <= 5000,
                "one waited " + writers.longestGapMillis() + " ms");
    }

    @Test
    void jedisWorksAgainstEveryNode() {
        for (String writer : cluster.ids()) {
            try (Jedis to = new Jedis("127.0.0.1", cluster.respPort(writer))) {
                assertEquals("OK", to.set("jedis", writer));
                for (String reader : cluster.ids()) {
                    try (Jedis from = new Jedis("127.0.0.1", cluster.respPort(reader))) {
                        assertEquals(writer, from.get("jedis"));
                    }
                }
            }
        }
    }

    @Test
    void aFolderInUseIsOneLineAndExitCode2() throws Exception {
        // Another process with ports of its own on the folder of n1, which runs.
        List<Integer> free = ProcessCluster.freePorts(2);
        Path log = folder.resolve("second.log");
        KvProcess second =
                KvProcess.start(
                        log,
                        "server",
                        "--id=n1",
                        "--cluster=n1=127.0.0.1:" + free.get(0),
                        "--data=" + folder.resolve("n1"),
                        "--resp=127.0.0.1:" + free.get(1));
        assertEquals(2, second.exitCode(Duration.ofSeconds(30)));
        List<String> lines = second.logged().lines().toList();
        assertEquals(1, lines.size(), second.logged());
        assertTrue(lines.get(0).startsWith("kv server: "), lines.get(0));
        assertTrue(lines.get(0).contains(folder.resolve("n1").toString()), lines.get(0));
    }

    private static boolean isOk(RespClient client, String... words) {
        try {
            return client.call(words).equals(Reply.OK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
