package io.jangada.examples.kv.process;

import static io.jangada.examples.kv.Waiting.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go while clients write; nothing that was acknowledged is lost or doubled. */
@Tag("process")
@Tag("long")
@Timeout(180)
class MembershipProcessTest {
    @TempDir private Path folder;
    private ProcessCluster cluster;

    @AfterEach
    void stop() throws Exception {
        cluster.killAll();
    }

    @Test
    void aFourthAndAFifthNodeJoinUnderLoadAndTheLeaderIsRemoved() throws Exception {
        cluster = new ProcessCluster(folder, "--snapshot-every", "200");
        Writers writers = new Writers(cluster, 3);
        writers.awaitProgress(80);

        cluster.join("n4");
        cluster.admin("n2", "RAFT.ADD", "n4", cluster.raftAddress("n4"));
        writers.awaitProgress();
        cluster.join("n5");
        // From a node that is none of the first ones; as a learner first, then promoted.
        cluster.admin("n4", "RAFT.ADD", "n5", cluster.raftAddress("n5"), "LEARNER");
        await(
                "n5 as a learner",
                Duration.ofSeconds(20),
                () -> "learner".equals(cluster.status("n5").get("role")));
        cluster.admin("n5", "RAFT.PROMOTE", "n5");
        writers.awaitProgress();
        assertEquals(Set.of("n1", "n2", "n3", "n4", "n5"), voters("n5"));

        String leader = cluster.awaitLeader();
        String other = leader.equals("n1") ? "n2" : "n1";
        cluster.admin(other, "RAFT.REMOVE", leader);
        await(
                "a leader among those that stay",
                Duration.ofSeconds(20),
                () ->
                        !Set.of(leader, "")
                                .contains(cluster.status(other).getOrDefault("leader", "")));
        // It learnt that it is out, and disturbs nobody while it still runs.
        String term = cluster.status(other).get("term");
        writers.awaitProgress(50);
        assertEquals(term, cluster.status(other).get("term"));
        assertFalse(voters(other).contains(leader));
        cluster.drop(leader);
        writers.finishAndVerify();
    }

    @Test
    void allThreeNodesAreReplacedOneByOneUnderLoad() throws Exception {
        cluster = new ProcessCluster(folder, "--snapshot-every", "200");
        Writers writers = new Writers(cluster, 3);
        for (int old = 1; old <= 3; old++) {
            writers.awaitProgress(50);
            String added = "n" + (old + 3);
            cluster.join(added);
            // A node that is no member yet knows no leader that it could ask.
            cluster.admin("n" + old, "RAFT.ADD", added, cluster.raftAddress(added));
            cluster.admin(added, "RAFT.REMOVE", "n" + old);
            cluster.drop("n" + old);
        }
        writers.awaitProgress(50);
        assertEquals(Set.of("n4", "n5", "n6"), voters("n5"));
        writers.finishAndVerify();
        // All at once, from their disks alone.
        for (String id : cluster.ids()) {
            cluster.kill(id);
        }
        cluster.startAll();
        writers.verify("n6");
    }

    @Test
    void aNodeThatMovedToAnotherAddressIsFoundThere() throws Exception {
        cluster = new ProcessCluster(folder);
        Writers writers = new Writers(cluster, 1);
        writers.awaitProgress();
        String leader = cluster.awaitLeader();
        String moved = leader.equals("n3") ? "n2" : "n3";
        cluster.kill(moved);
        cluster.moveRaft(moved);
        cluster.admin(leader, "RAFT.ADD", moved, cluster.raftAddress(moved));
        cluster.startAll();
        writers.awaitProgress();
        writers.finishAndVerify();
        assertTrue(
                cluster.status(leader).get("voters").contains(cluster.raftAddress(moved)),
                cluster.status(leader).toString());
    }

    @Test
    void aNodeThatLostItsDiskIsRefusedAndComesBackUnderANewId() throws Exception {
        cluster = new ProcessCluster(folder);
        Writers writers = new Writers(cluster, 1);
        writers.awaitProgress();
        String leader = cluster.awaitLeader();
        String wiped = leader.equals("n3") ? "n2" : "n3";
        cluster.kill(wiped);
        delete(cluster.data(wiped));
        KvProcess again = cluster.launch(wiped);
        try {
            await(
                    () -> "the refusal; on stderr: " + again.logged(),
                    Duration.ofSeconds(60),
                    () ->
                            again.logged()
                                    .contains(
                                            "its disk was lost or replaced; give it a new node id"));
        } finally {
            again.kill();
        }
        writers.awaitProgress();
        cluster.drop(wiped);
        cluster.admin(leader, "RAFT.REMOVE", wiped);
        cluster.join("n4");
        cluster.admin(leader, "RAFT.ADD", "n4", cluster.raftAddress("n4"));
        writers.awaitProgress();
        writers.finishAndVerify();
    }

