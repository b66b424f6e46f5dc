package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.preVote;
import static io.jangada.raft.impl.core.Script.requestVote;
import static io.jangada.raft.impl.core.TestNode.leader;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A log that was lost in part while the hard state was not: the rebuilding of Z33. */
class RebuildTest {
    private static final LogEntry[] ENTRIES = {
        configuration(1, 0, "n1 n2 n3"), noop(2, 1), noop(3, 1), noop(4, 1)
    };

    /** A node in term 1 that acknowledged entries and has none of them any more. */
    private static TestNode rebuilding() {
        FakeLog log = FakeLog.of(List.of(), new HardState(1, id("n1")));
        return new TestNode(id("n2"), RaftConfig.defaults(), log, null, true, 0, 0, 7)
                .after(TestNode.LATER);
    }

    private static long nonce(TestNode node) {
        node.get("n1", new Heartbeat(1, 1, 0));
        HeartbeatResponse response = (HeartbeatResponse) node.take().messages().get(0).message();
        assertTrue(response.rebuild() > 0);
        return response.rebuild();
    }

    @Test
    void z33_itNeitherVotesNorStands() {
        TestNode n2 = rebuilding();
        n2.get("n1", append(1, 0, 0, 4, ENTRIES)).ignore().persist().ignore();

        n2.after(60_000).tick();
        assertEquals("", n2.out());
        n2.get("n3", preVote(2, 9, 1)).get("n3", requestVote(2, 9, 1));

        assertEquals(
                """
                write 2: term 2 vote none
                to n3: PreVoteResponse term 1 refused
                to n3: RequestVoteResponse term 2 refused after write 2
                """,
                n2.out());
        assertTrue(n2.core.status().rebuilding());
    }

    @Test
    void z33_itIsWholeOnceItHasWhatTheLeaderHadWhenItForgot() {
        TestNode n2 = rebuilding();
        long nonce = nonce(n2);

        n2.get("n1", append(1, 0, 0, 4, ENTRIES)).ignore().persist().ignore();
        assertTrue(n2.core.status().rebuilding(), "the leader has not forgotten yet");
        n2.get("n1", new Heartbeat(1, 2, 0, nonce, 5)).ignore();
        assertTrue(n2.core.status().rebuilding(), "5 is missing");
        n2.get("n1", append(1, 4, 1, 4, noop(5, 1)));
        assertFalse(n2.out().contains("rebuilt"), "5 is not durable");
        n2.persist();

        assertEquals("rebuilt\n", n2.out().replace("apply to 5\n", ""));
        assertFalse(n2.core.status().rebuilding());
        n2.get("n1", new Heartbeat(1, 3, 5, nonce, 5));
        assertEquals("to n1: HeartbeatResponse term 1 round 3 last 5\n", n2.ignoring("apply"));
        n2.after(TestNode.LATER * 2).get("n3", preVote(2, 9, 1));
        assertEquals("to n3: PreVoteResponse term 2 granted\n", n2.out());
    }

    /** Seed 67818: the log is gone, the snapshot is not, and the leader has nothing newer. */
    @Test
    void z33_whatASnapshotHoldsIsMadeGoodToo() {
        SnapshotInfo snapshot = Script.snapshot(4, 1, 1, "n1 n2 n3");
        FakeLog log = FakeLog.of(List.of(), new HardState(1, id("n1")));
        TestNode n2 = new TestNode(id("n2"), RaftConfig.defaults(), log, snapshot, true, 0, 0, 7);
        n2.ignore().persist();
        n2.get("n1", new Heartbeat(1, 2, 0, nonce(n2), 4)).ignore();

        n2.get("n1", append(1, 3, 1, 4, noop(4, 1)));

        assertTrue(n2.out().contains("rebuilt"));
    }

    @Test
    void z33_whatWasSaidToAnEarlierLifeOrByAnEarlierLeaderDoesNotCount() {
        TestNode n2 = rebuilding();
        long nonce = nonce(n2);
        n2.get("n1", append(1, 0, 0, 4, ENTRIES)).ignore().persist();

        n2.get("n1", new Heartbeat(1, 2, 0, nonce + 2, 3)).ignore();
        assertTrue(n2.core.status().rebuilding());
        n2.get("n1", new Heartbeat(1, 2, 0, nonce, 9)).ignore();
        n2.get("n3", new Heartbeat(2, 1, 0)).get("n3", append(2, 4, 1, 4, noop(5, 2))).ignore();
        n2.persist().ignore();
        assertTrue(n2.core.status().rebuilding(), "the new leader has to say how far");
        n2.get("n3", new Heartbeat(2, 2, 0, nonce, 5)).ignore();
        assertFalse(n2.core.status().rebuilding());
    }

