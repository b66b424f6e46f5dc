package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Scenarios S26 to S31. */
class SnapshotStoriesTest extends Story {
    /** A snapshot every ten entries, and nothing of the log kept below it. */
    private static final RaftConfig OFTEN = every(10, 0);

    private static RaftConfig every(int snapshotEntries, int trailingEntries) {
        return RaftConfig.builder()
                .snapshotEntries(snapshotEntries)
                .trailingEntries(trailingEntries)
                .build();
    }

    /** A follower that needs entries which are gone. */
    private SimNode leftBehind(SimNode leader, int entries) {
        SimNode behind = someFollower();
        long last = behind.lastIndex();
        crash(behind);
        fill(leader, entries);
        assertTrue(
                cluster.runUntil(() -> leader.firstIndex() > last + 1, T),
                "the leader has not compacted its log");
        return behind;
    }

    @Test
    void s26InstallBasic() {
        nodes(3, OFTEN);
        SimNode leader = awaitLeader();
        putNow(leader, "k", "v");
        SimNode behind = leftBehind(leader, 50);
        start(behind);
        awaitConverged();
        assertTrue(behind.firstIndex() > 1, "it replayed the log");
        assertTrue(behind.snapshotIndex() >= 10);
        assertEquals("v", getNow(behind, "k"));
    }

    @Test
    void s26ARestartBeginsWithTheSnapshot() {
        nodes(3, OFTEN);
        putNow(awaitLeader(), "k", "v");
        fill(awaitLeader(), 50);
        awaitConverged();
        run(Duration.ofMillis(100));
        for (int round = 0; round < 3; round++) {
            cluster.crashAll();
            cluster.startAll();
            for (SimNode node : cluster.nodes()) {
                assertTrue(node.snapshotIndex() >= 40, node + " has lost its snapshot");
            }
            assertEquals("v", getNow(awaitLeader(), "k"));
            fill(awaitLeader(), 15);
        }
        awaitConverged();
    }

    /** Exactly once, across a snapshot: its sessions know what they have answered. */
    @Test
    void s26ARepeatAfterAnInstallIsNotAppliedAgain() {
        nodes(3, OFTEN);
        SimNode leader = awaitLeader();
        long session = await(leader.group().openSession());
        KvCommand append = command(new io.jangada.raft.testkit.check.KvInput.Append("k", "x"));
        await(leader.group().write(session, 1, append));
        SimNode behind = leftBehind(leader, 50);
        start(behind);
        awaitConverged();
        handOver(behind);
        await(behind.group().write(session, 1, append));
        assertEquals("x", getNow(behind, "k"));
    }

    @Test
    void s27InstallWhileAppending() {
        nodes(3, OFTEN);
        SimNode behind = leftBehind(awaitLeader(), 50);
        Workload workload = load(WorkloadOptions.DEFAULT);
        start(behind);
        run(T.multipliedBy(2));
        crash(behind);
        run(T.multipliedBy(2));
        start(behind);
        run(T.multipliedBy(2));
        judge(workload);
        assertTrue(behind.firstIndex() > 1);
    }

    /** Half of the content is here when the leader dies; the rest comes from the next one. */
    @Test
    void s28InstallCutAndResume() {
        nodes(3, every(1 << 20, 0));
        SimNode leader = awaitLeader();
        for (int i = 0; i < 60; i++) {
            putNow(leader, "big" + i, "x".repeat(30_000));
        }
        SimNode behind = someFollower();
        SimNode third = someOther(leader, behind);
        crash(behind);
        fill(leader, 10);
        run(T);
        CompletableFuture<Long> one = leader.group().admin().snapshot();
        CompletableFuture<Long> two = third.group().admin().snapshot();
        assertEquals(await(one), await(two), "the same snapshot on both");
        AtomicLong bytes = new AtomicLong();
        BulkRule half =
                network.holdBulk(
                        frame ->
                                frame.to().equals(behind.id())
                                        && bytes.addAndGet(frame.bytes()) > 1_000_000);
        start(behind);
        assertTrue(
                cluster.runUntil(() -> half.matchedCount() > 0, T.multipliedBy(5)),
                "no second half was sent");
        crash(leader);
        half.close();
        bytes.set(0);
        BulkRule count =
                network.duplicateBulk(
                        frame -> {
                            if (frame.to().equals(behind.id())) {
                                bytes.addAndGet(frame.bytes());
                            }
                            return false;
                        });
        assertTrue(
                cluster.runUntil(
                        () -> behind.appliedIndex() >= third.snapshotIndex(), T.multipliedBy(15)),
                "it was not installed");
        count.close();
        assertTrue(bytes.get() < 1_200_000, "the transfer began anew: " + bytes + " B");
        start(leader);
        awaitConverged();
    }

