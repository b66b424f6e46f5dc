package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.SignOfLife;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Groups that rest, and what wakes them (S53). */
class RestStoriesTest extends Story {
    private static final RaftConfig DROWSY =
            RaftConfig.builder().hibernateAfter(Duration.ofSeconds(2)).build();

    /** One message of each host to each other one that shares a resting group, and a bit. */
    private static final long SIGNS_PER_INTERVAL = 4;

    private SimNode leader;

    /** A cluster with one entry, whose nodes all rest. */
    private void asleep(int count) {
        nodes(count, DROWSY);
        leader = awaitLeader();
        putNow(leader, "k", "v");
        fallAsleep();
    }

    private void fallAsleep() {
        assertTrue(
                cluster.runUntil(this::allRest, T.multipliedBy(8)),
                "somebody does not fall asleep");
        leader = cluster.leader().orElseThrow();
    }

    private boolean allRest() {
        return cluster.memberNodes().stream().allMatch(RestStoriesTest::rests);
    }

    private static boolean rests(SimNode node) {
        return node.status() != null && node.status().resting();
    }

    private SimNode follower() {
        return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    }

    private static boolean agrees(Message message) {
        return message instanceof HeartbeatResponse response && response.rest();
    }

    private SimNode newLeader(SimNode old) {
        assertTrue(
                cluster.runUntil(
                        () -> cluster.leader().map(node -> node != old).orElse(false),
                        T.multipliedBy(6)),
                "nobody took over");
        return cluster.leader().orElseThrow();
    }

    @Test
    void aGroupAtRestSendsNothingButSignsOfItsHosts() {
        asleep(3);
        long term = leader.term();
        MessageRule others = network.drop((from, to, message) -> !(message instanceof SignOfLife));
        long before = network.sentCount();
        run(Duration.ofMinutes(10));
        long intervals = Duration.ofMinutes(10).dividedBy(DROWSY.heartbeatInterval());
        assertEquals(0, others.matchedCount(), "messages of the group itself");
        assertTrue(network.sentCount() - before <= intervals * SIGNS_PER_INTERVAL + 4);
        assertTrue(allRest());
        assertEquals(term, leader.term());
    }

    @Test
    void aWriteOnAnyNodeWakesIt() {
        for (int i = 1; i <= 3; i++) {
            asleep(3);
            long term = leader.term();
            putNow(cluster.node(i), "k", "w" + i);
            assertEquals("w" + i, getNow(cluster.node(1), "k"));
            assertEquals(term, leader.term());
            fallAsleep();
        }
    }

    @Test
    void aReadOnAnyNodeWakesIt() {
        for (ReadMode mode : new ReadMode[] {ReadMode.INDEX, ReadMode.LEASE}) {
            for (int i = 1; i <= 3; i++) {
                asleep(3);
                assertEquals("v", await(get(cluster.node(i), mode, "k")));
                assertEquals(Role.LEADER, leader.role());
                fallAsleep();
            }
        }
    }

    /** Z22: no lease outlives the last round by more than it would without rest. */
    @Test
    void aLeaderThatRestedAnswersNothingWithoutAQuorum() {
        asleep(3);
        runTimeouts(1);
        SimNode old = leader;
        assertTrue(old.status().leaseEndNanos() <= old.localNanos(), "its lease is over");
        network.isolate(old.id());
        SimNode next = newLeader(old);
        putNow(next, "k", "new");
        CompletableFuture<String> lease = get(old, ReadMode.LEASE, "k");
        CompletableFuture<String> index = get(old, ReadMode.INDEX, "k");
        runTimeouts(2);
        assertFalse(lease.isDone() || index.isDone(), "it leads nobody");
        network.mendAll();
        assertEquals("new", await(lease));
        assertEquals("new", await(index));
    }

    /** A leader that nobody asks anything notices by itself that it is alone. */
    @Test
    void aLeaderThatIsCutOffAtRestStepsDown() {
        asleep(3);
        SimNode old = leader;
        network.isolate(old.id());
        assertTrue(cluster.runUntil(() -> old.role() != Role.LEADER, T.multipliedBy(4)));
        newLeader(old);
        network.mendAll();
        fallAsleep();
    }

    @Test
    void theLeadersHostDies() {
        asleep(5);
        SimNode old = leader;
        long before = network.sentCount();
        crash(old);
        SimNode next = newLeader(old);
        assertTrue(network.sentCount() - before < 400, "it took " + network.sentCount());
        putNow(next, "k", "new");
        old.start();
        fallAsleep();
    }

    @Test
    void theLeadersHostRestartsBeforeAnybodyMissesIt() {
        asleep(3);
        SimNode old = leader;
        old.restart();
        assertTrue(cluster.runUntil(() -> !rests(follower()), T.multipliedBy(3)));
        SimNode next = awaitLeader();
        assertEquals("v", getNow(next, "k"));
        fallAsleep();
    }

    @Test
    void aFollowersHostRestartsAndFindsTheLeader() {
        asleep(3);
        long term = leader.term();
        SimNode follower = follower();
        follower.restart();
        assertTrue(
                cluster.runUntil(
                        () -> follower.group().status().leader().isPresent(), T.multipliedBy(3)));
        fallAsleep();
        assertEquals(term, leader.term(), "nobody was voted for");
    }

