package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.MembershipChange.Add;
import io.jangada.raft.api.MembershipChange.AddLearner;
import io.jangada.raft.api.MembershipChange.Become;
import io.jangada.raft.api.MembershipChange.Promote;
import io.jangada.raft.api.MembershipChange.Remove;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RejectedException.MembershipRefused;
import io.jangada.raft.api.Role;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Scenarios S32 to S38. */
class MembershipStoriesTest extends Story {
    private static final RaftConfig SMALL_SNAPSHOTS =
            RaftConfig.builder().snapshotEntries(10).trailingEntries(5).build();

    @Test
    void s32AddOne() {
        nodes(3);
        putNow(awaitLeader(), "k", "v");
        SimNode four = newcomer();
        runTimeouts(3);
        assertEquals(Membership.EMPTY, four.membership(), "nobody has added it yet");
        Membership now = change(someFollower(), new Add(four.member()));
        assertEquals(4, now.voters().size());
        awaitConverged();
        assertEquals("v", getNow(four, "k"));
        handOver(four);
        putNow(four, "k", "w");
        crash(cluster.node(1));
        putNow(awaitLeader(), "k", "x");
    }

    /** Asking again for what is done is harmless. */
    @Test
    void s32AddingTwiceIsAddingOnce() {
        nodes(3);
        SimNode four = newcomer();
        SimNode leader = awaitLeader();
        CompletableFuture<Membership> one = leader.group().admin().change(new Add(four.member()));
        CompletableFuture<Membership> two =
                someFollower().group().admin().change(new Add(four.member()));
        assertEquals(await(one), await(two));
        long last = leader.lastIndex();
        assertEquals(await(one), change(leader, new Add(four.member())));
        assertTrue(leader.lastIndex() <= last + 1, "the second wish wrote configurations");
    }

    /** A newcomer gets a snapshot first, and its vote when it has caught up. */
    @Test
    void s32AddOneThatNeedsASnapshot() {
        nodes(3, SMALL_SNAPSHOTS);
        putNow(awaitLeader(), "k", "v");
        fill(awaitLeader(), 60);
        runTimeouts(1);
        SimNode four = addVoter();
        awaitConverged();
        assertTrue(four.firstIndex() > 1, "the log was still there");
        assertEquals("v", getNow(four, "k"));
    }

    @Test
    void s32OneBecomesThree() {
        nodes(1);
        putNow(awaitLeader(), "k", "v");
        addVoter();
        addVoter();
        assertEquals(3, cluster.membership().voters().size());
        awaitConverged();
        crash(cluster.node(1));
        assertEquals("v", getNow(awaitLeader(), "k"));
    }

