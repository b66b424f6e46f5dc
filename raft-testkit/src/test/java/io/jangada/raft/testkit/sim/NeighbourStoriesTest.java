package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many groups that rest on the same hosts: what becomes of one is nothing to the others (S53). */
class NeighbourStoriesTest extends Story {
    private static final int GROUPS = 200;
    private static final RaftConfig DROWSY =
            RaftConfig.builder().hibernateAfter(Duration.ofSeconds(2)).build();
    private static final Duration INTERVAL = DROWSY.heartbeatInterval();

    /** As many as a host rouses in one heartbeat interval. */
    private static final int ROUSED_MAX = 64;

    private final Neighbours neighbours = new Neighbours(GROUPS);

    private void asleep() {
        Simulation simulation = new Simulation(Long.getLong("seed", 1), null);
        cluster = new SimCluster(simulation, 3, DROWSY, neighbours);
        network = cluster.network();
        cluster.startAll();
        awaitRest();
    }

    private void awaitRest() {
        boolean all = cluster.runUntil(() -> awake().isEmpty(), T.multipliedBy(20));
        assertTrue(all, () -> "they do not rest: " + awake());
    }

    private static IntStream groups() {
        return IntStream.range(0, GROUPS);
    }

    /** The groups of which some copy is awake. */
    private List<Integer> awake() {
        return groups().filter(
                        group -> cluster.nodes().stream().anyMatch(node -> isAwake(node, group)))
                .boxed()
                .toList();
    }

    private boolean isAwake(SimNode node, int group) {
        return node.isUp() && !neighbours.copy(node, group).rests();
    }

    private SimNode leaderOf(int group) {
        return cluster.nodes().stream()
                .filter(node -> node.isUp() && neighbours.copy(node, group).leads())
                .findFirst()
                .orElse(null);
    }

    private SimNode otherThan(SimNode node) {
        return cluster.nodes().stream().filter(each -> each != node).findFirst().orElseThrow();
    }

    private void write(SimNode node, int group) {
        KvCommand command = command(new KvInput.Put("k", "v" + group));
        KvOutput output = await(neighbours.copy(node, group).group().write(command));
        assertEquals(new KvOutput.Done(), output);
    }

    @Test
    void hostsVouchForAllTheirGroupsInOneMessage() {
        asleep();
        run(T);
        MessageRule others = network.drop((from, to, message) -> !(message instanceof SignOfLife));
        long before = network.sentCount();
        run(Duration.ofMinutes(1));
        long intervals = Duration.ofMinutes(1).dividedBy(INTERVAL) + 1;
        assertEquals(0, others.matchedCount(), "messages of the groups themselves");
        assertTrue(network.sentCount() - before <= 6 * intervals, "one for each pair of hosts");
        assertEquals(List.of(), awake());
    }

    @Test
    void whoeverIsAskedWakesAlone() {
        asleep();
        write(cluster.node(2), 17);
        assertEquals(List.of(17), awake());
        awaitRest();
    }

    @Test
    void aGroupThatDiesAloneOnALivingHostIsReplacedAndNobodyElseWakes() {
        asleep();
        SimNode host = leaderOf(17);
        neighbours.copy(host, 17).inspection().fail(new IllegalStateException("as a story wants"));
        boolean replaced =
                cluster.runUntil(
                        () -> leaderOf(17) != null && leaderOf(17) != host, T.multipliedBy(2));
        assertTrue(replaced, "nobody took over");
        assertEquals(List.of(17), awake());
        write(otherThan(host), 17);
        assertEquals(List.of(17), awake());
    }

    /** Then the fingerprints of the two hosts differ, and all that they share is roused. */
    @Test
    void theSameIsNoticedWhenTheWordOfItsEndIsLost() {
        asleep();
        SimNode host = leaderOf(17);
        MessageRule word =
                network.drop(
                        (from, to, message) ->
                                message instanceof SignOfLife sign && sign.stopped());
        neighbours.copy(host, 17).inspection().fail(new IllegalStateException("as a story wants"));
        boolean replaced =
                cluster.runUntil(
                        () -> leaderOf(17) != null && leaderOf(17) != host, T.multipliedBy(5));
        assertTrue(replaced, "nobody took over");
        assertEquals(2, word.matchedCount());
        write(otherThan(host), 17);
        boolean others = cluster.runUntil(() -> awake().equals(List.of(17)), T.multipliedBy(20));
        assertTrue(others, () -> "they do not rest again: " + awake());
    }

    /** Each of the two hosts that are left rouses so many at a time, and the other one hears it. */
    @Test
    void aLostHostBringsNoStorm() {
        asleep();
        SimNode lost = leaderOf(17);
        List<Integer> orphans = groups().filter(group -> leaderOf(group) == lost).boxed().toList();
        assertTrue(orphans.size() > ROUSED_MAX, "it led " + orphans.size());
        crash(lost);
        int before = 0;
        for (long left = T.multipliedBy(4).dividedBy(INTERVAL); left > 0; left--) {
            run(INTERVAL);
            int now = awake().size();
            assertTrue(now - before <= 2 * ROUSED_MAX, now - before + " woke in one interval");
            before = now;
        }
        assertEquals(GROUPS, before, "all had a copy there");
        for (int group : orphans) {
            assertTrue(leaderOf(group) != null, "group " + group + " has no leader");
        }
        start(lost);
        awaitRest();
    }
}
