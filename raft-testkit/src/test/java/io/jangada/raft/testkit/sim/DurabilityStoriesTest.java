package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Scenarios S17 to S23. */
class DurabilityStoriesTest extends Story {
    @Test
    void s17KillAllRestart() {
        nodes(3);
        for (int round = 0; round < 10; round++) {
            SimNode leader = awaitLeader();
            putNow(leader, "k", "v" + round);
            cluster.crashAll();
            run(Duration.ofMillis(100));
            cluster.startAll();
            assertEquals("v" + round, getNow(awaitLeader(), "k"));
        }
    }

    /** Of what was not synced, each prefix survives in one of these lives. */
    @Test
    void s18PowerLossAnyWrite() {
        nodes(3);
        for (int survivors = 0; survivors < 12; survivors++) {
            SimNode leader = awaitLeader();
            putNow(leader, "k", "v" + survivors);
            for (SimNode node : cluster.nodes()) {
                node.disk().hold(operation -> true);
            }
            for (int i = 0; i < 12; i++) {
                put(leader, "other", "x" + i);
            }
            run(Duration.ofMillis(20));
            for (SimNode node : cluster.nodes()) {
                node.crashKeeping(Math.min(survivors, node.disk().unsyncedRecords()));
            }
            cluster.startAll();
            assertEquals("v" + survivors, getNow(awaitLeader(), "k"));
        }
    }

    /** A crash in the middle of the write with which a follower takes over a new leader's log. */
    @Test
    void s19TornTail() {
        nodes(3);
        SimNode old = awaitLeader();
        network.isolate(old.id());
        for (int i = 0; i < 5; i++) {
            put(old, "k", "tail " + i);
        }
        SimNode next = cluster.nodes().stream().filter(node -> node != old).findFirst().get();
        elect(next);
        putNow(next, "k", "next");
        old.disk().hold(operation -> true);
        network.mendAll();
        long before = old.lastIndex();
        cluster.runUntil(() -> old.disk().unsyncedRecords() >= 3 && old.lastIndex() < before, T);
        for (int survivors = 1; survivors <= 3; survivors++) {
            old.crashKeeping(Math.min(survivors, old.disk().unsyncedRecords()));
            old.disk().hold(operation -> true);
            start(old);
            run(Duration.ofMillis(150));
        }
        crash(old);
        start(old);
        awaitConverged();
        assertEquals("next", getNow(old, "k"));
    }

    /** A crash that spares the first vote but not the founding entry written with it. */
    @Test
    void s19ATornFoundingIsDoneAgain() {
        for (int survivors = 0; survivors <= 3; survivors++) {
            cluster = new SimCluster(new Simulation(survivors, null), 1, RaftConfig.defaults());
            SimNode only = cluster.node(1);
            only.disk().hold(operation -> true);
            start(only);
            run(Duration.ofMillis(20));
            only.crashKeeping(Math.min(survivors, only.disk().unsyncedRecords()));
            start(only);
            awaitLeader();
            putNow(only, "k", "v");
        }
    }

    @Test
    void s20BitRotMinority() {
        nodes(3);
        SimNode rotten = someFollower();
        putNow(awaitLeader(), "k", "v");
        crash(rotten);
        rotten.disk().damage(SimCluster.GROUP, false);
        assertThrows(StoreException.class, rotten::start);
        putNow(awaitLeader(), "k", "w");
        assertEquals(Role.STOPPED, rotten.role(), "a damaged copy serves nobody");
        assertEquals("w", getNow(awaitLeader(), "k"));
    }

    @Test
    void s21SyncError() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        DiskRule errors = old.disk().fail(operation -> operation instanceof DiskOperation.Sync);
        CompletableFuture<KvOutput> write = put(old, "k", "w");
        assertInstanceOf(OutcomeUnknownException.class, failureOf(write));
        assertTrue(old.isStopped(), "a sync error is final");
        assertEquals(1, errors.matchedCount(), "a failed sync is not tried again");
        assertNotEquals(old, awaitLeader());
        errors.close();
        crash(old);
        start(old);
        awaitConverged();
    }

    @Test
    void s22DiskFull() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        old.disk().full(true);
        assertInstanceOf(OutcomeUnknownException.class, failureOf(put(old, "k", "w")));
        SimNode next = awaitLeader();
        assertNotEquals(old, next);
        putNow(next, "k", "x");
        crash(old);
        assertThrows(StoreException.class, old::start);
        old.disk().full(false);
        start(old);
        awaitConverged();
        assertEquals("x", getNow(old, "k"));
    }

    /** Thesis §10.2.1: the leader's own disk is not on the way of a commit. */
    @Test
    void s23SlowDiskLeader() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode follower = someFollower();
        awaitConverged();
        DiskRule slow = leader.disk().hold(operation -> true);
        putNow(follower, "k", "v");
        assertEquals(leader, cluster.leader().orElseThrow());
        assertTrue(leader.appliedIndex() < leader.commitIndex(), "not applied before durable");
        slow.release();
        awaitConverged();
        assertEquals("v", getNow(leader, "k"));
    }
}
