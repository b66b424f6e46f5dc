package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.impl.core.Message.TransferRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What time allows a leader: check-quorum (Z7), leases (thesis §6.4.1, Z22), and leadership
 * transfer with what it does to them (thesis §3.10, Z25). T is 1000 ms and the drift bound 10 %;
 * the leader takes over at 1500 ms, in term 1, and sends its first round then.
 */
class LeaseTest {
    private static final long NONE = Long.MIN_VALUE / MS;

    // Check-quorum

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nobody,              n1 n2 n3,                    '',       FOLLOWER",
        "one of two others,   n1 n2 n3,                    n2,       LEADER",
        "one of four others,  n1 n2 n3 n4 n5,              n2,       FOLLOWER",
        "two of four others,  n1 n2 n3 n4 n5,              n2 n5,    LEADER",
        "a learner (Z41),     n1 n2; learners n3,          n3,       FOLLOWER",
        "one half of joint,   n1 n2 n3; outgoing n1 n4 n5, n2 n3,    FOLLOWER",
        "both halves,         n1 n2 n3; outgoing n1 n4 n5, n2 n4,    LEADER",
        "itself alone,        n1,                          '',       LEADER"
    })
    void z7_aLeaderThatHearsNoQuorumForTStepsDown(
            String why, String membership, String heard, Role role) {
        TestNode n1 = joint(membership);
        n1.after(1);
        for (String peer : heard.isEmpty() ? new String[0] : heard.split(" ")) {
            n1.get(peer, new HeartbeatResponse(1, 1, 2));
        }

        n1.at(2499).tick();
        assertEquals(Role.LEADER, n1.role());
        n1.at(2500).tick();

        assertEquals(role, n1.role(), why);
        assertEquals(1, n1.core.currentTerm());
    }

    @Test
    void z7_theDeadlineNamesTheMomentOfSteppingDown() {
        RaftConfig rare = RaftConfig.builder().heartbeatInterval(Duration.ofMillis(300)).build();
        TestNode n1 = leader(rare, "n1", "n1 n2 n3").ignore();
        long ticks = 0;
        while (n1.role() == Role.LEADER) {
            n1.after(n1.deadlineMillis()).tick().ignore();
            ticks++;
        }
        assertEquals(2500, n1.nowMillis());
        assertEquals(4, ticks);
    }

    // The lease

    @Test
    void section6_4_1_theLeaseRunsFromTheSendingOfTheConfirmedRound() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        assertEquals(NONE, lease(n1));

        n1.after(50).get("n2", new HeartbeatResponse(1, 1, 2));

        assertEquals(1500 + 900, lease(n1)); // T less 10 %, whenever the answer came.
    }

    @Test
    void section6_4_1_aLaterRoundRenewsItAndAnOlderOneTakesNothingBack() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.after(100).tick().ignore(); // Round 2, at 1600.
        n1.after(100).tick().ignore(); // Round 3, at 1700.

        n1.get("n2", new HeartbeatResponse(1, 2, 2));
        assertEquals(1600 + 900, lease(n1));
        n1.get("n3", new HeartbeatResponse(1, 3, 2)).get("n2", new HeartbeatResponse(1, 1, 2));
        assertEquals(1700 + 900, lease(n1));
    }

    @Test
    void z12_noLeaseBeforeTheFirstOwnCommit() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1).ignore().persist();
        n1.get("n2", new HeartbeatResponse(2, 1, 3));
        assertEquals(NONE, lease(n1));

        n1.get("n2", accepted(2, 3));
        assertEquals(1500 + 900, lease(n1));
    }

    @Test
    void z41_learnersRenewNoLease() {
        TestNode n1 = leader("n1", "n1 n2 n3; learners n4 n5").established();

        n1.get("n4", new HeartbeatResponse(1, 1, 2)).get("n5", new HeartbeatResponse(1, 1, 2));

        assertEquals(NONE, lease(n1));
    }

    @Test
    void z25_steppingDownEndsTheLease() {
        TestNode n1 = leased();

        n1.get("n2", new Heartbeat(2, 1, 0));

        assertEquals(NONE, lease(n1));
    }

    @Test
    void z22_theLeaseEndsBeforeAnybodyVotesForAnother() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3").elect("n1").heartbeat("n1");
        long lease = lease(cluster.node("n1"));
        TestNode n2 = cluster.node("n2").ignore();

        while (n2.nowMillis() < lease) {
            cluster.after(1);
            n2.tick();
            assertEquals("", n2.out());
            n2.get("n3", Script.requestVote(9, 9, 9));
            assertEquals("", n2.out());
        }
    }

    // Transfer

    @Test
    void section3_10_aTargetThatIsUpToDateIsAskedToStandAtOnce() {
        TestNode n1 = leased();

        n1.transfer("n2");

        assertEquals("to n2: TimeoutNow term 1 round 1\n", n1.out());
        assertEquals(id("n2"), n1.core.status().transferTarget());
        assertEquals(NONE, lease(n1), "Z25: void at once");
    }

    @Test
    void section3_10_aTargetThatLagsIsCaughtUpFirst() {
        TestNode n1 = leased();
        n1.propose(1, "a").ignore().persist();

        n1.transfer("n2").propose(2, "b");
        assertEquals("refused 2 here: TRANSFERRING\n", n1.out());
        assertEquals(NONE, lease(n1));
        n1.get("n3", accepted(1, 3)).ignore();
        n1.get("n2", accepted(1, 3));
        assertEquals("to n2: TimeoutNow term 1 round 1\n", n1.out());
    }

    @Test
    void section3_10_theWholeStory() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3").elect("n1");

        cluster.node("n3").transfer("n2"); // Asked of a follower, which passes it on.
        cluster.settle().heartbeat("n2");

        assertEquals(List.of("n2"), cluster.leaders());
        for (TestNode node : cluster.nodes.values()) {
            assertEquals(2, node.core.currentTerm());
            assertEquals("[1@0 membership 2@1 noop 3@2 noop]", node.entries());
            assertEquals(3, node.core.commitIndex());
        }
    }

    @Test
    void section3_10_aFollowerPassesTheWishOn() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", new Heartbeat(1, 1, 0)).ignore();

        n2.transfer("n3");

        assertEquals("to n1: TransferRequest term 1 to n3\n", n2.out());
        TestNode n1 = leased().get("n2", new TransferRequest(1, id("n3")));
        assertEquals("to n3: TimeoutNow term 1 round 1\n", n1.out());
    }

    @ParameterizedTest(name = "to {0}")
    @CsvSource({"n1, itself", "n4, a learner", "n9, a stranger"})
    void section3_10_onlyAnotherVoterCanTakeOver(String target, String why) {
        TestNode n1 = leader("n1", "n1 n2 n3; learners n4").established();

        n1.transfer(target).propose(1, "a");

        assertNull(n1.core.status().transferTarget(), why);
        assertEquals(3, n1.core.status().lastIndex());
    }

    @Test
    void section3_10_theTargetStandsWithoutPreVoteAndSaysWhy() {
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(1000);
        n2.get("n1", new Heartbeat(1, 3, 0)).ignore();

        n2.get("n1", new TimeoutNow(1, 3));

        assertEquals(
                """
                write 1: term 2 vote n2
                to n1: RequestVote term 2 last 2@1 transfer after write 1
                to n3: RequestVote term 2 last 2@1 transfer after write 1
                """,
                n2.out());
    }

    @Test
    void z25_timeoutNowIsSentAgainWithEachRound() {
        TestNode n1 = leased().transfer("n2").ignore();

        n1.after(100).tick();

        assertEquals(
                """
                to n2: Heartbeat term 1 round 2 commit 2
                to n3: Heartbeat term 1 round 2 commit 2
                to n2: TimeoutNow term 1 round 2
                """,
                n1.out());
    }

    @ParameterizedTest(name = "answered round {0}: stands {1}")
    @CsvSource({"2, true", "3, true", "4, false"})
    void z25_aTargetThatAnsweredALaterRoundDropsTimeoutNow(long answered, boolean stands) {
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(1000);
        n2.get("n1", new Heartbeat(1, answered, 0)).ignore();

        n2.get("n1", new TimeoutNow(1, 3));

        assertEquals(stands ? Role.CANDIDATE : Role.FOLLOWER, n2.role());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "not from its leader, n1 n2 n3,              n3, 1",
        "of an older term,    n1 n2 n3,              n1, 0",
        "to a learner,        n1 n3; learners n2,    n1, 1"
    })
    void section3_10_otherTimeoutNowsAreDropped(
            String why, String membership, String from, long term) {
        TestNode n2 = node("n2", membership, 1).after(1000);
        n2.get("n1", new Heartbeat(1, 1, 0)).ignore();

        n2.get(from, new TimeoutNow(term, 1));

        assertEquals("", n2.out(), why);
        assertEquals(1, n2.core.currentTerm());
    }

    /** What it answered before its start, a node does not know: it may be about to break it. */
    @Test
    void bugANodeThatJustStartedDropsTimeoutNow() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", new Heartbeat(1, 1, 0)).ignore();

        n2.after(999).get("n1", new TimeoutNow(1, 1));
        assertEquals("", n2.out(), "Z23");
        n2.after(1).get("n1", new TimeoutNow(1, 1));
        assertEquals(Role.CANDIDATE, n2.role());
    }

    /** The rounds that a node had answered were once forgotten when it asked for pre-votes. */
    @Test
    void bugRoundsThatWereAnsweredAreRememberedForTheWholeTerm() {
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(1000);
        n2.get("n1", new Heartbeat(1, 7, 0)).ignore();
        n2.after(TestNode.LATER).tick().ignore();
        assertEquals(Role.PRE_CANDIDATE, n2.role());
        n2.get("n1", new AppendEntries(1, 2, 1, 0, List.of())).ignore();

        n2.get("n1", new TimeoutNow(1, 5)); // Of a transfer aborted before round 7.

        assertEquals("", n2.out());
        assertEquals(Role.FOLLOWER, n2.role());
    }

    @Test
    void z25_anUnfinishedTransferIsAbortedAfterT() {
        TestNode n1 = leased().transfer("n2").ignore();
        keepAlive(n1, "n3", 999);
        n1.propose(1, "a");
        assertEquals("refused 1 here: TRANSFERRING\n", n1.ignoring("to "));

        keepAlive(n1, "n3", 1);
        n1.tick().ignore().propose(2, "b");

        assertNull(n1.core.status().transferTarget());
        assertEquals("write 3: [3@1 b]\n", n1.ignoring("to "));
    }

    @Test
    void z25_afterAnAbortTheLeaseComesBackOnceTheTargetAnsweredALaterRound() {
        TestNode n1 = leased().transfer("n2").ignore();
        keepAlive(n1, "n3", 1000);
        n1.tick().ignore();
        assertNull(n1.core.status().transferTarget());
        assertEquals(NONE, lease(n1), "the target may still stand for election");

        long atAbort = 10; // Rounds 2 to 10 began meanwhile, and 11 with the abort.
        n1.get("n2", new HeartbeatResponse(1, atAbort, 2));
        assertEquals(NONE, lease(n1));
        n1.get("n3", new HeartbeatResponse(1, atAbort + 1, 2));
        assertEquals(NONE, lease(n1), "another voter's answer is no proof");
        n1.get("n2", new HeartbeatResponse(1, atAbort + 1, 2));
        assertEquals(n1.nowMillis() + 900, lease(n1));
    }

    @Test
    void z25_aTransferThatNeverAskedItsTargetLeavesTheLease() {
        TestNode n1 = leased();
        n1.propose(1, "a").ignore().persist();
        n1.transfer("n2"); // It lacks an entry: no TimeoutNow leaves.
        keepAlive(n1, "n3", 1000);
        n1.tick().ignore();

        assertNull(n1.core.status().transferTarget());
        assertEquals(2400 + 900, lease(n1)); // From the last round that n3 answered.
    }

    private static TestNode leased() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.get("n2", new HeartbeatResponse(1, 1, 2)).get("n3", new HeartbeatResponse(1, 1, 2));
        assertEquals(2400, lease(n1));
        return n1;
    }

    /** Time passes; one peer answers all rounds. */
    private static void keepAlive(TestNode n1, String peer, long millis) {
        long end = n1.nowMillis() + millis;
        while (n1.nowMillis() < end) {
            n1.after(Math.min(n1.deadlineMillis(), end - n1.nowMillis()));
            if (n1.nowMillis() < end) {
                n1.tick();
            }
            Ready ready = n1.take();
            for (Ready.Outbound each : ready.messages()) {
                if (each.to().equals(id(peer)) && each.message() instanceof Heartbeat heartbeat) {
                    n1.get(peer, new HeartbeatResponse(1, heartbeat.round(), 2));
                }
            }
        }
    }

    /** A leader of term 1, whatever its configuration, elected by everybody. */
    private static TestNode joint(String membership) {
        TestNode n1 = node("n1", membership).after(TestNode.LATER).tick().ignore();
        for (Message answer :
                new Message[] {Script.preVoteResponse(1, true), Script.vote(1, true)}) {
            n1.persist();
            for (var member : n1.core.membership().members()) {
                if (!member.id().equals(n1.id)) {
                    n1.get(member.id().value(), answer);
                }
            }
            n1.ignore();
        }
        assertEquals(Role.LEADER, n1.role());
        return n1;
    }

    private static long lease(TestNode node) {
        return node.core.status().leaseEndNanos() / MS;
    }
}
