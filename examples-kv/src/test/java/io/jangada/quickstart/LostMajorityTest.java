package io.jangada.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.spi.StoreSummary;
import io.jangada.raft.spi.StoreTools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real nodes on disks and sockets that lose a majority for good, and go on without it. */
@Tag("long")
class LostMajorityTest {
    private static final RaftConfig QUICK =
            RaftConfig.builder()
                    .electionTimeout(Duration.ofMillis(500))
                    .requestTimeout(Duration.ofSeconds(20))
                    .build();

    @TempDir Path folder;

    private final Map<String, RaftGroup<Counter, Add, Long>> running = new TreeMap<>();
    private String[] peers = {};

    @AfterEach
    void stopAll() {
        running.values().forEach(RaftGroup::close);
        running.clear();
    }

    private void start(String... nodes) {
        for (String node : nodes) {
            running.put(
                    node,
                    Raft.at(node, folder.resolve(node))
                            .peers(peers)
                            .config(QUICK)
                            .start(new Counter(), Codec.of(Add.class), Codec.of(Long.class)));
        }
    }

    private void stop(String node) {
        running.remove(node).close();
    }

    private long add(String node, int times) throws Exception {
        long after = 0;
        for (int i = 0; i < times; i++) {
            after = running.get(node).write(new Add(1)).get();
        }
        return after;
    }

    private StoreSummary.Group described(String node) {
        return StoreTools.load().describe(folder.resolve(node)).groups().get(0);
    }

    @Test
    void theSurvivorWithTheLongerLogLeadsAndNothingAcknowledgedThatItHadIsLost() throws Exception {
        peers = peers(4);
        start("n1", "n2", "n3", "n4");
        assertEquals(10, add("n1", 10));
        stop("n2");
        assertEquals(25, add("n1", 15));
        stopAll();
        assertTrue(described("n1").lastIndex() > described("n2").lastIndex());

        List<Member> survivors = List.of(Member.parse(peers[0]), Member.parse(peers[1]));
        StoreTools.load().recover(folder.resolve("n1"), survivors);
        StoreTools.load().recover(folder.resolve("n2"), survivors);
        start("n2", "n1");
        assertEquals(26, add("n2", 1));
        assertEquals(26, running.get("n1").<Long>read(Counter::value).get());
        assertEquals(Membership.ofVoters(survivors), running.get("n2").status().membership());
        stopAll();
        assertEquals(described("n1").lastTerm(), described("n2").lastTerm());
        assertEquals(2, StoreTools.load().describe(folder.resolve("n1")).generation());
    }

    @Test
    void theOnlySurvivorGoesOnAlone() throws Exception {
        peers = peers(3);
        start("n1", "n2", "n3");
        assertEquals(10, add("n3", 10));
        stopAll();
        StoreTools.load().recover(folder.resolve("n3"), List.of(Member.parse(peers[2])));
        start("n3");
        assertEquals(11, add("n3", 1));
        // A lost one that comes back with its old folder belongs to the old cluster.
        start("n1");
        assertEquals(12, add("n3", 1));
        assertTrue(running.get("n1").status().leader().isEmpty());
    }

    /** Two of them go on as voters; the others were needed once, and are added again. */
    @ParameterizedTest
    @CsvSource({"6, 3", "8, 4"})
    void threeOrFourSurvivorsAllTakePartInTheFirstElection(int founders, int survivorCount)
            throws Exception {
        peers = peers(founders);
        List<String> nodes = IntStream.rangeClosed(1, founders).mapToObj(i -> "n" + i).toList();
        List<String> survivors = nodes.subList(0, survivorCount);
        String last = survivors.get(survivorCount - 1);
        start(nodes.toArray(String[]::new));
        assertEquals(10, add("n1", 10));
        // All but the last survivor's log may lack what comes now.
        stop("n1");
        stop("n2");
        assertEquals(15, add(last, 5));
        stopAll();

        List<Member> list = Stream.of(peers).limit(survivorCount).map(Member::parse).toList();
        survivors.forEach(node -> StoreTools.load().recover(folder.resolve(node), list));
        List<String> allButOne = survivors.subList(0, survivorCount - 1);
        start(allButOne.toArray(String[]::new));
        CompletableFuture<Long> waits = running.get("n1").write(new Add(1));
        start(last);
        assertEquals(16, waits.get());
        assertEquals(16, running.get("n2").<Long>read(Counter::value).get());
        Membership membership = running.get("n1").status().membership();
        assertEquals(Set.of(NodeId.of("n1"), NodeId.of("n2")), membership.voters().keySet());

        running.get("n1").admin().change(new MembershipChange.Add(list.get(2))).get();
        assertEquals(17, add(survivors.get(2), 1));
        assertEquals(3, running.get("n1").status().membership().voters().size());
    }

    /** Ports that are free now; whoever takes one meanwhile makes the test fail by name. */
    private static String[] peers(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        String[] peers = new String[count];
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            peers[i] = "n" + (i + 1) + "=127.0.0.1:" + socket.getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return peers;
    }
}
