package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.MembershipChange.Become;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the swarm has found, as stories. */
class SwarmFindingsTest extends Story {
    /**
     * A leader that removes itself has appended the end of the joint configuration, and loses its
     * power before anybody else has it. The other one cannot be elected without its vote, and does
     * not get it, since its log is behind: the one that is out has to stand (thesis §4.2.2).
     */
    @Test
    void aLeaderThatIsOutStandsUntilThatIsCommitted() {
        nodes(2);
        SimNode leader = awaitLeader();
        SimNode other = someFollower();
        awaitConverged();
        MessageRule ends =
                network.drop(
                        (from, to, message) ->
                                message instanceof AppendEntries append
                                        && append.entries().stream()
                                                .filter(e -> e.type() == EntryType.MEMBERSHIP)
                                                .anyMatch(
                                                        e -> !GroupImage.membership(e).isJoint()));
        Membership target =
                Membership.of(List.of(other.member()), List.of(), List.of(leader.member()));
        leader.group().admin().change(new Become(target));
        boolean appended =
                cluster.runUntil(
                        () ->
                                !leader.membership().isJoint()
                                        && !leader.membership().isVoter(leader.id())
                                        && leader.disk().unsyncedRecords() == 0,
                        T);
        assertTrue(appended, () -> "" + leader.membership());
        crash(leader, other);
        ends.close();
        start(leader, other);
        assertTrue(
                cluster.runUntil(
                        () -> other.role() == Role.LEADER && !cluster.membership().isJoint(),
                        T.multipliedBy(20)),
                () -> "nobody gets it on: " + cluster.divergence());
        putNow(other, "k", "v");
        awaitConverged();
    }

    /** It founded nothing, so what it was told at its start does not say who its peers are. */
    @Test
    void theDamagedCopyOfANodeThatJoinedIsRebuilt() {
        nodes(3);
        putNow(awaitLeader(), "k", "v");
        SimNode joined = addVoter();
        awaitConverged();
        rebuild(joined);
    }

    /** It founded the group alone, and got peers later. */
    @Test
    void theDamagedCopyOfALonelyFounderIsRebuilt() {
        nodes(1);
        SimNode founder = awaitLeader();
        putNow(founder, "k", "v");
        addVoter();
        addVoter();
        awaitConverged();
        rebuild(founder);
    }

    private void rebuild(SimNode node) {
        crash(node);
        node.disk().damage(SimCluster.GROUP, true);
        start(node);
        assertTrue(
                cluster.runUntil(() -> !node.disk().isIncomplete(), T.multipliedBy(10)),
                () -> node + " is not rebuilt");
        awaitConverged();
        assertEquals("v", getNow(node, "k"));
    }