    /** A node that never answers is given up, and leaves no trace. */
    @Test
    void s32AddingAGhostIsGivenUp() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode ghost = cluster.addNode();
        CompletableFuture<Membership> future =
                leader.group().admin().change(new Add(ghost.member()));
        assertTrue(cluster.runUntil(future::isDone, T.multipliedBy(60)), "it is waited for");
        Throwable failure = future.handle((done, e) -> e).join();
        assertInstanceOf(MembershipRefused.class, failure);
        runTimeouts(2);
        assertEquals(
                voters(cluster.node(1), cluster.node(2), cluster.node(3)), cluster.membership());
        putNow(awaitLeader(), "k", "v");
        addVoter();
    }

    @Test
    void s33RemoveLeader() {
        nodes(3);
        SimNode old = awaitLeader();
        Workload workload = load(WorkloadOptions.DEFAULT);
        runTimeouts(1);
        change(old, new Remove(old.id()));
        boolean handedOver =
                cluster.runUntil(
                        () -> cluster.leader().filter(node -> node != old).isPresent(),
                        T.multipliedBy(3));
        assertTrue(handedOver, () -> old + " still leads");
        runTimeouts(5);
        assertNotEquals(Role.LEADER, old.role());
        judge(workload);
        assertEquals(2, cluster.membership().voters().size());
        assertFalse(cluster.membership().isVoter(old.id()));
    }

    /** Removing the leader hands over, so that hardly any time is lost. */
    @Test
    void s33TheNextLeaderComesWithoutATimeout() {
        nodes(5);
        SimNode old = awaitLeader();
        awaitConverged();
        change(old, new Remove(old.id()));
        long began = cluster.simulation().nowNanos();
        cluster.runUntil(
                () -> cluster.leader().filter(node -> node != old).isPresent(), T.multipliedBy(3));
        long nanos = cluster.simulation().nowNanos() - began;
        assertTrue(nanos < T.toNanos() / 2, "it took " + nanos + " ns");
    }

    @Test
    void s34ReplaceMajorityJoint() {
        nodes(3, SMALL_SNAPSHOTS);
        SimNode leader = awaitLeader();
        putNow(leader, "k", "v");
        Workload workload = load(WorkloadOptions.DEFAULT);
        SimNode four = newcomer();
        SimNode five = newcomer();
        SimNode stays = someFollower();
        Membership target = voters(stays, four, five);
        assertEquals(target, change(leader, new Become(target)));
        runTimeouts(5);
        for (SimNode node : cluster.nodes()) {
            if (!target.isVoter(node.id())) {
                crash(node);
            }
        }
        judge(workload);
        assertEquals("v", getNow(awaitLeader(), "k"));
    }

    /** All three at once. */
    @Test
    void s34ReplaceEverybody() {
        nodes(3);
        putNow(awaitLeader(), "k", "v");
        Membership target = voters(newcomer(), newcomer(), newcomer());
        assertEquals(target, change(someFollower(), new Become(target)));
        boolean over =
                cluster.runUntil(
                        () ->
                                cluster.leader()
                                        .filter(node -> target.isVoter(node.id()))
                                        .isPresent(),
                        T.multipliedBy(5));
        assertTrue(over, "the new nodes have no leader");
        crash(cluster.node(1), cluster.node(2), cluster.node(3));
        assertEquals("v", getNow(awaitLeader(), "k"));
        awaitConverged();
    }

    /** What a leader without a majority appends is taken back, its configuration included. */
    @Test
    void s35ChangeUnderPartition() {
        nodes(5);
        SimNode old = awaitLeader();
        SimNode friend = someOther(old);
        SimNode six = newcomer();
        change(old, new AddLearner(six.member()));
        awaitConverged();
        network.partition(List.of(old.id(), friend.id(), six.id()));
        CompletableFuture<Membership> lost = old.group().admin().change(new Promote(six.id()));
        run(T.dividedBy(5));
        Membership inLog = old.membership();
        SimNode third = someOther(old, friend);
        boolean elected =
                cluster.runUntil(
                        () -> cluster.leader().filter(node -> node != old).isPresent(),
                        T.multipliedBy(10));
        assertTrue(elected, "the majority has no leader");
        change(cluster.leader().orElseThrow(), new Remove(friend.id()));
        network.mendAll();
        awaitConverged();
        assertTrue(cluster.runUntil(lost::isDone, T.multipliedBy(60)), "the wish has no outcome");
        runTimeouts(2);
        awaitConverged();
        assertEquals(cluster.membership(), old.membership(), () -> "it goes by " + inLog);
        assertFalse(cluster.membership().isVoter(friend.id()));
        assertTrue(cluster.membership().isVoter(third.id()));
    }

    /** A minority cannot be changed into a majority: the change is refused, nothing happens. */
    @Test
    void s35AChangeThatWouldLoseTheQuorumIsRefused() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode four = addVoter();
        SimNode gone = someOther(leader, four);
        crash(gone);
        runTimeouts(3);
        Membership before = cluster.membership();
        CompletableFuture<Membership> future =
                leader.group().admin().change(new Become(voters(leader, gone)));
        assertInstanceOf(MembershipRefused.class, failureOf(future));
        assertEquals(before, cluster.membership());
        putNow(awaitLeader(), "k", "v");
    }

    /** Z39: the next leader ends what it finds. */
    @Test
    void s36LeaderLostInJoint() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode four = newcomer();
        SimNode five = newcomer();
        SimNode stays = someFollower();
        Membership target = voters(stays, four, five);
        CompletableFuture<Membership> asked =
                someFollower().group().admin().change(new Become(target));
        boolean joint = cluster.runUntil(() -> leader.membership().isJoint(), T.multipliedBy(10));
        assertTrue(joint, "it never was joint");
        boolean spread =
                cluster.runUntil(
                        () ->
                                cluster.nodes().stream()
                                        .filter(node -> node != leader)
                                        .anyMatch(node -> node.membership().isJoint()),
                        T);
        assertTrue(spread, "nobody has heard of it");
        crash(leader);
        boolean ended =
                cluster.runUntil(
                        () -> {
                            Membership now = cluster.membership();
                            return !now.isJoint() && (now.equals(target) || leader.isUp());
                        },
                        T.multipliedBy(20));
        assertTrue(ended, () -> "it stays " + cluster.membership());
        start(leader);
        awaitConverged();
        assertTrue(cluster.runUntil(asked::isDone, T.multipliedBy(20)));
    }

    @Test
    void s37LearnerPromoteDemote() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode four = newcomer();
        change(leader, new AddLearner(four.member()));
        awaitConverged();
        assertEquals(Role.LEARNER, four.role());
        putNow(four, "k", "v");
        assertEquals("v", getNow(four, "k"));
        SimNode friend = someOther(leader, four);
        SimNode other = someOther(leader, four, friend);
        crash(friend, other);
        CompletableFuture<?> stuck = put(leader, "k", "w");
        runTimeouts(3);
        assertFalse(stuck.isDone() && !stuck.isCompletedExceptionally(), "a learner was counted");
        start(friend, other);
        awaitConverged();
        change(awaitLeader(), new Promote(four.id()));
        assertTrue(cluster.membership().isVoter(four.id()));
        List<Member> three =
                cluster.memberNodes().stream()
                        .filter(node -> node != other)
                        .map(SimNode::member)
                        .toList();
        change(awaitLeader(), new Become(Membership.of(three, List.of(), List.of(other.member()))));
        awaitConverged();
        assertEquals(Role.LEARNER, other.role());
        handOver(four);
    }

    /** Z42: it was away when it was removed. */
    @Test
    void s38RemovedNodeReturns() {
        nodes(4);
        SimNode leader = awaitLeader();
        SimNode out = someFollower();
        network.isolate(out.id());
        runTimeouts(1);
        change(leader, new Remove(out.id()));
        runTimeouts(5);
        long term = leader.term();
        network.mendAll();
        runTimeouts(20);
        assertEquals(leader, cluster.leader().orElseThrow(), "it disturbed the leader");
        assertEquals(term, leader.term(), "it raised the term");
        assertTrue(
                out.isStopped() || out.role() == Role.FOLLOWER,
                () -> "it stands for " + out.role());
        out.restart();
        runTimeouts(20);
        assertEquals(term, leader.term(), "it raised the term after a restart");
        putNow(leader, "k", "v");
        change(leader, new Add(out.member()));
        awaitConverged();
        assertEquals("v", getNow(out, "k"));
    }

    /** Two leave at once; the rest decides without them. */
    @Test
    void fiveBecomeThree() {
        nodes(5);
        SimNode leader = awaitLeader();
        SimNode one = someOther(leader);
        SimNode two = someOther(leader, one);
        SimNode four = someOther(leader, one, two);
        SimNode five = someOther(leader, one, two, four);
        change(leader, new Become(voters(leader, one, two)));
        crash(four, five, one);
        putNow(leader, "k", "v");
        start(one);
        awaitConverged();
    }

    /** A voter moves to another address without a joint step. */
    @Test
    void anAddressChanges() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode moved = someFollower();
        Member there = new Member(moved.id(), "elsewhere:7000");
        Membership now = change(leader, new Add(there));
        assertEquals(there, now.voters().get(moved.id()));
        awaitConverged();
    }

    /** No second change while one is under way: it is told so, or waits its turn. */
    @Test
    void twoChangesAtOnceBothEndWell() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode four = newcomer();
        SimNode five = newcomer();
        MembershipChange one = new Add(four.member());
        MembershipChange two = new Add(five.member());
        CompletableFuture<Membership> first = leader.group().admin().change(one);
        CompletableFuture<Membership> second = someFollower().group().admin().change(two);
        assertTrue(cluster.runUntil(() -> first.isDone() && second.isDone(), T.multipliedBy(40)));
        assertFalse(first.isCompletedExceptionally());
        if (second.isCompletedExceptionally()) {
            change(leader, two);
        }
        awaitConverged();
        assertEquals(5, cluster.membership().voters().size());
    }
}
