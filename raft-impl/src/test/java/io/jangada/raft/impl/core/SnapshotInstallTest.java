package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.membership;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.rejected;
import static io.jangada.raft.impl.core.Script.snapshot;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots as the core decides about them: paper §7, rules Z14, Z16, Z34, Z35. */
class SnapshotInstallTest {
    private static final String GROUP = "n1 n2 n3";
    private static final SnapshotInfo AT_5 = snapshot(5, 1, 1, GROUP);

    private static InstallSnapshot offer(long term, SnapshotInfo info) {
        return new InstallSnapshot(term, info);
    }

    private static InstallSnapshotResponse answer(long term, long index, InstallStatus status) {
        return new InstallSnapshotResponse(term, index, 0, status);
    }

    /** Leads term 1; entries up to 6 are committed and applied, those up to 5 left the log. */
    private static TestNode compactedLeader() {
        TestNode n1 = leader("n1", GROUP);
        n1.propose(1, "a").propose(2, "b").propose(3, "c").propose(4, "d").ignore().persist();
        n1.get("n2", accepted(1, 6)).ignore().applied(6);
        n1.saved(snapshot(5, 1, 1, GROUP)).compact(5).ignore();
        return n1;
    }

    // The leader

    @Test
    void section7_whoNeedsWhatIsGoneIsOfferedTheSnapshot() {
        TestNode n1 = compactedLeader();

        n1.get("n3", rejected(1, 1, 0, 1, 0));

        assertEquals("to n3: InstallSnapshot term 1 snapshot 5@1\n", n1.out());
    }

    /** Seed 10467: the entries that a rejection speaks of may have left the log meanwhile. */
    @Test
    void aRejectionOfWhatIsGoneLeadsToTheSnapshot() {
        TestNode n1 = leader("n1", GROUP, 1, 1);
        n1.propose(1, "a").propose(2, "b").ignore().persist();
        n1.get("n3", rejected(2, 3, 0, 3, 2)).ignore(); // Now the probe is at 2.
        n1.get("n2", accepted(2, 6)).ignore().applied(6);
        n1.saved(snapshot(5, 2, 1, GROUP)).compact(5).ignore();

        n1.get("n3", rejected(2, 2, 3, 1, 2));

        assertEquals("to n3: InstallSnapshot term 2 snapshot 5@2\n", n1.out());
    }

    /** What was compacted meanwhile may be on its way, and then no snapshot is needed. */
    @Test
    void anAppendWithoutAnAnswerIsWaitedFor() {
        TestNode n1 = compactedLeader();

        assertEquals("", n1.out());
        n1.get("n3", accepted(1, 6));
        assertEquals("", n1.out());
    }

    @Test
    void z35_nothingIsAppendedBeforeTheSnapshotIsInstalled() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();