    @Test
    void allHostsRestart() {
        asleep(3);
        cluster.crashAll();
        cluster.startAll();
        assertEquals("v", getNow(awaitLeader(), "k"));
        fallAsleep();
    }

    @Test
    void aFrozenLeaderComesBackToAnotherOne() {
        asleep(3);
        SimNode old = leader;
        old.pause();
        SimNode next = newLeader(old);
        putNow(next, "k", "new");
        old.resume();
        assertEquals("new", await(get(old, ReadMode.LEASE, "k")));
        fallAsleep();
    }

    /** Whoever rests too early is woken by the next round. */
    @Test
    void whereOneDoesNotAgreeNobodyRestsForLong() {
        nodes(3, DROWSY);
        leader = awaitLeader();
        putNow(leader, "k", "v");
        long term = leader.term();
        SimNode deaf = follower();
        MessageRule rule =
                network.drop((from, to, message) -> from.equals(deaf.id()) && agrees(message));
        runTimeouts(10);
        assertTrue(rule.matchedCount() >= 2, "it agreed again and again");
        assertFalse(rests(leader));
        rule.close();
        fallAsleep();
        assertEquals(term, leader.term(), "nobody stood for election");
    }

    @Test
    void requestsToRestThatComeLateAndTwiceWakeAndBindNobody() {
        nodes(3, DROWSY);
        leader = awaitLeader();
        putNow(leader, "k", "v");
        long term = leader.term();
        MessageRule asked =
                network.hold(
                        (from, to, message) -> message instanceof Heartbeat beat && beat.rest());
        assertTrue(cluster.runUntil(() -> asked.held().size() >= 2, T.multipliedBy(4)));
        run(DROWSY.heartbeatInterval().multipliedBy(3));
        for (InFlight each : asked.held()) {
            asked.deliverCopy(each);
            asked.deliver(each);
        }
        run(Duration.ofMillis(20));
        assertFalse(cluster.nodes().stream().anyMatch(RestStoriesTest::rests), "too late");
        asked.close();
        fallAsleep();
        putNow(follower(), "k", "w");
        assertEquals(term, leader.term());
    }

    /** The hosts hear each other, but one copy does not rest as the other believes. */
    @Test
    void aFollowerThatRestsAloneIsRoused() {
        nodes(3, DROWSY);
        leader = awaitLeader();
        putNow(leader, "k", "v");
        SimNode alone = follower();
        MessageRule agreed = network.hold((from, to, message) -> agrees(message));
        assertTrue(cluster.runUntil(() -> rests(alone), T.multipliedBy(4)));
        MessageRule later =
                network.drop(MessageFilter.of(Heartbeat.class).and(MessageFilter.to(alone.id())));
        assertTrue(cluster.runUntil(() -> !rests(alone), T.multipliedBy(3)), "nobody vouches");
        later.close();
        agreed.close();
        fallAsleep();
    }

    @Test
    void signsThatAreLostRouseAndSignsThatComeAgainLetRest() {
        asleep(3);
        long term = leader.term();
        MessageRule lost = network.drop(MessageFilter.of(SignOfLife.class));
        assertTrue(
                cluster.runUntil(
                        () -> cluster.nodes().stream().noneMatch(RestStoriesTest::rests),
                        T.multipliedBy(3)));
        assertTrue(cluster.isConverged());
        lost.close();
        fallAsleep();
        assertEquals(term, leader.term());
    }

    @Test
    void membersChangeInAGroupThatRests() {
        asleep(3);
        SimNode n4 = newcomer();
        change(follower(), new MembershipChange.Add(n4.member()));
        fallAsleep();
        assertTrue(rests(n4));
        change(leader, new MembershipChange.Remove(follower().id()));
        fallAsleep();
        assertEquals(3, cluster.memberNodes().size());
    }

    @Test
    void leadershipIsHandedOverInAGroupThatRests() {
        asleep(3);
        SimNode next = follower();
        next.group().admin().transferLeadership(next.id());
        assertTrue(cluster.runUntil(() -> next.role() == Role.LEADER, T.multipliedBy(2)));
        fallAsleep();
        assertEquals(next, leader);
    }

    @Test
    void alone() {
        asleep(1);
        long before = network.sentCount();
        run(Duration.ofMinutes(1));
        assertEquals(before, network.sentCount());
        putNow(leader, "k", "w");
        assertEquals("w", await(get(leader, ReadMode.LEASE, "k")));
        fallAsleep();
    }

    @Test
    void whoNeverRestsKeepsAllAwake() {
        nodes(3, DROWSY);
        SimNode wakeful = cluster.node(1);
        wakeful.crash();
        wakeful.config(RaftConfig.builder().hibernateAfter(Duration.ZERO).build());
        wakeful.start();
        putNow(awaitLeader(), "k", "v");
        runTimeouts(10);
        assertFalse(rests(wakeful));
        assertFalse(rests(cluster.leader().orElseThrow()));
    }
}
