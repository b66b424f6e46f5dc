package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.testkit.check.KvOutput;
import io.jangada.raft.testkit.sim.DiskOperation.Append;
import io.jangada.raft.testkit.sim.DiskOperation.FolderSync;
import io.jangada.raft.testkit.sim.DiskOperation.SnapshotDelete;
import io.jangada.raft.testkit.sim.DiskOperation.SnapshotRename;
import io.jangada.raft.testkit.sim.DiskOperation.SnapshotSync;
import io.jangada.raft.testkit.sim.DiskOperation.SnapshotWrite;
import io.jangada.raft.testkit.sim.DiskOperation.Sync;
import io.jangada.raft.testkit.sim.UnsyncedWrite.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chosen messages, chosen operations of disks, and what a chosen crash spares. */
class ControlTest extends Story {
    private static final RaftConfig OFTEN =
            RaftConfig.builder().snapshotEntries(10).trailingEntries(0).build();

    static Stream<Class<? extends DiskOperation>> waitingSteps() {
        return Stream.of(
                Sync.class,
                SnapshotWrite.class,
                SnapshotSync.class,
                SnapshotRename.class,
                FolderSync.class,
                SnapshotDelete.class);
    }

    /** Held in the middle of its work, a disk keeps nobody else from working. */
    @ParameterizedTest
    @MethodSource("waitingSteps")
    void aHeldOperationCompletesWhenItIsToldTo(Class<? extends DiskOperation> step) {
        nodes(3, OFTEN);
        SimNode leader = awaitLeader();
        SimNode slow = someFollower();
        fill(leader, 25);
        run(T);
        DiskRule rule = slow.disk().hold(step::isInstance);
        fill(leader, 25);
        assertTrue(cluster.runUntil(() -> rule.heldCount() == 1, T.multipliedBy(3)), "not met");
        putNow(leader, "k", "v");
        run(T.multipliedBy(3));
        assertEquals(1, rule.heldCount(), "it waits, and so does what would come next");
        assertEquals(leader, cluster.leader().orElseThrow());
        rule.release();
        awaitConverged();
        fill(leader, 10);
        assertTrue(cluster.runUntil(() -> slow.snapshotIndex() >= 60, T.multipliedBy(3)));
    }

    @ParameterizedTest
    @MethodSource("waitingSteps")
    void aDelayedOperationTakesItsTime(Class<? extends DiskOperation> step) {
        nodes(1, OFTEN);
        SimNode only = awaitLeader();
        fill(only, 25);
        run(T);
        DiskRule rule = only.disk().delay(step::isInstance, Duration.ofMillis(700));
        long before = only.snapshotIndex();
        long began = cluster.simulation().nowNanos();
        fill(only, 10);
        assertTrue(cluster.runUntil(() -> only.snapshotIndex() > before, T.multipliedBy(60)));
        assertTrue(cluster.runUntil(() -> rule.matchedCount() > 0, T), "nothing was met");
        if (step != SnapshotDelete.class) { // By then the new snapshot has its name.
            assertTrue(cluster.simulation().nowNanos() - began >= 700_000_000, "it was not late");
        }
    }

    /** A process that dies while its disk makes it wait leaves nothing behind. */
    @ParameterizedTest
    @MethodSource("waitingSteps")
    void aCrashEndsAWait(Class<? extends DiskOperation> step) {
        nodes(3, OFTEN);
        SimNode slow = someFollower();
        fill(awaitLeader(), 25);
        run(T);
        DiskRule rule = slow.disk().hold(step::isInstance);
        fill(awaitLeader(), 25);
        assertTrue(cluster.runUntil(() -> rule.heldCount() == 1, T.multipliedBy(3)), "not met");
        slow.restart();
        rule.release();
        awaitConverged();
    }