        n1.propose(5, "e");
        assertEquals("", n1.ignoring("write").replaceAll("to n2.*\n", ""));
        n1.get("n3", new InstallSnapshotResponse(1, 5, 40, InstallStatus.FETCHING));
        assertEquals("", n1.out());
        n1.get("n3", answer(1, 5, InstallStatus.INSTALLED));
        assertEquals("to n3: AppendEntries term 1 prev 5@1 commit 6 [6@1 d 7@1 e]\n", n1.out());
    }

    @Test
    void anOfferIsRepeatedUntilItIsAnswered() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();

        assertEquals("", n1.after(50).out());
        n1.after(50).tick();
        assertTrue(n1.out().contains("to n3: InstallSnapshot term 1 snapshot 5@1\n"));
        n1.get("n3", answer(1, 5, InstallStatus.INSTALLED)).ignore();
        n1.get("n3", accepted(1, 6)).after(100).tick();
        assertEquals("", n1.ignoring("to n2").replaceAll("to n3: Heartbeat.*\n", ""));
    }

    @Test
    void z16_lateAnswersChangeNothing() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();
        n1.get("n3", answer(1, 5, InstallStatus.INSTALLED)).ignore();
        n1.get("n3", accepted(1, 6)).ignore();

        for (InstallStatus status : InstallStatus.values()) {
            n1.get("n3", answer(1, 5, status)).get("n3", answer(1, 99, status));
        }
        n1.get("n3", rejected(1, 1, 0, 1, 0));

        assertEquals("", n1.out());
        assertEquals(new RaftCore.PeerProgress(6, 7), n1.core.progress().get(Script.id("n3")));
    }

    @Test
    void aRefusalSaysWhatIsCommittedThereSoItMatches() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();

        n1.get("n3", answer(1, 6, InstallStatus.REFUSED));

        assertEquals("", n1.out());
        assertEquals(new RaftCore.PeerProgress(6, 7), n1.core.progress().get(Script.id("n3")));
    }

    @Test
    void aFollowerThatGotItOtherwiseIsAppendedTo() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();

        n1.get("n3", accepted(1, 5));

        assertEquals("to n3: AppendEntries term 1 prev 5@1 commit 6 [6@1 d]\n", n1.out());
    }

    /** A slow receiver must not have to begin anew with each snapshot that is taken meanwhile. */
    @Test
    void theSameSnapshotIsOfferedWhileItIsOfUse() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();

        n1.saved(snapshot(6, 1, 1, GROUP)).after(100).tick();
        assertTrue(n1.out().contains("InstallSnapshot term 1 snapshot 5@1"));
        n1.compact(6).after(100).tick();
        assertTrue(n1.out().contains("InstallSnapshot term 1 snapshot 6@1"));
    }

    /** Were it dropped meanwhile, a slow receiver would need one snapshot after the other. */
    @Test
    void theLogBehindASnapshotStaysWhileAPeerComesCloser() {
        TestNode n1 = compactedLeader();
        assertEquals(Long.MAX_VALUE, n1.core.mayCompactTo());
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();
        assertEquals(5, n1.core.mayCompactTo());
        for (int bytes = 1; bytes < 5; bytes++) {
            n1.after(15_000);
            n1.get("n3", new InstallSnapshotResponse(1, 5, bytes, InstallStatus.FETCHING));
            assertEquals(5, n1.core.mayCompactTo());
        }
        n1.get("n3", answer(1, 5, InstallStatus.INSTALLED)).ignore();
        assertEquals(Long.MAX_VALUE, n1.core.mayCompactTo(), "what trails is kept anyhow");
    }

    @Test
    void aPeerThatComesNoCloserHoldsNothingBack() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();

        n1.after(15_000).get("n3", new InstallSnapshotResponse(1, 5, 0, InstallStatus.FETCHING));
        assertEquals(5, n1.core.mayCompactTo());
        n1.after(5_000).get("n3", new InstallSnapshotResponse(1, 5, 0, InstallStatus.FETCHING));
        assertEquals(Long.MAX_VALUE, n1.core.mayCompactTo());
    }

    @Test
    void aFailedFetchIsOfferedTheNewest() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();
        n1.saved(snapshot(6, 1, 1, GROUP));

        n1.get("n3", answer(1, 5, InstallStatus.FAILED));
        assertEquals("", n1.out(), "not at once: it may fail again and again");
        n1.after(100).tick();
        assertTrue(n1.out().contains("InstallSnapshot term 1 snapshot 6@1"));
    }

    @Test
    void z32_whatNoSnapshotHoldsMustNotLeaveTheLog() {
        TestNode n1 = leader("n1", GROUP).ignore().persist();
        n1.get("n2", accepted(1, 2)).ignore();

        n1.compact(2).get("n3", rejected(1, 1, 0, 1, 0));

        assertThrows(InvariantViolation.class, n1::out);
    }

    @Test
    void aLeaderWithAnEmptyLogGoesOnBehindItsSnapshot() {
        FakeLog log = FakeLog.behind(5, 1, List.of(), new HardState(1, null));
        TestNode n1 =
                new TestNode(Script.id("n1"), RaftConfig.defaults(), log, AT_5, false, 0, 0, 7);
        n1.lead();
        assertEquals(
                """
                write 2: [6@2 noop]
                to n2: Heartbeat term 2 round 1 commit 0
                to n3: Heartbeat term 2 round 1 commit 0
                to n2: AppendEntries term 2 prev 5@1 commit 5 [6@2 noop]
                to n3: AppendEntries term 2 prev 5@1 commit 5 [6@2 noop]
                """,
                n1.out());
        assertEquals(membership(GROUP), n1.core.membership());
    }

    // The follower

    @Test
    void section7_aSnapshotThatIsAheadIsFetchedInstalledAndAcknowledged() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5));
        assertEquals(
                """
                write 1: term 1 vote none
                to n1: InstallSnapshotResponse term 1 index 5 FETCHING after write 1
                fetch snapshot 5@1 from n1
                """,
                n3.out());

        n3.persist().received(AT_5);
        assertEquals(
                """
                write 2: reset behind 5@1
                to n1: InstallSnapshotResponse term 1 index 5 INSTALLED after write 2
                load snapshot 5@1
                apply to 5
                """,
                n3.out());
        assertEquals("FOLLOWER term 1 vote none leader n1 commit 5 last 5", n3.state());
        n3.persist().applied(5);
        n3.get("n1", append(1, 5, 1, 6, noop(6, 1)));
        assertEquals(
                """
                write 3: [6@1 noop]
                to n1: AppendEntriesResponse term 1 accepted 6 after write 3
                """,
                n3.out());
    }

    @Test
    void anOfferThatComesTwiceIsFetchedOnce() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist().fetched(AT_5, 40);

        n3.get("n1", offer(1, AT_5));

        assertEquals("to n1: InstallSnapshotResponse term 1 index 5 FETCHING 40 B\n", n3.out());
    }

    @Test
    void z35_anOlderOfferOfTheSameLeaderIsLateAndANewerOneReplaces() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist();

        n3.get("n1", offer(1, snapshot(4, 1, 1, GROUP)));
        assertEquals("", n3.out());
        n3.get("n1", offer(1, snapshot(7, 1, 1, GROUP)));
        assertEquals(
                """
                to n1: InstallSnapshotResponse term 1 index 7 FETCHING
                fetch snapshot 7@1 from n1
                """,
                n3.out());
    }

    @Test
    void aNewLeaderWithTheSameSnapshotIsFetchedFromInstead() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist().fetched(AT_5, 40);

        n3.get("n2", offer(2, AT_5));

        assertEquals(
                """
                write 2: term 2 vote none
                to n2: InstallSnapshotResponse term 2 index 5 FETCHING 40 B after write 2
                fetch snapshot 5@1 from n2
                """,
                n3.out());
    }

    @Test
    void aNewLeaderMayHaveAnOlderSnapshotOnly() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist();

        n3.get("n2", offer(2, snapshot(4, 1, 1, GROUP)));

        assertTrue(n3.out().contains("fetch snapshot 4@1 from n2"));
    }

    @Test
    void z35_aSnapshotOlderThanWhatIsCommittedIsRefused() {
        TestNode n3 = node("n3", GROUP, 1, 1, 1, 1, 1);
        n3.get("n1", append(1, 6, 1, 6)).ignore();

        n3.get("n1", offer(1, AT_5));

        assertEquals("to n1: InstallSnapshotResponse term 1 index 6 REFUSED\n", n3.out());
    }

    /** What is committed may not be durable here yet: an ack of it would be a lie (I12). */
    @Test
    void i12_aRefusalWaitsForTheEntriesThatItAcknowledges() {
        TestNode n3 = node("n3", GROUP, 1);
        n3.get("n1", append(1, 2, 1, 5, noop(3, 1), noop(4, 1), noop(5, 1)));
        n3.get("n1", offer(1, AT_5));

        assertEquals(
                """
                write 1: [3@1 noop 4@1 noop 5@1 noop]
                to n1: AppendEntriesResponse term 1 accepted 5 after write 1
                to n1: InstallSnapshotResponse term 1 index 5 REFUSED after write 1
                apply to 2
                """,
                n3.out());
    }

    @Test
    void aSnapshotOfALogThatIsHereCommitsIt() {
        TestNode n3 = node("n3", GROUP, 1, 1, 1, 1, 1);

        n3.get("n1", offer(1, AT_5));

        assertEquals(
                """
                to n1: AppendEntriesResponse term 1 accepted 5
                apply to 5
                """,
                n3.out());
        assertEquals("[1@0 membership 2@1 noop 3@1 noop 4@1 noop 5@1 noop 6@1 noop]", n3.entries());
    }

    @Test
    void z35_aSnapshotThatCameLateIsNotInstalled() {
        TestNode n3 = node("n3", GROUP, 1);
        n3.get("n1", offer(1, AT_5)).ignore().persist();
        n3.get("n1", append(1, 2, 1, 5, noop(3, 1), noop(4, 1), noop(5, 1))).ignore();

        n3.received(AT_5);

        assertEquals("", n3.out());
        assertEquals("FOLLOWER term 1 vote none leader n1 commit 5 last 5", n3.state());
        assertEquals(5, n3.core.status().snapshotIndex(), "it is here all the same");
    }

    @Test
    void aSnapshotOfEntriesThatCameMeanwhileCommitsThem() {
        TestNode n3 = node("n3", GROUP, 1);
        n3.get("n1", offer(1, AT_5)).ignore().persist();
        n3.get("n1", append(1, 2, 1, 2, noop(3, 1), noop(4, 1), noop(5, 1))).ignore().persist();

        n3.received(AT_5);

        assertEquals("to n1: AppendEntriesResponse term 1 accepted 5\napply to 5\n", n3.out());
    }

    /** What is behind a conflict with a committed entry is committed nowhere. */
    @Test
    void aConflictingTailGoesWithTheLog() {
        TestNode n3 = node("n3", GROUP, 1, 1, 1, 1, 1, 1, 1);
        SnapshotInfo ofTerm2 = snapshot(5, 2, 4, "n1 n2 n3 n4");

        n3.get("n1", offer(3, ofTerm2)).ignore().persist().received(ofTerm2).ignore();

        assertEquals("FOLLOWER term 3 vote none leader n1 commit 5 last 5", n3.state());
        assertEquals("[]", n3.entries());
        assertEquals(membership("n1 n2 n3 n4"), n3.core.membership());
        assertEquals(4, n3.core.status().membershipIndex());
    }

    /** Completions of writes from before the reset say nothing about what came after it. */
    @Test
    void writesUnderWayAcknowledgeNothingBehindAReset() {
        TestNode n3 = node("n3", GROUP);
        LogEntry[] old = {noop(2, 1), noop(3, 1), noop(4, 1), noop(5, 1), noop(6, 1), noop(7, 1)};
        n3.get("n1", append(1, 1, 0, 1, old)).ignore();
        SnapshotInfo ofTerm2 = snapshot(5, 2, 1, GROUP);
        n3.get("n2", offer(2, ofTerm2)).ignore().received(ofTerm2).ignore();
        n3.get("n2", append(2, 5, 2, 5, noop(6, 2), noop(7, 2))).ignore();

        n3.persist(1);
        assertEquals(5, n3.core.status().durableIndex());
        n3.persist(3);
        assertEquals(5, n3.core.status().durableIndex());
        n3.persist(4);
        assertEquals(7, n3.core.status().durableIndex());
        assertEquals("[6@2 noop 7@2 noop]", n3.entries());
    }

    @Test
    void aTermThatChangesWithAResetIsInTheSameWrite() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist();

        n3.get("n2", new Heartbeat(2, 1, 0)).received(AT_5);
        n3.get("n2", append(2, 5, 1, 5, noop(6, 2)));

        assertEquals(
                """
                write 2: reset behind 5@1, term 2 vote none
                write 3: [6@2 noop]
                to n2: HeartbeatResponse term 2 round 1 last 1 after write 2
                to n2: InstallSnapshotResponse term 2 index 5 INSTALLED after write 2
                to n2: AppendEntriesResponse term 2 accepted 6 after write 3
                load snapshot 5@1
                apply to 5
                """,
                n3.out());
    }

    @Test
    void aFailedFetchIsToldAndOfferedAnew() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist().fetchFailed(AT_5);
        assertEquals("to n1: InstallSnapshotResponse term 1 index 5 FAILED\n", n3.out());

        n3.get("n1", offer(1, AT_5));

        assertTrue(n3.out().contains("fetch snapshot 5@1 from n1"));
    }

    @Test
    void aCandidateThatGetsWhatItAskedForFollowsAgain() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist();
        n3.after(TestNode.LATER * 2).tick().get("n2", Script.preVoteResponse(2, true)).ignore();
        assertEquals("CANDIDATE term 2 vote n3 leader none commit 0 last 1", n3.state());

        n3.received(AT_5).ignore();

        assertEquals("FOLLOWER term 2 vote n3 leader none commit 5 last 5", n3.state());
    }

    @Test
    void z13_appendsFromBeforeTheSnapshotAreHarmless() {
        TestNode n3 = node("n3", GROUP);
        n3.get("n1", offer(1, AT_5)).ignore().persist().received(AT_5).ignore().persist();

        n3.get("n1", append(1, 1, 0, 1, noop(2, 1), noop(3, 1)));
        n3.get("n1", append(1, 3, 1, 5, noop(4, 1), noop(5, 1), noop(6, 1)));
        n3.get("n1", append(1, 0, 0, 0));

        assertEquals(
                """
                write 3: [6@1 noop]
                to n1: AppendEntriesResponse term 1 accepted 3
                to n1: AppendEntriesResponse term 1 accepted 6 after write 3
                to n1: AppendEntriesResponse term 1 accepted 0
                """,
                n3.out());
    }

    @Test
    void z10_anOfferOfAnOldLeaderTellsItTheTerm() {
        TestNode n3 = node("n3", GROUP, 3);

        n3.get("n1", offer(1, AT_5));

        assertEquals("to n1: InstallSnapshotResponse term 3 index 5 FETCHING\n", n3.out());
    }

    /** etcd-io/raft once left such a follower in SNAPSHOT: snapshot_succeed_via_app_resp. */
    @Test
    void aSnapshotThatHoldsTheWholeLogCatchesUpForGood() {
        Cluster cluster = Cluster.of("n1 n2", GROUP).elect("n1");
        TestNode n1 = cluster.node("n1");
        n1.saved(snapshot(2, 1, 1, GROUP)).compact(2);
        FakeLog empty = FakeLog.of(List.of(), HardState.INITIAL);
        cluster.add(new TestNode(Script.id("n3"), RaftConfig.defaults(), empty, n1.nowNanos(), 7));

        for (int i = 0; i < 5; i++) {
            cluster.heartbeat("n1");
        }

        assertEquals(new RaftCore.PeerProgress(2, 3), n1.core.progress().get(Script.id("n3")));
        n1.propose(1, "a");
        cluster.settle();
        assertEquals("[3@1 a]", cluster.node("n3").entries());
    }

    // Restarts

    @Test
    void aCrashBetweenSnapshotAndResetIsMadeGood() {
        TestNode n3 = node("n3", GROUP, 1);
        n3.get("n1", offer(1, AT_5)).ignore().persist().received(AT_5).ignore();

        TestNode again = n3.restarted(0, 9);

        assertEquals("write 1: reset behind 5@1\n", again.out());
        assertEquals("FOLLOWER term 1 vote none leader none commit 5 last 5", again.state());
        assertEquals(5, again.core.status().lastApplied(), "loaded before the core began");
    }

    @Test
    void z34_aSnapshotBringsItsConfiguration() {
        SnapshotInfo info = snapshot(3, 1, 2, "n1 n2; outgoing n1 n2 n3; learners n4");
        FakeLog log = FakeLog.behind(3, 1, List.of(noop(4, 1)), new HardState(1, null));
        TestNode n1 =
                new TestNode(Script.id("n1"), RaftConfig.defaults(), log, info, false, 0, 0, 7);

        assertEquals(info.meta().membership(), n1.core.membership());
        assertEquals("", n1.out());
        assertEquals("FOLLOWER term 1 vote none leader none commit 3 last 4", n1.state());
    }

    @Test
    void configurationsBehindTheSnapshotCountAndRollBackToIt() {
        SnapshotInfo info = snapshot(3, 1, 1, GROUP);
        FakeLog log =
                FakeLog.behind(
                        2,
                        1,
                        List.of(noop(3, 1), configuration(4, 1, "n1 n2 n3; learners n4")),
                        new HardState(1, null));
        TestNode n2 =
                new TestNode(Script.id("n2"), RaftConfig.defaults(), log, info, false, 0, 0, 7);
        assertEquals(membership("n1 n2 n3; learners n4"), n2.core.membership());

        n2.get("n1", append(2, 3, 1, 3, noop(4, 2)));

        assertEquals(membership(GROUP), n2.core.membership());
        assertEquals(1, n2.core.status().membershipIndex());
    }

    /** A group founded on a backup begins in the snapshot's term, not in one below its entries. */
    @Test
    void theTermIsNeverBelowTheSnapshots() {
        SnapshotInfo backup = snapshot(5, 7, 5, "n1");
        FakeLog log = FakeLog.of(List.of(), HardState.INITIAL);
        TestNode n1 =
                new TestNode(Script.id("n1"), RaftConfig.defaults(), log, backup, false, 0, 0, 7);

        assertEquals("write 1: reset behind 5@7, term 7 vote none\n", n1.out());
        n1.persist().tick();
        assertEquals("write 2: term 8 vote n1\n", n1.out());
        n1.persist();
        assertEquals("write 3: [6@8 noop]\n", n1.out());
    }

    @Test
    void z14_nothingCommittedIsReplacedByASnapshotOfAnotherHistory() {
        TestNode n3 = node("n3", GROUP, 1, 1, 1, 1);
        n3.get("n1", append(1, 5, 1, 5)).ignore();

        n3.get("n1", offer(2, snapshot(5, 2, 1, GROUP)));

        assertTrue(n3.out().contains("REFUSED"));
        assertEquals("[1@0 membership 2@1 noop 3@1 noop 4@1 noop 5@1 noop]", n3.entries());
    }

    @Test
    void aSnapshotOfWhatIsNotCommittedIsNone() {
        TestNode n1 = node("n1", GROUP, 1, 1);

        assertThrows(InvariantViolation.class, () -> n1.saved(snapshot(3, 1, 1, GROUP)));
    }

    @Test
    void heartbeatsGoOnWhileASnapshotIsFetched() {
        TestNode n1 = compactedLeader();
        n1.get("n3", rejected(1, 1, 0, 1, 0)).ignore();
        for (int i = 0; i < 30; i++) {
            n1.after(100).tick();
            assertTrue(n1.out().contains("to n3: Heartbeat"));
            n1.get("n3", new HeartbeatResponse(1, 2, 1));
        }
        assertEquals("LEADER term 1 vote n1 leader n1 commit 6 last 6", n1.state());
    }
}
