package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Scenarios S40 to S45. */
class ReadStoriesTest extends Story {
    /** Thesis §6.4: before its first own commit a leader does not know what is committed. */
    @Test
    void s40ReadAfterElection() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        MessageRule appends = network.hold(MessageFilter.of(AppendEntries.class));
        crash(old);
        SimNode leader = awaitLeader();
        CompletableFuture<String> index = get(leader, ReadMode.INDEX, "k");
        CompletableFuture<String> lease = get(leader, ReadMode.LEASE, "k");
        run(Duration.ofMillis(500));
        assertEquals(leader, cluster.leader().orElseThrow());
        assertFalse(index.isDone() || lease.isDone(), "its no-op is not committed");
        appends.release();
        assertEquals("v", await(index));
        assertEquals("v", await(lease));
    }

    @Test
    void s41ReadOnDeposedLeader() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "old");
        network.isolate(old.id());
        CompletableFuture<String> early = get(old, ReadMode.INDEX, "k");
        assertTrue(cluster.runUntil(() -> old.role() != Role.LEADER, T.multipliedBy(2)));
        SimNode next = awaitLeader();
        putNow(next, "k", "new");
        CompletableFuture<String> late = get(old, ReadMode.INDEX, "k");
        CompletableFuture<String> lease = get(old, ReadMode.LEASE, "k");
        runTimeouts(1);
        assertFalse(early.isDone() || late.isDone() || lease.isDone(), "it leads nobody");
        network.mendAll();
        assertEquals("new", await(early));
        assertEquals("new", await(late));
        assertEquals("new", await(lease));
    }

    /** Z24: the clock is looked at when the read comes, not when the process last ran. */
    @Test
    void s42LeasePause() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "old");
        assertEquals("old", await(get(old, ReadMode.LEASE, "k")));
        old.pause();
        runTimeouts(1);
        SimNode next = otherLeader(old);
        putNow(next, "k", "new");
        old.resume();
        CompletableFuture<String> read = get(old, ReadMode.LEASE, "k");
        assertEquals("new", await(read));
    }

    private SimNode otherLeader(SimNode old) {
        boolean elected =
                cluster.runUntil(
                        () -> cluster.leader().map(leader -> leader != old).orElse(false),
                        T.multipliedBy(10));
        assertTrue(elected, "nobody took over");
        return cluster.leader().orElseThrow();
    }

    /** Z22: the slowest clock allowed at the leader, the fastest at the others. */
    @Test
    void s43LeaseDriftAtBound() {
        long bound = (long) (RaftConfig.defaults().maxClockDrift() * 1_000_000);
        for (int seed = 1; seed <= 60; seed++) {
            nodes(3, RaftConfig.defaults(), seed);
            SimNode old = awaitLeader();
            for (SimNode node : cluster.nodes()) {
                node.clockRate(node == old ? 0 : bound);
            }
            putNow(old, "k", "old");
            run(Duration.ofMillis(2L * seed));
            network.isolate(old.id());
            String seen = "old";
            SimNode next = otherLeaderReadingFrom(old);
            CompletableFuture<KvOutput> write = put(next, "k", "new");
            while (!write.isDone()) {
                CompletableFuture<String> read = get(old, ReadMode.LEASE, "k");
                cluster.simulation().step();
                assertFalse(read.isDone() && !read.join().equals(seen));
            }
            assertFalse(leaseHolds(old), "a lease that outlives a commit elsewhere");
        }
    }

    private SimNode otherLeaderReadingFrom(SimNode old) {
        while (cluster.leader().map(leader -> leader == old).orElse(true)) {
            run(Duration.ofMillis(1));
        }
        return cluster.leader().orElseThrow();
    }

    private boolean leaseHolds(SimNode node) {
        CompletableFuture<String> read = get(node, ReadMode.LEASE, "k");
        run(Duration.ofMillis(1));
        return read.isDone();
    }

    /**
     * Z23: whom it heard before its crash, a voter does not know, so it gives its vote to nobody
     * until the lease that it may have supported is over.
     */
    @Test
    void s43ARestartedVoterKeepsThePromiseThatItForgot() {
        for (int seed = 1; seed <= 60; seed++) {
            nodes(3, RaftConfig.defaults(), seed);
            SimNode old = awaitLeader();
            SimNode voter = someFollower();
            SimNode rival =
                    cluster.nodes().stream()
                            .filter(node -> node != old && node != voter)
                            .findFirst()
                            .orElseThrow();
            awaitConverged();
            network.cutBoth(old.id(), rival.id());
            run(Duration.ofMillis(1000 + 37L * seed));
            network.isolate(old.id());
            crash(voter);
            start(voter);
            runTimeouts(8);
            otherLeader(old);
        }
    }

    /**
     * Beyond the bound lease reads may be stale: the invariant sees it, and nothing else breaks.
     */
    @Test
    void s43ClocksBeyondTheBoundBreakTheLeaseAndNothingElse() {
        SimulationFailure stale =
                assertThrows(SimulationFailure.class, () -> outliveTheLease(false));
        assertTrue(stale.getMessage().contains("I15 lease safety"), stale.getMessage());
        outliveTheLease(true);
    }

    private void outliveTheLease(boolean allowed) {
        nodes(3);
        if (allowed) {
            cluster.allowClocksBeyondBound();
        }
        SimNode old = awaitLeader();
        old.clockRate(-900_000);
        run(Duration.ofMillis(500));
        network.isolate(old.id());
        putNow(otherLeader(old), "k", "new");
        old.clockRate(0);
        network.mendAll();
        awaitConverged();
        assertEquals("new", getNow(old, "k"));
    }

    @Test
    void s44TransferUnderReads() {
        nodes(3);
        awaitLeader();
        Workload workload =
                load(new WorkloadOptions(6, 2, Duration.ofMillis(5), 0.8, 0.8, 0.5, 0.1, 0.7, 0));
        SimRandom random = cluster.simulation().random();
        for (int round = 0; round < 60; round++) {
            SimNode asked = random.pick(cluster.nodes());
            asked.group().admin().transferLeadership(random.pick(cluster.nodes()).id());
            run(random.between(Duration.ZERO, Duration.ofMillis(400)));
        }
        judge(workload);
        assertTrue(awaitLeader().term() > 10, "leadership moved many times");
    }

    @Test
    void s45FollowerReadLag() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode behind = someFollower();
        awaitConverged();
        MessageRule appends =
                network.hold(
                        MessageFilter.of(AppendEntries.class).and(MessageFilter.to(behind.id())));
        putNow(leader, "k", "v");
        CompletableFuture<String> read = get(behind, ReadMode.INDEX, "k");
        run(Duration.ofMillis(300));
        assertFalse(read.isDone(), "it has not applied that far");
        assertEquals("null", await(get(behind, ReadMode.LOCAL, "k")), "asked for by name");
        appends.release();
        assertEquals("v", await(read));
    }

    @Test
    void aReadThatLosesItsLeaderIsAnsweredByTheNextOne() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        SimNode follower = someFollower();
        crash(old);
        CompletableFuture<String> read = get(follower, ReadMode.INDEX, "k");
        assertEquals("v", await(read));
    }
}