    /** The receiver loses its power in the middle, and goes on with what is on its disk. */
    @Test
    void s28TheReceiverRestarts() {
        nodes(3, OFTEN);
        SimNode leader = awaitLeader();
        for (int i = 0; i < 20; i++) {
            putNow(leader, "big" + i, "x".repeat(30_000));
        }
        SimNode behind = leftBehind(leader, 30);
        for (int round = 0; round < 4; round++) {
            behind.disk()
                    .crashAt(
                            operation -> operation instanceof DiskOperation.SnapshotWrite,
                            round % 2 == 0);
            start(behind);
            cluster.runUntil(() -> !behind.isUp(), T.multipliedBy(3));
            crash(behind);
        }
        start(behind);
        awaitConverged();
    }

    @Test
    void s28LossAndDisorderOnTheBulkLane() {
        nodes(3, OFTEN);
        SimNode leader = awaitLeader();
        for (int i = 0; i < 40; i++) {
            putNow(leader, "big" + i, "x".repeat(30_000));
        }
        SimNode behind = leftBehind(leader, 30);
        network.quality(LinkQuality.GOOD.withLoss(0.2).withDisorder(0.2, 0.5));
        start(behind);
        run(T.multipliedBy(10));
        network.quality(LinkQuality.GOOD);
        awaitConverged();
        assertTrue(behind.firstIndex() > 1);
    }

    /** A full disk costs a snapshot, not the node. */
    @Test
    void s29AFailedSaveLeavesAllAsItWas() {
        nodes(3, OFTEN);
        SimNode leader = awaitLeader();
        DiskRule broken =
                leader.disk().fail(operation -> operation instanceof DiskOperation.OfSnapshot);
        fill(leader, 50);
        run(T);
        assertTrue(broken.matchedCount() > 0, "no snapshot was tried");
        assertEquals(0, leader.snapshotIndex());
        assertEquals(1, leader.firstIndex(), "the log was dropped without a snapshot");
        broken.close();
        fill(leader, 50);
        assertTrue(cluster.runUntil(() -> leader.snapshotIndex() > 50, T.multipliedBy(2)));
        awaitConverged();
    }

    @Test
    void s30CompactThenLag() {
        nodes(3, every(10, 30));
        SimNode leader = awaitLeader();
        MessageRule offers =
                network.delay(MessageFilter.of(InstallSnapshot.class), Duration.ofMillis(1));
        fill(leader, 100);
        awaitConverged();
        SimNode behind = someFollower();
        crash(behind);
        fill(leader, 15);
        run(T);
        start(behind);
        awaitConverged();
        assertEquals(0, offers.matchedCount(), "entries that were kept are enough");
        crash(behind);
        fill(leader, 100);
        run(T);
        start(behind);
        awaitConverged();
        assertTrue(offers.matchedCount() > 0, "entries that are gone need a snapshot");
    }

    /** A snapshot that holds a joint configuration brings its receiver into it. */
    @Test
    void s31SnapshotDuringJoint() {
        nodes(3, every(1 << 20, 0));
        SimNode leader = awaitLeader();
        SimNode behind = someFollower();
        SimNode four = addVoter();
        crash(behind);
        // The joint configuration commits, its end never does.
        MessageRule ends =
                network.drop(
                        (from, to, message) ->
                                message instanceof AppendEntries append
                                        && append.entries().stream()
                                                .anyMatch(SnapshotStoriesTest::leavesJoint));
        leader.group().admin().change(new MembershipChange.Remove(behind.id()));
        assertTrue(
                cluster.runUntil(() -> cluster.membership().isJoint(), T.multipliedBy(10)),
                "it did not become joint");
        run(Duration.ofMillis(50));
        long index = await(leader.group().admin().snapshot());
        start(behind);
        assertTrue(
                cluster.runUntil(() -> behind.commitIndex() == index, T.multipliedBy(5)),
                "it was not installed");
        assertTrue(behind.membership().isJoint(), () -> "" + behind.membership());
        crash(leader);
        ends.close();
        boolean left =
                cluster.runUntil(
                        () ->
                                cluster.membership().voters().size() == 3
                                        && !cluster.membership().isJoint(),
                        T.multipliedBy(20));
        assertTrue(left, "the next leader did not leave the joint configuration");
        start(leader);
        awaitConverged();
        assertTrue(cluster.membership().isVoter(four.id()));
        assertFalse(cluster.membership().isVoter(behind.id()));
    }

    private static boolean leavesJoint(LogEntry entry) {
        if (entry.type() != EntryType.MEMBERSHIP) {
            return false;
        }
        Membership membership = GroupImage.membership(entry);
        return !membership.isJoint() && membership.voters().size() == 3 && entry.index() > 2;
    }

    /** A damaged snapshot is never loaded. */
    @Test
    void aDamagedSnapshotStopsTheGroup() {
        nodes(3, OFTEN);
        SimNode rotten = someFollower();
        fill(awaitLeader(), 50);
        awaitConverged();
        run(T);
        crash(rotten);
        rotten.disk().damageSnapshot(SimCluster.GROUP);
        try {
            start(rotten);
            run(T.multipliedBy(3));
            assertTrue(rotten.isStopped(), "it serves from a damaged snapshot");
        } catch (io.jangada.raft.spi.StoreException e) {
            assertTrue(e.getMessage().contains("damaged"), e.getMessage());
        }
        putNow(awaitLeader(), "k", "v");
    }
}