    @Test
    void theSurvivorOfALostMajorityGoesOnAndTheLostOnesAreRefused() throws Exception {
        cluster = new ProcessCluster(folder, "--snapshot-every", "100");
        Writers writers = new Writers(cluster, 2);
        writers.awaitProgress(60);
        writers.finish();
        long last = Long.parseLong(cluster.status(cluster.awaitLeader()).get("commit"));
        await(
                "the last write on n1",
                Duration.ofSeconds(10),
                () -> Long.parseLong(cluster.status("n1").getOrDefault("commit", "0")) >= last);
        for (String id : cluster.ids()) {
            cluster.kill(id);
        }

        KvProcess refused = recover();
        assertEquals(2, refused.exitCode(Duration.ofSeconds(30)));
        assertTrue(
                String.join("\n", refused.rest()).contains("What may be lost"), refused.logged());
        KvProcess done = recover("--yes-i-may-lose-data");
        assertEquals(0, done.exitCode(Duration.ofSeconds(30)), done.logged());

        KvProcess lost = cluster.launch("n2");
        cluster.drop("n3");
        cluster.forgetAddress("n2");
        try {
            cluster.startAll();
            writers.verify("n1");
            assertEquals(Set.of("n1"), voters("n1"));
            await(
                    () -> "the refusal; on stderr: " + lost.logged(),
                    Duration.ofSeconds(60),
                    () -> lost.logged().contains("refuses"));
        } finally {
            lost.kill();
        }
        cluster.join("n4");
        cluster.admin("n1", "RAFT.ADD", "n4", cluster.raftAddress("n4"));
        writers.verify("n4");
    }

    @Test
    void aBackupUnderLoadBecomesANewCluster() throws Exception {
        cluster = new ProcessCluster(folder);
        try (RespClient client = cluster.client("n1")) {
            for (int i = 0; i < 50; i++) {
                assertEquals(Reply.OK, client.call("SET", "before-" + i, "value " + i));
            }
        }
        Writers writers = new Writers(cluster, 2);
        writers.awaitProgress();
        Path backup = folder.resolve("backup");
        String node = "127.0.0.1:" + cluster.respPort("n2");
        KvProcess copy = command("backup", node, backup.toString());
        assertEquals(0, copy.exitCode(Duration.ofSeconds(60)), copy.logged());
        writers.awaitProgress();
        writers.finish();
        assertEquals(
                2, command("backup", node, backup.toString()).exitCode(Duration.ofSeconds(30)));
        cluster.killAll();

        Path other = Files.createDirectory(folder.resolve("other"));
        for (String id : List.of("n1", "n2", "n3")) {
            KvProcess restore =
                    command("restore", "--data=" + other.resolve(id), backup.toString());
            assertEquals(0, restore.exitCode(Duration.ofSeconds(60)), restore.logged());
        }
        cluster = new ProcessCluster(other);
        for (String id : cluster.ids()) {
            try (RespClient client = cluster.client(id)) {
                for (int i = 0; i < 50; i++) {
                    assertEquals(
                            "value " + i, ProcessCluster.text(client.call("GET", "before-" + i)));
                }
                assertEquals(Reply.OK, client.call("SET", "after", id));
            }
        }
        KvProcess again = command("restore", "--data=" + other.resolve("n1"), backup.toString());
        assertEquals(2, again.exitCode(Duration.ofSeconds(30)), again.logged());
    }

    private KvProcess recover(String... more) throws Exception {
        List<String> args =
                Stream.concat(
                                Stream.of(
                                        "recover",
                                        "--data=" + cluster.data("n1"),
                                        "--survivors=n1"),
                                Stream.of(more))
                        .toList();
        return command(args.toArray(new String[0]));
    }

    private KvProcess command(String... args) throws Exception {
        return KvProcess.start(folder.resolve("command.log"), args);
    }

    private Set<String> voters(String id) {
        Map<String, String> status = cluster.status(id);
        Set<String> ids = new TreeSet<>();
        for (String voter : status.get("voters").split(",")) {
            ids.add(voter.split("=")[0]);
        }
        return ids;
    }

    private static void delete(Path data) throws Exception {
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
