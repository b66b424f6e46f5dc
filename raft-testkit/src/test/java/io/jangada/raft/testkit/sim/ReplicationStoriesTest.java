package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Scenarios S9 to S16. */
class ReplicationStoriesTest extends Story {
    @Test
    void s9FollowerFarBehind() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode behind = someFollower();
        crash(behind);
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            writes.add(put(leader, "k" + i % 10, "v" + i));
        }
        await(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));
        start(behind);
        boolean caughtUp =
                cluster.runUntil(
                        () -> behind.appliedIndex() == leader.lastIndex(), Duration.ofSeconds(1));
        assertTrue(caughtUp, "one probe and a few messages are enough");
        awaitConverged();
    }

    /**
     * Paper figure 8: an entry of an old term that is on a majority is not committed by that, and
     * may yet be overwritten.
     */
    @Test
    void s10Fig8() {
        nodes(5);
        SimNode s1 = cluster.node(1);
        SimNode s2 = cluster.node(2);
        SimNode s5 = cluster.node(5);
        elect(s1);
        awaitConverged();
        long before = s1.lastIndex();

        // (a) S1 leads and replicates an entry to S2 alone.
        MessageRule onlyS2 = keepAppendsFrom(s1, s2);
        put(s1, "k", "a");
        cluster.runUntil(() -> s2.lastIndex() > before, T);
        crash(s1);
        onlyS2.close();

        // (b) S5 is elected by S3 and S4, and accepts an entry of its own.
        MessageRule nobody = keepAppendsFrom(s5, s5);
        elect(s5);
        put(s5, "k", "b");
        run(Duration.ofMillis(20));
        crash(s5);
        nobody.close();
        start(s1);

        // (c) S1 leads again and brings its old entry to a majority, but nothing of its own term.
        elect(s1);
        crash(s1);
        start(s5);

        // (d), (e) Whoever leads now, and whatever it overwrites, nothing committed is lost: the
        // invariants watch.
        elect(awaitLeader());
        start(s1);
        awaitConverged();
        putNow(cluster.node(3), "k", "c");
        assertEquals("c", getNow(s5, "k"));
    }

    private MessageRule keepAppendsFrom(SimNode leader, SimNode to) {
        return network.drop(
                (from, receiver, message) ->
                        message instanceof AppendEntries
                                && from.equals(leader.id())
                                && !receiver.equals(to.id()));
    }

    @Test
    void s11Fig8Unreliable() {
        nodes(5);
        network.quality(
                LinkQuality.GOOD
                        .withLoss(0.1)
                        .withDelay(Duration.ofMillis(1), Duration.ofMillis(100))
                        .withDisorder(0.05, 0.7));
        Workload workload = load(WorkloadOptions.DEFAULT);
        SimRandom random = cluster.simulation().random();
        for (int round = 0; round < 40; round++) {
            cluster.leader()
                    .filter(leader -> random.chance(0.7))
                    .ifPresent(
                            leader -> {
                                run(random.between(Duration.ZERO, Duration.ofMillis(150)));
                                leader.crash();
                            });
            run(random.between(Duration.ZERO, T));
            if (cluster.nodes().stream().filter(SimNode::isUp).count() < 4) {
                cluster.nodes().stream().filter(node -> !node.isUp()).findFirst().get().start();
            }
        }
        network.quality(LinkQuality.GOOD);
        cluster.startAll();
        judge(workload);
    }

    /** Paper figure 7: followers lack entries, or have too many, of one term or of several. */
    @Test
    void s12DivergentTails() {
        nodes(5);
        for (int number = 1; number <= 5; number++) {
            SimNode leader = cluster.node(number);
            elect(leader);
            MessageRule alone = network.drop(MessageFilter.from(leader.id()));
            for (int i = 0; i < 3 * number; i++) {
                put(leader, "k", "tail " + number);
            }
            run(Duration.ofMillis(50));
            crash(leader);
            alone.close();
            run(Duration.ofMillis(50));
            start(leader);
        }
        awaitLeader();
        awaitConverged();
        putNow(cluster.node(2), "k", "end");
        assertEquals("end", getNow(cluster.node(4), "k"));
    }

    @Test
    void s13ReorderDuplicateEverything() {
        nodes(3);
        network.quality(
                LinkQuality.GOOD
                        .withDelay(Duration.ZERO, Duration.ofMillis(80))
                        .withDisorder(1, 1));
        Workload workload = load(WorkloadOptions.DEFAULT);
        run(Duration.ofSeconds(20));
        judge(workload);
    }

    @Test
    void s14SlowFollowerWindow() {
        int window = 8;
        nodes(3, RaftConfig.builder().inflightMessagesMax(window).appendBytesMax(1024).build());
        SimNode leader = awaitLeader();
        awaitConverged();
        SimNode slow = someFollower();
        MessageRule appends =
                network.hold(
                        MessageFilter.of(AppendEntries.class).and(MessageFilter.to(slow.id())));
        MessageRule answers =
                network.drop(
                        MessageFilter.of(HeartbeatResponse.class)
                                .and(MessageFilter.from(slow.id())));
        for (int i = 0; i < 200; i++) {
            putNow(leader, "k", "x".repeat(500));
            assertTrue(appends.held().size() <= window, "no more than the window is under way");
        }
        assertEquals(window, appends.held().size());
        answers.close();
        appends.release();
        awaitConverged();
    }

    @Test
    void s15BigEntries() {
        nodes(3, RaftConfig.builder().appendBytesMax(1024).inflightBytesMax(4096).build());
        SimNode leader = awaitLeader();
        String big = "x".repeat(1 << 20);
        for (int i = 0; i < 5; i++) {
            putNow(leader, "big" + i, big);
            putNow(someFollower(), "small", "" + i);
        }
        awaitConverged();
        for (SimNode node : cluster.nodes()) {
            assertEquals(big, getNow(node, "big4"));
        }
    }

    @Test
    void s16Churn() {
        nodes(5);
        Workload workload = load(WorkloadOptions.DEFAULT);
        SimRandom random = cluster.simulation().random();
        for (int round = 0; round < 40; round++) {
            SimNode node = random.pick(cluster.nodes());
            if (node.isUp()) {
                node.crash();
            } else {
                node.start();
            }
            run(random.between(Duration.ofMillis(10), T));
        }
        cluster.startAll();
        judge(workload);
    }

    /** Leaders that hear of no acceptance must not believe in one. */
    @Test
    void anEntryWithoutAcknowledgementsIsNotCommitted() {
        nodes(3);
        SimNode leader = awaitLeader();
        awaitConverged();
        long committed = leader.commitIndex();
        MessageRule acks = network.hold(MessageFilter.of(AppendEntriesResponse.class));
        CompletableFuture<?> write = put(leader, "k", "v");
        run(Duration.ofMillis(500));
        assertEquals(committed, leader.commitIndex());
        assertFalse(write.isDone());
        acks.release();
        await(write);
    }
}