    /** A leader that does not know of the loss says what it believes to be there. */
    @Test
    void aCommitIndexOfEntriesThatAreGoneIsNotBelieved() {
        TestNode n2 = rebuilding();

        n2.get("n1", new Heartbeat(1, 7, 4)).ignore();

        assertEquals("FOLLOWER term 1 vote n1 leader n1 commit 0 last 0", n2.state());
    }

    // The leader

    private static HeartbeatResponse lost(long round, long nonce) {
        return new HeartbeatResponse(1, round, 0, 0, nonce);
    }

    @Test
    void z33_theLeaderForgetsOnceForEachLossAndCountsNothingBefore() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore().persist();

        n1.get("n2", lost(1, 77));
        assertEquals(0, match(n1));
        n1.after(100).tick();
        assertTrue(n1.out().contains("to n2: Heartbeat term 1 round 2 commit 0 rebuild to 3\n"));
        n1.get("n2", accepted(1, 3));
        assertEquals(2, n1.core.commitIndex(), "it does not count");
        n1.get("n2", lost(2, 77));
        assertEquals(2, match(n1), "not forgotten again, but asked for the last entry");
        n1.after(100).tick().ignore();
        n1.get("n2", accepted(1, 3)).get("n2", new HeartbeatResponse(1, 3, 3));
        n1.get("n2", accepted(1, 3)).propose(2, "b").ignore().persist();
        n1.get("n2", accepted(1, 4));
        assertEquals(4, n1.core.commitIndex(), "whole again");
    }

    @Test
    void z33_anAckFromBeforeTheLossDoesNotMisleadForEver() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore().persist();
        n1.get("n2", lost(1, 77)).ignore();

        n1.get("n2", accepted(1, 3)); // Sent before the loss.
        n1.propose(2, "b").ignore();
        n1.get("n2", Script.rejected(1, 3, 0, 1, 0));

        assertTrue(n1.out().contains("to n2: AppendEntries term 1 prev 0@0"));
    }

    /** In an idle group nothing else would show where the logs agree. */
    @Test
    void whatALateAckHidIsSentAgain() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.get("n2", lost(1, 77)).ignore();
        n1.get("n2", accepted(1, 2)); // Sent before the loss; the probe is lost on the way.
        n1.after(100).tick().ignore();

        n1.get("n2", lost(2, 77));

        assertTrue(n1.out().contains("to n2: AppendEntries term 1 prev 1@0 commit 2 [2@1 noop]"));
    }

    @Test
    void aLateAnswerOfTheLifeBeforeDoesNotEndTheRebuilding() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.after(100).tick().ignore();
        n1.after(100).tick().ignore();
        n1.get("n2", lost(3, 77)).ignore();

        n1.get("n2", new HeartbeatResponse(1, 2, 2)).get("n2", new HeartbeatResponse(1, 3, 2));
        n1.propose(1, "a").ignore().persist();
        n1.get("n2", accepted(1, 3));

        assertEquals(2, n1.core.commitIndex());
    }

    @Test
    void leadershipIsNotGivenToALogThatIsBeingRebuilt() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.get("n2", lost(1, 77)).get("n2", accepted(1, 2)).ignore();

        n1.transfer("n2");

        assertEquals(null, n1.core.status().transferTarget());
    }

    @Test
    void aClusterMakesALostLogGood() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3").elect("n1");
        TestNode n2 = cluster.node("n2");
        cluster.node("n1").propose(1, "a");
        cluster.settle().heartbeat("n1");
        n2 = new TestNode(n2.id, n2.config, n2.log.lost(), null, true, 0, n2.nowNanos(), 99);
        cluster.add(n2);

        cluster.heartbeat("n1").heartbeat("n1").heartbeat("n1");

        assertFalse(n2.core.status().rebuilding());
        assertEquals(cluster.node("n1").entries(), n2.entries());
        assertEquals(3, n2.core.commitIndex());
    }

    private static long match(TestNode leader) {
        return leader.core.progress().get(id("n2")).matchIndex();
    }
}