    /**
     * It was away while its peers were replaced: the leader knows it, but its own log does not know
     * the leader, and gets there only if it can answer.
     */
    @Test
    void whoLagsBehindAChangeAnswersALeaderThatItDoesNotKnow() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode away = someFollower();
        crash(away);
        SimNode four = newcomer();
        SimNode five = newcomer();
        Membership target =
                Membership.of(
                        List.of(four.member(), five.member()), List.of(), List.of(away.member()));
        change(leader, new Become(target));
        runTimeouts(3);
        for (SimNode old : cluster.nodes()) {
            if (!target.isVoter(old.id())) {
                crash(old);
            }
        }
        putNow(awaitLeader(), "k", "v");
        start(away);
        awaitConverged();
        assertEquals("v", getNow(away, "k"));
    }

    /**
     * The others have forgotten a node that was removed. While one of them is cut off it comes back
     * and leads: its connection to that one never ended, so it does not introduce itself again.
     */
    @Test
    void aLeaderThatWasForgottenIsAnswered() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode away = someFollower();
        SimNode four = addVoter();
        awaitConverged();
        change(leader, new MembershipChange.Remove(four.id()));
        runTimeouts(100);
        network.isolate(away.id());
        change(leader, new MembershipChange.Add(four.member()));
        handOver(four);
        putNow(four, "k", "v");
        network.mendAll();
        awaitConverged();
        assertEquals("v", getNow(away, "k"));
    }

    /**
     * While a node is away all others are replaced by one that it does not know, and do not hear
     * that this is committed: it asks those who are out as well, and who cannot tell it (2257,
     * 38710). So long as it asks a single member it must be told.
     */
    @Test
    void whoAsksOnlyThoseWhoAreOutNeedNotKnowThatItIsOut() {
        nodes(3);
        awaitLeader();
        SimNode away = someFollower();
        crash(away);
        SimNode last = addVoter();
        handOver(last);
        last.group().admin().change(new Become(voters(last)));
        assertTrue(cluster.runUntil(() -> last.membership().isJoint(), T));
        network.drop(
                (from, to, message) ->
                        from.equals(last.id())
                                && message.isFromLeader()
                                && !last.membership().isJoint());
        runTimeouts(100);
        start(away);
        heal();
        assertTrue(away.membership().isVoter(away.id()) && !away.status().removed(), "not told");
    }

    @Test
    void whoAsksAMemberMustHearThatItIsOut() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode away = someFollower();
        crash(away);
        change(leader, new MembershipChange.Remove(away.id()));
        runTimeouts(100); // The leader lets go of it, and sends it no more entries.
        MessageRule untold = network.drop((from, to, message) -> message instanceof RemovedNotice);
        start(away);
        SimulationFailure failure = assertThrows(SimulationFailure.class, this::heal);
        assertTrue(
                failure.getMessage().contains("a node that was removed still takes itself"),
                failure.getMessage());
        assertTrue(untold.matchedCount() > 0);
    }

    private void heal() {
        new Healing(cluster, true)
                .await(
                        new FaultInjector(cluster, SwarmOptions.of(1)),
                        new Workload(cluster, WorkloadOptions.DEFAULT));
    }

    /**
     * The disk of a follower is slow: one sync makes durable both what the old leader sent and what
     * the new one replaced it with. What was to be said of the former has no meaning any more.
     */
    @Test
    void whatWasReplacedBeforeItWasDurableIsNotAcknowledged() {
        nodes(5);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        awaitConverged();
        SimNode slow = someFollower();
        DiskRule slowDisk = slow.disk().hold(operation -> true);
        network.partition(List.of(old.id(), slow.id()));
        for (String key : List.of("first", "second")) {
            put(old, key, "lost");
            run(Duration.ofMillis(50));
        }
        assertEquals(2, slow.disk().unsyncedRecords(), "one with a sync under way, one behind it");
        network.mendAll();
        network.isolate(old.id());
        SimNode next = someOther(old, slow);
        elect(next);
        runTimeouts(1);
        MessageRule acksOfTheOldTerm =
                network.deliver(
                        (from, to, message) ->
                                from.equals(slow.id())
                                        && message instanceof AppendEntriesResponse
                                        && message.term() < next.status().currentTerm());
        slowDisk.release();
        network.mendAll();
        awaitConverged();
        assertEquals(0, acksOfTheOldTerm.matchedCount());
        assertEquals("v", getNow(next, "k"));
    }

    /**
     * A snapshot arrives from an old leader while the new one sends entries from the beginning:
     * what the snapshot stands for is acknowledged before the log has been reset to it.
     */
    @Test
    void aSnapshotOvertakesEntries() {
        RaftConfig config =
                RaftConfig.builder().snapshotEntries(20).trailingEntries(1 << 20).build();
        nodes(3, config);
        SimNode leader = awaitLeader();
        fill(leader, 100);
        SimNode four = newcomer();
        BulkRule late = network.holdBulk(frame -> frame.to().equals(four.id()));
        leader.group()
                .admin()
                .change(new io.jangada.raft.api.MembershipChange.AddLearner(four.member()));
        runTimeouts(1);
        handOver(someFollower());
        late.release();
        fill(awaitLeader(), 30);
        awaitConverged();
        assertFalse(four.isStopped());
    }

    /**
     * A new leader has compacted its log up to its end, and a follower rejects what follows with a
     * hint that points below it.
     */
    @Test
    void aHintMayPointBelowACompactedLog() {
        nodes(3, RaftConfig.builder().trailingEntries(0).build());
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        network.isolate(old.id());
        for (int i = 0; i < 20; i++) {
            put(old, "other", "tail " + i);
        }
        SimNode next = someOther(old);
        elect(next);
        fill(next, 3);
        SimNode third = someOther(old, next);
        runTimeouts(1);
        await(third.group().admin().snapshot());
        boolean empty = cluster.runUntil(() -> third.firstIndex() == third.lastIndex() + 1, T);
        assertTrue(empty, "its log still has entries");
        assertTrue(third.lastIndex() < old.lastIndex(), "the tail is too short");
        handOver(third);
        network.mendAll();
        awaitConverged();
        assertEquals("v", getNow(old, "k"));
    }

    /**
     * The entry that opens a follower's session is among those that a snapshot takes the place of:
     * the follower asks again at once, not when its patience with the leader ends.
     */
    @Test
    void aSessionThatASnapshotHoldsIsOpenedAgain() {
        nodes(3, RaftConfig.builder().snapshotEntries(10).trailingEntries(0).build());
        SimNode leader = awaitLeader();
        SimNode behind = someFollower();
        awaitConverged();
        MessageRule appends =
                network.drop(
                        MessageFilter.of(AppendEntries.class).and(MessageFilter.to(behind.id())));
        CompletableFuture<KvOutput> write = put(behind, "k", "v");
        run(Duration.ofMillis(50));
        fill(leader, 30);
        boolean installed = cluster.runUntil(() -> behind.snapshotIndex() >= 30, T.dividedBy(2));
        appends.close();
        assertTrue(installed, "nothing was installed");
        assertTrue(cluster.runUntil(write::isDone, T.dividedBy(2)), "it is not asked again");
        assertEquals("v", getNow(behind, "k"));
    }

    /** A snapshot is asked for between the arrival of another one and its installation. */
    @Test
    void aSnapshotThatIsAboutToBeInstalledIsNotTakenForAnOwnOne() {
        nodes(3, RaftConfig.builder().snapshotEntries(10).trailingEntries(0).build());
        SimNode leader = awaitLeader();
        SimNode behind = someFollower();
        putNow(behind, "k", "v");
        awaitConverged();
        network.isolate(behind.id());
        fill(leader, 40);
        runTimeouts(1);
        // Asked for at each moment of the time that an installation takes.
        network.mendAll();
        behind.schedulingDelay(200_000);
        List<CompletableFuture<Long>> snapshots = new ArrayList<>();
        long before = behind.snapshotIndex();
        for (int i = 0; i < 20_000 && behind.firstIndex() <= before + 1; i++) {
            snapshots.add(behind.group().admin().snapshot());
            run(Duration.ofNanos(100_000));
        }
        awaitConverged();
        for (CompletableFuture<Long> snapshot : snapshots) {
            assertTrue(cluster.runUntil(snapshot::isDone, T), "it never came");
        }
        assertTrue(behind.snapshotIndex() > before, "nothing was installed");
    }

    /**
     * The power fails when a snapshot is there and the log is not reset to it yet; what the log has
     * at that index is another entry, which nobody ever committed.
     */
    @Test
    void aSnapshotMeetsALogThatContradictsIt() {
        nodes(3, RaftConfig.builder().snapshotEntries(10).trailingEntries(0).build());
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        network.isolate(old.id());
        for (int i = 0; i < 100; i++) {
            put(old, "other", "tail " + i);
        }
        SimNode next = someOther(old);
        elect(next);
        fill(next, 40);
        runTimeouts(1);
        assertTrue(next.lastIndex() < old.lastIndex(), "the tail is too short");
        old.disk().crashAt(operation -> operation instanceof DiskOperation.FolderSync, true);
        network.mendAll();
        assertTrue(cluster.runUntil(() -> !old.isUp(), T.multipliedBy(5)), "nothing came");
        start(old);
        awaitConverged();
        assertEquals("v", getNow(old, "k"));
    }
}
