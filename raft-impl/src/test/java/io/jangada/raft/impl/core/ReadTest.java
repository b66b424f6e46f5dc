package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.TestNode.LATER;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import org.junit.jupiter.api.Test;

/** Linearizable reads without the log: thesis §6.4, rules Z12 and Z21. */
class ReadTest {
    // On the leader

    @Test
    void section6_4_aReadWaitsForARoundThatBeganAfterIt() {
        TestNode n1 = leader("n1", "n1 n2 n3").established(); // Round 1 is under way.

        n1.read(7);
        assertEquals(
                """
                to n2: Heartbeat term 1 round 2 commit 2
                to n3: Heartbeat term 1 round 2 commit 2
                """,
                n1.out());
        n1.get("n2", new HeartbeatResponse(1, 1, 2));
        assertEquals("", n1.out(), "an answer to an earlier round proves nothing");
        n1.after(3).get("n3", new HeartbeatResponse(1, 2, 2));
        assertEquals("read 7 at 2 asked 1500 ms\n", n1.out());
    }

    @Test
    void section6_4_allReadsThatWaitShareARoundAndRoundsFollowEachOther() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        n1.read(1).read(2).ignore();
        n1.read(3).read(4);
        assertEquals("", n1.out(), "the round under way began before them");
        n1.get("n2", new HeartbeatResponse(1, 2, 2));
        assertEquals(
                """
                to n2: Heartbeat term 1 round 3 commit 2
                to n3: Heartbeat term 1 round 3 commit 2
                read 1 at 2 asked 1500 ms
                read 2 at 2 asked 1500 ms
                """,
                n1.out());
        n1.get("n3", new HeartbeatResponse(1, 3, 2));
        assertEquals(
                """
                read 3 at 2 asked 1500 ms
                read 4 at 2 asked 1500 ms
                """,
                n1.out());
    }

    @Test
    void section6_4_aLostRoundIsMadeGoodByTheNextHeartbeat() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.read(1).ignore();

        n1.after(100).tick();
        assertEquals(
                """
                to n2: Heartbeat term 1 round 3 commit 2
                to n3: Heartbeat term 1 round 3 commit 2
                """,
                n1.out());
        n1.get("n2", new HeartbeatResponse(1, 3, 2));
        assertEquals("read 1 at 2 asked 1500 ms\n", n1.out());
    }

    @Test
    void section6_4_theReadIndexIsTheCommitIndexWhenTheRoundBegan() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore().persist();
        n1.read(1).ignore();

        n1.get("n2", accepted(1, 3)).get("n2", new HeartbeatResponse(1, 2, 3));

        assertEquals(
                """
                read 1 at 2 asked 1500 ms
                apply to 3
                """,
                n1.out());
    }

    @Test
    void z12_noReadBeforeTheFirstOwnCommit() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1).read(1).ignore().persist();
        n1.get("n2", new HeartbeatResponse(2, 1, 3));
        assertEquals("", n1.out());

        n1.get("n2", accepted(2, 3)); // The no-op is committed now.
        assertEquals(
                """
                to n2: Heartbeat term 2 round 2 commit 3
                to n3: Heartbeat term 2 round 2 commit 0
                apply to 3
                """,
                n1.out());
        n1.get("n2", new HeartbeatResponse(2, 2, 3));
        assertEquals("read 1 at 3 asked 1500 ms\n", n1.out());
    }

    @Test
    void aGroupOfOneReadsAtOnce() {
        TestNode n1 = leader("n1", "n1", 1).established().persist().ignore();

        n1.read(1);

        assertEquals("read 1 at 3 asked 1500 ms\n", n1.out());
    }

    @Test
    void z41_answersOfLearnersConfirmNothing() {
        TestNode n1 = leader("n1", "n1 n2 n3; learners n4 n5").established();
        n1.read(1).ignore();

        n1.get("n4", new HeartbeatResponse(1, 2, 2)).get("n5", new HeartbeatResponse(1, 2, 2));

        assertEquals("", n1.out());
    }

    @Test
    void aRoundThatNeverBeganCannotBeConfirmed() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.read(1).ignore();

        n1.get("n2", new HeartbeatResponse(1, 99, 2));

        assertEquals("", n1.out());
    }

    @Test
    void readsOfALeaderThatStepsDownAreRefused() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.read(1).ignore();
        n1.read(2);

        n1.get("n2", new Heartbeat(2, 1, 0));

        assertEquals(
                """
                write 3: term 2 vote none
                to n2: HeartbeatResponse term 2 round 1 last 2 after write 3
                refused 1 here: NO_LEADER
                refused 2 here: NO_LEADER
                """,
                n1.out());
    }

    @Test
    void readsBeyondTheBoundAreRefusedAtOnce() {
        RaftConfig config = RaftConfig.builder().pendingReadsMax(2).build();
        TestNode n1 = leader(config, "n1", "n1 n2 n3").established();

        n1.read(1).read(2).ignore();
        n1.read(3);
        assertEquals("refused 3 here: OVERLOADED\n", n1.out());
        n1.get("n2", new HeartbeatResponse(1, 2, 2)).ignore();
        n1.read(4);
        assertFalse(n1.out().contains("refused"));
    }

    // On a follower

    @Test
    void section6_4_aFollowerAsksTheLeaderOnceForAllThatWait() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2)).ignore();

        n2.read(1).read(2);
        Ready ready = n2.take();

        assertEquals("to n1: ReadIndexRequest term 1\n", Script.show(ready, 0));
        n2.after(5).get("n1", new ReadIndexResponse(1, batch(ready), 2));
        assertEquals(
                """
                read 1 at 2 asked 0 ms
                read 2 at 2 asked 0 ms
                """,
                n2.ignoring("apply"));
    }

    @Test
    void section6_4_theAnswerTellsWhatIsCommittedAsFarAsVerified() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 0)).read(1);
        long batch = batch(n2.take());

        n2.get("n1", new ReadIndexResponse(1, batch, 5));

        assertEquals(
                """
                read 1 at 5 asked 0 ms
                apply to 2
                """,
                n2.out());
    }

    @Test
    void section6_4_theLeaderAnswersAFollowerAfterARound() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        n1.get("n2", new ReadIndexRequest(1, 44));
        assertEquals(
                """
                to n2: Heartbeat term 1 round 2 commit 2
                to n3: Heartbeat term 1 round 2 commit 2
                """,
                n1.out());
        n1.get("n3", new HeartbeatResponse(1, 2, 2));
        assertEquals("to n2: ReadIndexResponse term 1 index 2\n", n1.out());
    }

    @Test
    void aLostRequestIsSentAgainAndAnsweredOnce() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2)).read(1);
        long batch = batch(n2.take());

        assertEquals(200, n2.deadlineMillis());
        n2.after(200).tick();
        Ready again = n2.take();
        assertEquals(batch, batch(again));
        n2.get("n1", new ReadIndexResponse(1, batch, 2));
        n2.get("n1", new ReadIndexResponse(1, batch, 2));
        assertEquals("read 1 at 2 asked 0 ms\n", n2.ignoring("apply"));
    }

    @Test
    void readsOfAFollowerAreRefusedWhenItsLeaderIsGone() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2)).read(1).ignore();

        n2.read(2).get("n3", append(2, 2, 1, 2));

        assertEquals(
                """
                write 1: term 2 vote none
                to n3: AppendEntriesResponse term 2 accepted 2 after write 1
                refused 2 here: NO_LEADER
                refused 1 here: NO_LEADER
                """,
                n2.out());
    }

    @Test
    void nobodyReadsWithoutALeader() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).read(1);
        assertEquals("refused 1 here: NO_LEADER\n", n1.out());

        n1.after(LATER).tick().ignore();
        n1.read(2);
        assertEquals("refused 2 here: NO_LEADER\n", n1.out());
    }

    @Test
    void readsOfAFollowerAreBoundedToo() {
        RaftConfig config = RaftConfig.builder().pendingReadsMax(1).build();
        TestNode n2 = node(config, "n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2)).ignore();

        n2.read(1).read(2);

        assertEquals(
                """
                to n1: ReadIndexRequest term 1
                refused 2 here: OVERLOADED
                """,
                n2.out());
    }

    @Test
    void anAnswerOfAnEarlierTermLetsNothingRun() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2)).read(1);
        long batch = batch(n2.take());
        n2.get("n3", append(2, 2, 1, 2)).ignore();

        n2.read(2).ignore();
        n2.get("n1", new ReadIndexResponse(1, batch, 2));

        assertEquals("", n2.out());
    }

    /**
     * Requests were once numbered from 1 in each life: an answer to an earlier life let a read run
     * at an index from before it was asked.
     */
    @Test
    void bugAnAnswerToAnEarlierLifeLetsNoReadRun() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2)).read(1);
        long batch = batch(n2.take());
        TestNode again = n2.restarted(0, 8);
        again.get("n1", append(1, 2, 1, 2)).read(2).ignore();

        again.get("n1", new ReadIndexResponse(1, batch, 2)); // Meant for the earlier life.

        assertEquals("", again.out());
    }

    /**
     * A late heartbeat of an earlier leadership was once answered with its round under the present
     * term, and the same node, leading again, took that for an answer to its own round.
     */
    @Test
    void bugAnAnswerToAnEarlierLeadershipConfirmsNoRound() {
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(LATER);
        n2.get("n1", Script.requestVote(3, 2, 1)).ignore().persist();
        n2.get("n1", new Heartbeat(1, 2, 0)); // Delayed since term 1.
        Ready ready = n2.take();
        assertEquals("to n1: HeartbeatResponse term 3 round 0 last 2\n", Script.show(ready, 9));
        TestNode n1 = leader("n1", "n1 n2 n3", 2).established();
        n1.read(1).ignore(); // Round 2 of term 3, which n2 never saw.

        n1.get("n2", ready.messages().get(0).message());

        assertEquals("", n1.out());
        assertTrue(n1.core.status().leaseEndNanos() < n1.nowNanos());
    }

    @Test
    void z22_theGrantSaysHowOldTheStateMayBe() {
        TestNode n1 = leader("n1", "n1 n2 n3").established().after(10).read(1).ignore().after(20);

        Ready ready = n1.get("n2", new HeartbeatResponse(1, 2, 2)).take();

        assertEquals(1510 * MS, ready.reads().get(0).askedNanos());
    }

    private static long batch(Ready ready) {
        return ((ReadIndexRequest) ready.messages().get(ready.messages().size() - 1).message())
                .requestId();
    }
}
