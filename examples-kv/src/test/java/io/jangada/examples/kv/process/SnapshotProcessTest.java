package io.jangada.examples.kv.process;

import static io.jangada.examples.kv.Waiting.await;
import static io.jangada.examples.kv.Waiting.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots taken, sent and installed by real processes under load, and killed on the way. */
@Tag("process")
@Tag("long")
@Timeout(180)
class SnapshotProcessTest {
    private static final int KEYS = 60;
    private static final String VALUE = "x".repeat(16 << 10);

    @TempDir private Path folder;
    private ProcessCluster cluster;

    @AfterEach
    void stop() throws Exception {
        cluster.killAll();
    }

    /** About a megabyte of state at 64 KiB per second: an install takes a quarter of a minute. */
    @Test
    void aNodeThatWasDownForLongGetsASnapshotUnderLoadThoughItIsKilledMeanwhile() throws Exception {
        cluster =
                new ProcessCluster(folder, "--snapshot-every", "100", "--snapshot-rate", "128KiB");
        String leader = cluster.awaitLeader();
        String down = leader.equals("n3") ? "n2" : "n3";
        cluster.kill(down);
        fill(leader, "large");
        Writers writers = new Writers(cluster, 2);
        writers.awaitProgress(150);
        long behind = Long.parseLong(cluster.status(leader).get("first"));

        for (int kill = 0; kill < 2; kill++) {
            cluster.startAll();
            await(
                    "an install",
                    Duration.ofSeconds(30),
                    () -> cluster.status(down).containsKey("installing"));
            pass(Duration.ofMillis(1500));
            writers.awaitProgress(5);
            cluster.kill(down);
        }
        cluster.startAll();
        await(
                "the installed state",
                Duration.ofSeconds(60),
                () -> Long.parseLong(cluster.status(down).getOrDefault("first", "0")) >= behind);
        writers.awaitProgress();
        writers.finishAndVerify();
        verify(down, "large");
        assertTrue(
                writers.longestGapMillis() < 10_000,
                "a writer waited " + writers.longestGapMillis() + " ms");
    }

    @Test
    void killingNodesWhileTheyTakeSnapshotsLosesNothing() throws Exception {
        cluster = new ProcessCluster(folder, "--snapshot-every", "50");
        fill("n1", "kept");
        Writers writers = new Writers(cluster, 2);
        for (int kill = 0; kill < 6; kill++) {
            writers.awaitProgress(5);
            String victim = cluster.ids().get(kill % 3);
            try (RespClient client = cluster.client(victim)) {
                client.send("RAFT.SNAPSHOT");
                pass(Duration.ofMillis(3L * kill));
                cluster.kill(victim);
            }
            cluster.startAll();
        }
        writers.awaitProgress();
        writers.finishAndVerify();
        for (String id : cluster.ids()) {
            verify(id, "kept");
        }
    }

    private void fill(String id, String name) throws IOException {
        try (RespClient client = cluster.client(id)) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals(Reply.OK, client.call("SET", name + i, VALUE + i));
            }
        }
    }

    private void verify(String id, String name) throws IOException {
        try (RespClient client = cluster.client(id)) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals(VALUE + i, ProcessCluster.text(client.call("GET", name + i)));
            }
        }
    }
}