    /** A paused process does not go on, even if its disk is done. */
    @Test
    void whatWaitsForADiskWaitsForThePauseToo() {
        nodes(1, OFTEN);
        SimNode only = awaitLeader();
        DiskRule rule = only.disk().hold(SnapshotRename.class::isInstance);
        fill(only, 12);
        assertTrue(cluster.runUntil(() -> rule.heldCount() == 1, T));
        only.pause();
        rule.release();
        run(T);
        assertEquals(0, only.snapshotIndex());
        only.resume();
        assertTrue(cluster.runUntil(() -> only.snapshotIndex() > 0, T));
    }

    @Test
    void aCrashSparesWhatIsChosenUpToTheFirstGap() {
        for (List<Integer> kept : List.of(List.of(1, 2, 3), List.of(1, 3), List.of(2, 3))) {
            nodes(1);
            SimNode only = awaitLeader();
            putNow(only, "k", "v");
            long before = only.lastIndex();
            only.disk().hold(operation -> true);
            for (String value : List.of("a", "b", "c")) {
                put(only, "k", value);
            }
            run(Duration.ofMillis(5));
            List<UnsyncedWrite> writes = only.disk().unsynced();
            assertEquals(3, writes.size(), () -> "" + writes);
            assertTrue(writes.stream().allMatch(write -> write.kind() == Kind.LOG));
            only.crashKeeping(write -> kept.contains(write.number()));
            long survivors = kept.get(0) == 2 ? 0 : kept.contains(2) ? 3 : 1;
            assertEquals(before + survivors, only.lastIndex(), () -> "" + kept);
        }
    }

    /** Names of files survive each for itself, content up to the first gap. */
    @Test
    void aCrashSparesChosenNames() {
        for (Kind lost : List.of(Kind.NAME, Kind.CONTENT)) {
            nodes(1, OFTEN);
            SimNode only = awaitLeader();
            only.disk().hold(SnapshotSync.class::isInstance);
            fill(only, 12);
            run(T);
            List<UnsyncedWrite> writes = only.disk().unsynced();
            assertEquals(
                    List.of(Kind.NAME, Kind.CONTENT),
                    writes.stream().map(UnsyncedWrite::kind).distinct().toList());
            only.crashKeeping(write -> write.kind() != lost);
            assertTrue(only.disk().unsynced().isEmpty(), "what survives is durable");
            start(only);
            awaitLeader();
            fill(only, 12);
        }
    }

    @Test
    void aTornAppendLeavesItsFirstRecords() {
        nodes(1);
        SimNode only = awaitLeader();
        putNow(only, "k", "v");
        long before = only.lastIndex();
        only.disk().tear(Append.class::isInstance, 0);
        put(only, "k", "w");
        assertTrue(cluster.runUntil(() -> !only.isUp(), T));
        assertEquals(before, only.lastIndex());
        start(only);
        awaitLeader();
        only.disk().tear(Append.class::isInstance, 1);
        put(only, "k", "w");
        assertTrue(cluster.runUntil(() -> !only.isUp(), T));
        start(only);
        awaitLeader();
    }

    /** A sync that is torn covers a part of what it should have. */
    @Test
    void aTornSyncSparesAPart() {
        nodes(1);
        SimNode only = awaitLeader();
        putNow(only, "k", "v");
        long before = only.lastIndex();
        DiskRule held = only.disk().hold(Sync.class::isInstance);
        for (int i = 0; i < 4; i++) {
            put(only, "k", "w" + i);
            run(Duration.ofMillis(5));
        }
        only.disk().tear(Sync.class::isInstance, 2);
        held.release(); // That sync was begun before; the next one covers the rest.
        assertTrue(cluster.runUntil(() -> !only.isUp(), T));
        assertEquals(before + 3, only.lastIndex(), "one of the first sync, two of the torn one");
    }

