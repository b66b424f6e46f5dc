package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.MembershipChange.Add;
import io.jangada.raft.api.MembershipChange.Remove;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.StoreException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Damaged copies that are made good from the peers, and disks that are lost (Z33). */
class RebuildStoriesTest extends Story {
    private static final RaftConfig SMALL_SNAPSHOTS =
            RaftConfig.builder().snapshotEntries(10).trailingEntries(5).build();

    private void damage(SimNode node) {
        crash(node);
        node.disk().damage(SimCluster.GROUP, true);
    }

    private void awaitRebuilt(SimNode node) {
        assertTrue(
                cluster.runUntil(() -> !node.disk().isIncomplete(), T.multipliedBy(10)),
                () -> node + " is not rebuilt");
    }

    @Test
    void aDamagedCopyIsRebuilt() {
        nodes(3);
        putNow(awaitLeader(), "k", "v");
        SimNode rotten = someFollower();
        damage(rotten);
        start(rotten);
        assertTrue(rotten.disk().isIncomplete());
        awaitRebuilt(rotten);
        awaitConverged();
        assertEquals("v", getNow(rotten, "k"));
        handOver(rotten);
        rotten.restart();
        awaitConverged();
    }

    @Test
    void aDamagedCopyIsRebuiltFromASnapshot() {
        nodes(3, SMALL_SNAPSHOTS);
        putNow(awaitLeader(), "k", "v");
        fill(awaitLeader(), 50);
        SimNode rotten = someFollower();
        damage(rotten);
        runTimeouts(1);
        Workload workload = load(WorkloadOptions.DEFAULT);
        start(rotten);
        runTimeouts(3);
        judge(workload);
        assertFalse(rotten.disk().isIncomplete());
        assertEquals("v", getNow(rotten, "k"));
    }

    /** The leader's own copy is damaged. */
    @Test
    void aDamagedLeaderComesBackAsAFollower() {
        nodes(3);
        SimNode rotten = awaitLeader();
        putNow(rotten, "k", "v");
        damage(rotten);
        start(rotten);
        assertNotEquals(rotten, awaitLeader());
        awaitRebuilt(rotten);
        awaitConverged();
        assertEquals("v", getNow(rotten, "k"));
    }

    /**
     * An entry that only the damaged copy and the old leader had must not get lost: without the old
     * leader nobody can be elected until it is back.
     */
    @Test
    void whileItIsRebuiltItsVoteIsMissing() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode behind = someFollower();
        SimNode rotten = someOther(leader, behind);
        crash(behind);
        putNow(leader, "k", "only on two");
        damage(rotten);
        crash(leader);
        start(behind, rotten);
        runTimeouts(20);
        assertTrue(cluster.leader().isEmpty(), () -> "leader " + cluster.leader());
        start(leader);
        awaitRebuilt(rotten);
        awaitConverged();
        assertEquals("only on two", getNow(rotten, "k"));
    }

    /** It crashes again and again before it is whole; it goes on being rebuilt. */
    @Test
    void aRebuildThatIsInterruptedGoesOn() {
        nodes(3, SMALL_SNAPSHOTS);
        putNow(awaitLeader(), "k", "v");
        fill(awaitLeader(), 50);
        SimNode rotten = someFollower();
        damage(rotten);
        for (int round = 0; round < 8; round++) {
            start(rotten);
            run(T.dividedBy(20).multipliedBy(round));
            crash(rotten);
        }
        start(rotten);
        awaitRebuilt(rotten);
        awaitConverged();
        assertEquals("v", getNow(rotten, "k"));
    }

    @Test
    void theLeaderChangesWhileACopyIsRebuilt() {
        nodes(5, SMALL_SNAPSHOTS);
        SimNode leader = awaitLeader();
        fill(leader, 30);
        SimNode rotten = someFollower();
        damage(rotten);
        start(rotten);
        run(T.dividedBy(10));
        crash(leader);
        putNow(awaitLeader(), "k", "v");
        awaitRebuilt(rotten);
        start(leader);
        awaitConverged();
        assertEquals("v", getNow(rotten, "k"));
    }

    /** Term and vote are gone too: this identity is lost. */
    @Test
    void aCopyWithoutItsVoteIsNotRebuilt() {
        nodes(3);
        SimNode rotten = someFollower();
        putNow(awaitLeader(), "k", "v");
        crash(rotten);
        rotten.disk().damage(SimCluster.GROUP, false);
        assertThrows(StoreException.class, rotten::start);
        assertEquals(Role.STOPPED, rotten.role());
    }

    /** Nobody listens to it under its old name; it is removed, and another one takes its place. */
    @Test
    void z33ALostDisk() {
        nodes(3);
        SimNode leader = awaitLeader();
        putNow(leader, "k", "v");
        SimNode gone = someFollower();
        SimNode third = someOther(leader, gone);
        gone.wipe();
        start(gone);
        runTimeouts(5);
        assertEquals(leader, cluster.leader().orElseThrow(), "it disturbed the leader");
        crash(third);
        CompletableFuture<?> stuck = put(leader, "k", "w");
        runTimeouts(5);
        assertTrue(!stuck.isDone() || stuck.isCompletedExceptionally(), "a lost disk was counted");
        start(third);
        change(awaitLeader(), new Remove(gone.id()));
        SimNode four = newcomer();
        change(awaitLeader(), new Add(four.member()));
        awaitConverged();
        crash(leader);
        putNow(awaitLeader(), "k", "x");
        assertEquals("x", getNow(four, "k"));
    }
}
