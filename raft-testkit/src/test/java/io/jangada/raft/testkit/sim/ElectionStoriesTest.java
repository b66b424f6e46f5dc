package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.RequestVote;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scenarios S1 to S8. */
class ElectionStoriesTest extends Story {
    @Test
    void s1FirstLeader() {
        for (int size = 1; size <= 7; size++) {
            nodes(size);
            SimNode leader = awaitLeader();
            awaitConverged();
            assertEquals(1, leader.term(), "nobody stood for election in vain");
            assertEquals(leader, cluster.leader().orElseThrow());
        }
    }

    @Test
    void s2LeaderKilled() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        crash(old);
        SimNode leader = awaitLeader();
        assertNotEquals(old, leader);
        assertEquals("v", getNow(leader, "k"));
        start(old);
        awaitConverged();
        assertEquals("v", getNow(old, "k"));
    }

    /** Everybody has waited for as long as a promise can bind, so that nobody has to wait again. */
    @Test
    void nodesThatTookLongToOpenTheirStoresElectSoon() {
        nodes(3);
        putNow(awaitLeader(), "k", "v");
        SimNode[] all = cluster.nodes().toArray(SimNode[]::new);
        crash(all);
        run(T.multipliedBy(1000)); // What they draw lies between nothing and that.
        for (SimNode node : all) {
            node.openingMax(T.multipliedBy(1000));
        }
        start(all);
        assertTrue(
                cluster.runUntil(
                        () -> cluster.leader().isPresent(), T.multipliedBy(3).dividedBy(4)),
                "it took longer than a timeout less three quarters of T");
        assertEquals("v", getNow(awaitLeader(), "k"));
        awaitConverged();
    }

    @Test
    void s3EvenSplitVotes() {
        nodes(4);
        network.partition(List.of(cluster.node(1).id(), cluster.node(2).id()));
        runTimeouts(20);
        assertTrue(cluster.leader().isEmpty(), "two of four are no quorum");
        network.mendAll();
        awaitLeader();
        awaitConverged();
        assertEquals(1, cluster.node(1).term(), "a pre-vote that is lost costs no term");
    }

    @Test
    void s3CandidatesThatSplitTheVotesTryAgain() {
        nodes(4);
        MessageRule half =
                network.drop(
                        (from, to, message) ->
                                message instanceof RequestVote vote
                                        && !vote.preVote()
                                        && Math.abs(number(from) - number(to)) != 2);
        runTimeouts(20);
        assertTrue(cluster.leader().isEmpty(), "nobody can get more than two votes");
        half.close();
        awaitLeader();
        awaitConverged();
    }

    private int number(io.jangada.raft.api.NodeId id) {
        return cluster.node(id).number();
    }

    @Test
    void s4OneWayCutALeaderThatHearsNobodyStepsDown() {
        nodes(3);
        SimNode deaf = awaitLeader();
        for (SimNode other : cluster.nodes()) {
            if (other != deaf) {
                network.cut(other.id(), deaf.id());
            }
        }
        assertTrue(cluster.runUntil(() -> deaf.role() != Role.LEADER, T.multipliedBy(2)));
        SimNode next = awaitLeader();
        assertNotEquals(deaf, next);
        putNow(next, "k", "v");
        network.mendAll();
        awaitConverged();
        assertEquals("v", getNow(deaf, "k"));
    }

    @Test
    void s4OneWayCutAFollowerThatHearsNobodyDisturbsNobody() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode deaf = someFollower();
        for (SimNode other : cluster.nodes()) {
            if (other != deaf) {
                network.cut(other.id(), deaf.id());
            }
        }
        runTimeouts(20);
        assertEquals(leader, cluster.leader().orElseThrow());
        network.mendAll();
        awaitConverged();
        assertEquals(leader, cluster.leader().orElseThrow());
        assertEquals(1, leader.term());
    }

    @Test
    void s5BridgeNode() {
        nodes(5);
        awaitLeader();
        for (int left = 1; left <= 2; left++) {
            for (int right = 4; right <= 5; right++) {
                network.cutBoth(cluster.node(left).id(), cluster.node(right).id());
            }
        }
        runTimeouts(10);
        SimNode leader = awaitLeader();
        long term = leader.term();
        putNow(leader, "k", "v");
        runTimeouts(30);
        assertEquals(leader, cluster.leader().orElseThrow());
        assertEquals(term, leader.term(), "who sees only the bridge does not unseat the leader");
        network.mendAll();
        awaitConverged();
    }

    @Test
    void s6FlappingLink() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode follower = someFollower();
        for (int flap = 0; flap < 50; flap++) {
            network.cutBoth(leader.id(), follower.id());
            run(Duration.ofMillis(300 + 40 * flap));
            network.mendAll();
            run(Duration.ofMillis(150));
            assertEquals(leader, cluster.leader().orElseThrow());
        }
        assertEquals(1, leader.term());
        awaitConverged();
    }

    @Test
    void s7RejoinLongIsolated() {
        nodes(3);
        SimNode leader = awaitLeader();
        SimNode lonely = someFollower();
        network.isolate(lonely.id());
        runTimeouts(60);
        assertEquals(1, lonely.term(), "pre-votes without an answer raise no term");
        putNow(leader, "k", "v");
        network.mendAll();
        awaitConverged();
        assertEquals(leader, cluster.leader().orElseThrow());
        assertEquals(1, leader.term());
    }

    @Test
    void s8TwoOfFiveCutAndSwap() {
        nodes(5);
        SimNode first = awaitLeader();
        List<SimNode> others = cluster.nodes().stream().filter(node -> node != first).toList();
        network.partition(List.of(first.id(), others.get(0).id()));
        var lost = put(first, "k", "lost or late");
        assertTrue(cluster.runUntil(() -> first.role() != Role.LEADER, T.multipliedBy(2)));
        SimNode second = awaitLeader();
        putNow(second, "k", "second");
        network.mendAll();
        network.partition(List.of(others.get(1).id(), others.get(2).id()));
        runTimeouts(3);
        SimNode third = awaitLeader();
        assertFalse(List.of(others.get(1), others.get(2)).contains(third));
        putNow(third, "other", "third");
        network.mendAll();
        awaitConverged();
        cluster.runUntil(lost::isDone, T.multipliedBy(10));
        String now = getNow(first, "k");
        assertTrue(List.of("second", "lost or late").contains(now), now);
        assertEquals("third", getNow(second, "other"));
    }
}