    /** A lost append is gone at the next power failure, unless a sync has covered it. */
    @Test
    void aLostAppendNeedsASync() {
        for (boolean synced : new boolean[] {false, true}) {
            nodes(1);
            SimNode only = awaitLeader();
            putNow(only, "k", "v");
            long before = only.lastIndex();
            DiskRule slow = only.disk().hold(Sync.class::isInstance);
            only.disk().lose(Append.class::isInstance);
            put(only, "k", "w");
            run(Duration.ofMillis(5));
            if (synced) {
                slow.release();
            }
            crash(only);
            assertEquals(synced ? before + 1 : before, only.lastIndex());
        }
    }

    @Test
    void aLeaderThatDiesAtASendHasSentOrNot() {
        for (boolean sent : new boolean[] {false, true}) {
            nodes(2);
            SimNode leader = awaitLeader();
            SimNode other = someFollower();
            putNow(leader, "k", "v");
            awaitConverged();
            long before = other.lastIndex();
            MessageRule rule =
                    network.crashSender(
                            (from, to, message) ->
                                    message instanceof AppendEntries append
                                            && !append.entries().isEmpty(),
                            sent);
            put(leader, "k", "w");
            assertTrue(cluster.runUntil(() -> !leader.isUp(), T), "nothing was sent");
            assertEquals(1, rule.matchedCount());
            run(Duration.ofMillis(20));
            assertEquals(sent ? before + 1 : before, other.lastIndex());
        }
    }

    @Test
    void aReceiverDiesWithTheMessage() {
        nodes(2);
        SimNode leader = awaitLeader();
        SimNode other = someFollower();
        awaitConverged();
        long before = other.lastIndex();
        network.crashReceiver(MessageFilter.of(AppendEntries.class));
        put(leader, "k", "w");
        assertTrue(cluster.runUntil(() -> !other.isUp(), T));
        assertEquals(before, other.lastIndex());
        assertTrue(leader.isUp());
    }

    @Test
    void aHeldMessageComesWhenItIsToldTo() {
        nodes(2);
        SimNode leader = awaitLeader();
        SimNode other = someFollower();
        putNow(leader, "k", "v");
        awaitConverged();
        MessageRule held = network.hold(MessageFilter.of(AppendEntries.class));
        put(leader, "k", "w");
        run(Duration.ofMillis(5));
        long before = other.lastIndex();
        held.deliverLater(held.held().get(0), Duration.ofMillis(50));
        run(Duration.ofMillis(40));
        assertEquals(before, other.lastIndex());
        run(Duration.ofMillis(20));
        assertEquals(before + 1, other.lastIndex());
    }

    /** A clock that stands still lets no timer fire; one that skips time fires them at once. */
    /** 33338 of the swarm: what it still carries keeps its time, and is overtaken. */
    @Test
    void aSlowLinkHoldsUpNothingOnceItIsMended() {
        nodes(3);
        SimNode leader = awaitLeader();
        Duration minute = Duration.ofMinutes(1);
        network.quality(LinkQuality.GOOD.withDelay(minute, minute));
        run(T.dividedBy(4));
        network.quality(LinkQuality.GOOD);
        CompletableFuture<KvOutput> written = put(leader, "k", "v");
        assertTrue(cluster.runUntil(written::isDone, T), "it waits for what is on its way");
    }

    @Test
    void clocksStandStillAndSkip() {
        nodes(3);
        cluster.nodes().forEach(node -> node.clockRate(-1_000_000));
        runTimeouts(50);
        assertTrue(cluster.leader().isEmpty(), "their election timeouts never end");
        cluster.nodes().forEach(node -> node.clockRate(0));
        SimNode node = cluster.node(1);
        cluster.node(2).clockJump(T);
        cluster.node(3).clockJump(T);
        node.clockJump(T.multipliedBy(2));
        run(Duration.ofMillis(20));
        assertEquals(node, cluster.leader().orElse(null), "it has not noticed the time");
        assertThrows(IllegalArgumentException.class, () -> node.clockRate(-1_000_001));
        assertThrows(IllegalArgumentException.class, () -> node.clockJump(Duration.ofNanos(-1)));
    }
}
