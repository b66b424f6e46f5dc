package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.command;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.rejected;
import static io.jangada.raft.impl.core.TestNode.LATER;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The follower's and the leader's side of AppendEntries: paper §5.3, thesis §10.2.2. */
class ReplicationTest {
    // The follower, Figure 2: AppendEntries receiver

    @Test
    void figure2_1_anOldTermIsRefused() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 3);

        n1.get("n2", append(2, 3, 3, 3, noop(4, 2)));

        assertEquals(
                "to n2: AppendEntriesResponse term 3 rejected 3: term 0 from 4, last 3\n",
                n1.out());
        assertEquals("FOLLOWER term 3 vote none leader none commit 0 last 3", n1.state());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({ // Follower's log: [1@0 2@1 3@1 4@2 5@2 6@2], nothing committed.
        "log too short,             9, 3, 'rejected 9: term 0 from 7, last 6'",
        "log one too short,         7, 3, 'rejected 7: term 0 from 7, last 6'",
        "conflict at the end,       6, 3, 'rejected 6: term 2 from 4, last 6'",
        "conflict within the term,  5, 3, 'rejected 5: term 2 from 4, last 6'",
        "conflict in an older term, 3, 2, 'rejected 3: term 1 from 2, last 6'",
    })
    void figure2_2_aMissingOrDifferentPreviousEntryIsRejectedWithAHint(
            String why, long prevLogIndex, long prevLogTerm, String answer) {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 2, 2, 2);

        n1.get("n2", append(2, prevLogIndex, prevLogTerm, 0, noop(prevLogIndex + 1, 3)));

        assertEquals("to n2: AppendEntriesResponse term 2 " + answer + "\n", n1.out(), why);
        assertEquals("[1@0 membership 2@1 noop 3@1 noop 4@2 noop 5@2 noop 6@2 noop]", n1.entries());
    }

    @Test
    void section5_3_theHintNeverReachesBelowWhatIsCommitted() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 1, 1);
        n1.get("n2", append(1, 4, 1, 4)).ignore(); // Commits up to 4.

        n1.get("n2", append(1, 6, 1, 4)).get("n3", append(2, 5, 2, 4));

        assertEquals(
                """
                write 1: term 2 vote none
                to n2: AppendEntriesResponse term 1 rejected 6: term 0 from 6, last 5
                to n3: AppendEntriesResponse term 2 rejected 5: term 1 from 5, last 5 after write 1
                """,
                n1.out());
    }

    @Test
    void figure2_3_onlyARealConflictTruncates() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 2, 2);

        n1.get("n2", append(3, 2, 1, 0, noop(3, 1), noop(4, 3)));

        assertEquals(
                """
                write 1: term 3 vote none, [4@3 noop]
                to n2: AppendEntriesResponse term 3 accepted 4 after write 1
                """,
                n1.out());
        assertEquals("[1@0 membership 2@1 noop 3@1 noop 4@3 noop]", n1.entries());
    }

    @Test
    void z13_aShorterMessageTruncatesNothing() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 1, 1);

        n1.get("n2", append(1, 2, 1, 0, noop(3, 1))).get("n2", append(1, 1, 0, 0));

        assertEquals(
                """
                to n2: AppendEntriesResponse term 1 accepted 3
                to n2: AppendEntriesResponse term 1 accepted 1
                """,
                n1.out());
        assertEquals(5, n1.log.lastIndex());
    }

    @Test
    void z13_reorderedAndRepeatedAppendsLeaveTheSameLog() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        var first = append(1, 2, 1, 0, command(3, 1, "a"), command(4, 1, "b"));
        var second = append(1, 4, 1, 0, command(5, 1, "c"));

        n1.get("n2", second).get("n2", first).get("n2", second).get("n2", first);

        assertEquals(
                """
                write 1: [3@1 a 4@1 b 5@1 c]
                to n2: AppendEntriesResponse term 1 rejected 4: term 0 from 3, last 2
                to n2: AppendEntriesResponse term 1 accepted 4 after write 1
                to n2: AppendEntriesResponse term 1 accepted 5 after write 1
                to n2: AppendEntriesResponse term 1 accepted 4 after write 1
                """,
                n1.out());
    }

    @Test
    void z14_nothingCommittedIsEverReplaced() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1);
        n1.get("n2", append(1, 3, 1, 3)).ignore();

        assertThrows(InvariantViolation.class, () -> n1.get("n3", append(2, 2, 1, 3, noop(3, 2))));
    }

    @Test
    void i12_anAckOfEntriesThatAreDurableAlreadyNeedsNoWrite() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        n1.get("n2", append(1, 2, 1, 0, noop(3, 1))).ignore();

        n1.get("n2", append(1, 2, 1, 0, noop(3, 1)));
        assertEquals("to n2: AppendEntriesResponse term 1 accepted 3 after write 1\n", n1.out());
        n1.persist().get("n2", append(1, 2, 1, 0, noop(3, 1)));
        assertEquals("to n2: AppendEntriesResponse term 1 accepted 3\n", n1.out());
    }

    /** Paper Figure 7: whatever the follower's log was, it ends as the leader's. */
    @ParameterizedTest(name = "follower ({0})")
    @CsvSource({
        "a, 1 1 1 4 4 5 5 6 6",
        "b, 1 1 1 4",
        "c, 1 1 1 4 4 5 5 6 6 6 6",
        "d, 1 1 1 4 4 5 5 6 6 6 7 7",
        "e, 1 1 1 4 4 4 4",
        "f, 1 1 1 2 2 2 3 3 3 3 3"
    })
    void figure7_anyLogIsBroughtToTheLeaders(String which, String terms) {
        Cluster cluster = new Cluster();
        cluster.add(node("n1", "n1 n2 n3", 1, 1, 1, 4, 4, 5, 5, 6, 6, 6));
        cluster.add(node("n2", "n1 n2 n3", numbers(terms)));
        cluster.add(node("n3", "n1 n2 n3", 1, 1, 1, 4)); // Votes, so that n1 is elected.
        if (which.equals("d")) {
            cluster.nodes.get(Script.id("n1")).get("n9", Script.vote(7, false)).ignore().persist();
        }

        cluster.elect("n1").heartbeat("n1");

        TestNode n1 = cluster.node("n1");
        assertEquals(List.of("n1"), cluster.leaders());
        assertEquals(n1.log.all(), cluster.node("n2").log.all());
        assertEquals(12, cluster.node("n2").core.commitIndex());
    }

    // The leader: probing, one round trip each for the three cases of a conflict

    @Test
    void section5_3_logTooShortTheLeaderGoesToItsEnd() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1, 1, 2, 2).ignore().persist().ignore();

        n1.get("n2", rejected(3, 5, 0, 3, 2));

        assertEquals(
                "to n2: AppendEntries term 3 prev 2@1 commit 0 [3@1 noop 4@2 noop 5@2 noop 6@3"
                        + " noop]\n",
                n1.out());
    }

    @Test
    void section5_3_conflictingTermUnknownTheLeaderGoesBeforeItsFirstIndex() {
        // Leader: 1@0 2@1 3@4 4@4 5@5 6@6; follower's 5 has term 2, from 3 on.
        TestNode n1 = leader("n1", "n1 n2 n3", 1, 4, 4, 5).ignore().persist().ignore();

        n1.get("n2", rejected(6, 5, 2, 3, 7));

        assertEquals(
                "to n2: AppendEntries term 6 prev 2@1 commit 0 [3@4 noop 4@4 noop 5@5 noop 6@6"
                        + " noop]\n",
                n1.out());
    }

    @Test
    void section5_3_conflictingTermKnownTheLeaderGoesBehindItsOwnLastEntryOfIt() {
        // Leader: 1@0 2@1 3@2 4@2 5@5 6@6; follower's 5 has term 2, from 3 on.
        TestNode n1 = leader("n1", "n1 n2 n3", 1, 2, 2, 5).ignore().persist().ignore();

        n1.get("n2", rejected(6, 5, 2, 3, 7));

        assertEquals(
                "to n2: AppendEntries term 6 prev 4@2 commit 0 [5@5 noop 6@6 noop]\n", n1.out());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "log too short,  1 1 2 2 2 3 3,   1 1 2",
        "term unknown,   1 1 4 4 4 5 5,   1 1 2 2 2 3 3 3",
        "term known,     1 1 2 2 5 5 5,   1 1 2 2 2 2 2 2"
    })
    void z17_eachKindOfConflictCostsOneRoundTrip(String why, String leader, String follower) {
        Cluster cluster = new Cluster();
        cluster.add(node("n1", "n1 n2 n3", numbers(leader)));
        cluster.add(node("n2", "n1 n2 n3", numbers(follower)));
        cluster.add(node("n3", "n1 n2 n3", numbers(leader)));
        List<NodeId> pair = List.of(Script.id("n1"), Script.id("n3"));
        cluster.after(LATER);
        cluster.node("n1").tick();
        cluster.settle(pair);
        int rejections = 0;
        for (int i = 0; i < 20; i++) {
            pair.forEach(cluster::run);
            cluster.run(Script.id("n2"));
            rejections +=
                    (int)
                            cluster.wire.stream()
                                    .filter(
                                            each ->
                                                    Script.show(each.message())
                                                            .contains("rejected"))
                                    .count();
            cluster.deliver(each -> true);
        }

        assertEquals(1, rejections, why);
        assertEquals(cluster.node("n1").log.all(), cluster.node("n2").log.all());
    }

    @Test
    void z16_matchIndexNeverFallsAndALateRejectionDoesNotMoveBelowIt() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1, 1).ignore();
        n1.get("n2", accepted(2, 4)).ignore();

        n1.get("n2", rejected(2, 3, 0, 2, 1)).get("n2", rejected(2, 4, 0, 2, 1));
        n1.get("n2", accepted(2, 2));

        assertEquals("", n1.out());
        assertEquals(new RaftCore.PeerProgress(4, 5), n1.core.progress().get(Script.id("n2")));
    }

    @Test
    void z17_aStaleHintCostsARoundTripAndNothingElse() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1, 1).ignore();
        n1.get("n2", accepted(2, 3)).propose(1, "a").ignore();

        n1.get("n2", rejected(2, 4, 7, 1, 99)); // In the window, with a hint that makes no sense.

        assertEquals("to n2: AppendEntries term 2 prev 3@1 commit 0 [4@2 noop 5@2 a]\n", n1.out());
    }

    @Test
    void z17_aHintNeverLeadsAheadOfWhatWasRejected() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1, 1, 1).ignore();

        n1.get("n2", rejected(2, 4, 0, 1, 9));
        assertEquals(
                "to n2: AppendEntries term 2 prev 3@1 commit 0 [4@1 noop 5@2 noop]\n", n1.out());
        n1.get("n2", rejected(2, 3, 7, 9, 9));
        assertEquals(
                "to n2: AppendEntries term 2 prev 2@1 commit 0 [3@1 noop 4@1 noop 5@2 noop]\n",
                n1.out());
    }

    @Test
    void anAnswerAboutEntriesThatTheLeaderDoesNotHaveIsIgnored() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1).ignore();

        n1.get("n2", accepted(2, 9)).get("n3", accepted(2, 9)).get("n9", accepted(2, 3));

        assertEquals("", n1.out());
        assertEquals(0, n1.core.commitIndex());
    }

    // Probe and replicate, windows

    @Test
    void section10_2_2_probingSendsOneMessageAtATime() {
        TestNode n1 = leader("n1", "n1 n2").ignore();

        n1.propose(1, "a").propose(2, "b");

        assertEquals("write 3: [3@1 a 4@1 b]\n", n1.out());
    }

    @Test
    void section10_2_2_replicatingDoesNotWaitForAnswers() {
        TestNode n1 = leader("n1", "n1 n2").established();

        n1.propose(1, "a");
        assertEquals(
                """
                write 3: [3@1 a]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]
                """,
                n1.out());
        n1.propose(2, "b").propose(3, "c");
        assertEquals(
                """
                write 4: [4@1 b 5@1 c]
                to n2: AppendEntries term 1 prev 3@1 commit 2 [4@1 b 5@1 c]
                """,
                n1.out());
    }

    @Test
    void section10_2_2_aRejectionTurnsBackToProbing() {
        TestNode n1 = leader("n1", "n1 n2").established();
        n1.propose(1, "a").ignore();
        n1.propose(2, "b").ignore();

        n1.get("n2", rejected(1, 3, 0, 3, 2)).propose(3, "c");

        assertEquals(
                """
                write 5: [5@1 c]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a 4@1 b 5@1 c]
                """,
                n1.out());
        n1.propose(4, "d");
        assertEquals("write 6: [6@1 d]\n", n1.out());
    }

    @Test
    void z18_theWindowInMessages() {
        RaftConfig config = RaftConfig.builder().inflightMessagesMax(2).build();
        TestNode n1 = leader(config, "n1", "n1 n2").established();
        n1.propose(1, "a").ignore();
        n1.propose(2, "b").ignore();

        n1.propose(3, "c");
        assertEquals("write 5: [5@1 c]\n", n1.out());
        n1.get("n2", accepted(1, 3));
        assertEquals("to n2: AppendEntries term 1 prev 4@1 commit 2 [5@1 c]\n", n1.out());
    }

    @Test
    void z18_theWindowInBytes() {
        RaftConfig config =
                RaftConfig.builder().appendBytesMax(1024).inflightBytesMax(2048).build();
        TestNode n1 = leader(config, "n1", "n1 n2").established();
        String kilo = "x".repeat(1024);

        n1.propose(1, kilo).propose(2, kilo).propose(3, kilo);
        assertEquals(
                """
                write 3: [3@1 1024B 4@1 1024B 5@1 1024B]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 1024B]
                to n2: AppendEntries term 1 prev 3@1 commit 2 [4@1 1024B]
                """,
                n1.out());
        n1.get("n2", accepted(1, 3));
        assertEquals("to n2: AppendEntries term 1 prev 4@1 commit 2 [5@1 1024B]\n", n1.out());
    }

    @Test
    void anEntryLargerThanAllBoundsTravelsAlone() {
        RaftConfig config =
                RaftConfig.builder().appendBytesMax(1024).inflightBytesMax(1024).build();
        TestNode n1 = leader(config, "n1", "n1 n2").established();

        n1.propose(1, "a").propose(2, "x".repeat(5000)).propose(3, "b");

        assertEquals(
                """
                write 3: [3@1 a 4@1 5000B 5@1 b]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]
                to n2: AppendEntries term 1 prev 3@1 commit 2 [4@1 5000B]
                """,
                n1.out());
    }

    /** An empty window was once filled up to the bound of a message, however small its own. */
    @Test
    void bugTheFirstMessageKeepsToTheWindowInBytesToo() {
        RaftConfig config =
                RaftConfig.builder().appendBytesMax(1 << 20).inflightBytesMax(1024).build();
        TestNode n1 = leader(config, "n1", "n1 n2").established();
        String half = "x".repeat(512);

        n1.propose(1, half).propose(2, half).propose(3, half);

        assertEquals(
                """
                write 3: [3@1 512B 4@1 512B 5@1 512B]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 512B 4@1 512B]
                """,
                n1.out());
    }

    @Test
    void z18_aDeadFollowerBlocksNobodyAndHoldsNothing() {
        RaftConfig config = RaftConfig.builder().inflightMessagesMax(4).build();
        TestNode n1 = leader(config, "n1", "n1 n2 n3").established();
        int toN3 = 0;
        for (int i = 0; i < 100; i++) {
            Ready ready = n1.propose(i, "x").take();
            toN3 +=
                    (int)
                            ready.messages().stream()
                                    .filter(m -> m.to().value().equals("n3"))
                                    .count();
            n1.persist().get("n2", accepted(1, n1.log.lastIndex()));
        }
        assertEquals(4, toN3);
        assertEquals(102, n1.core.commitIndex());
    }

    // Lost messages, noticed by the answers to heartbeats

    @Test
    void aLostAppendIsNoticedByAHeartbeatAnswerThatLacksIt() {
        TestNode n1 = leader("n1", "n1 n2").established(); // Round 1 is under way.
        n1.propose(1, "a").ignore().persist();
        n1.after(100).tick(); // Round 2.
        assertEquals("to n2: Heartbeat term 1 round 2 commit 2\n", n1.out());

        n1.get("n2", new HeartbeatResponse(1, 1, 2));
        assertEquals("", n1.out(), "an answer to a round from before the append tells nothing");
        n1.get("n2", new HeartbeatResponse(1, 2, 2));
        assertEquals("to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]\n", n1.out());
    }

    @Test
    void anAppendThatOnlyWaitsForThePeersDiskIsGivenTime() {
        TestNode n1 = leader("n1", "n1 n2").established();
        n1.propose(1, "a").ignore().persist().after(100).tick().ignore();

        for (int i = 0; i < 9; i++) {
            n1.get("n2", new HeartbeatResponse(1, 2 + i, 3)).after(100).tick();
            assertEquals("to n2: Heartbeat term 1 round " + (3 + i) + " commit 2\n", n1.out());
        }
        n1.after(1).get("n2", new HeartbeatResponse(1, 11, 3));
        assertEquals("to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]\n", n1.out());
    }

    @Test
    void aLostProbeIsSentAgain() {
        TestNode n1 = leader("n1", "n1 n2", 1, 1).ignore().persist().ignore();
        n1.after(100).tick().ignore();

        n1.get("n2", new HeartbeatResponse(2, 2, 3));

        assertEquals("to n2: AppendEntries term 2 prev 3@1 commit 0 [4@2 noop]\n", n1.out());
    }

    @Test
    void heartbeatAnswersAloneTellThatWhatWasLostMustBeSentAgain() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3").elect("n1");
        TestNode n1 = cluster.node("n1");
        for (int i = 0; i < 20; i++) {
            n1.propose(i, "c" + i);
            cluster.run(n1.id);
            if (i % 3 != 0) {
                cluster.drop(each -> true);
            }
        }
        for (int i = 0; i < 5; i++) {
            cluster.heartbeat("n1");
        }
        for (TestNode node : cluster.nodes.values()) {
            assertEquals(n1.log.all(), node.log.all());
            assertEquals(22, node.core.commitIndex());
        }
    }

    // Commit index of followers

    @ParameterizedTest(name = "leaderCommit {0}: {1}")
    @CsvSource({"0, 0", "2, 2", "4, 4", "9, 4"})
    void z15_aFollowerCommitsUpToTheLastEntryThatTheMessageVerified(
            long leaderCommit, long commit) {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 1, 1, 1); // Ends at 6.

        n1.get("n2", append(1, 2, 1, leaderCommit, noop(3, 1), noop(4, 1)));

        String apply = commit == 0 ? "" : "apply to " + commit + "\n";
        assertEquals("to n2: AppendEntriesResponse term 1 accepted 4\n" + apply, n1.out());
        assertEquals(commit, n1.core.commitIndex());
    }

    @Test
    void z15_whatIsCommittedIsAppliedOnceItIsDurableHere() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);

        n1.get("n2", append(1, 2, 1, 4, noop(3, 1), noop(4, 1)));
        assertEquals(
                """
                write 1: [3@1 noop 4@1 noop]
                to n2: AppendEntriesResponse term 1 accepted 4 after write 1
                apply to 2
                """,
                n1.out());
        n1.persist();
        assertEquals("apply to 4\n", n1.out());
    }

    @Test
    void z15_aHeartbeatTellsAPeerOnlyWhatItIsKnownToHave() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore().persist();
        n1.get("n2", accepted(1, 3)).ignore();
        assertEquals(3, n1.core.commitIndex());

        n1.after(100).tick();

        assertEquals(
                """
                to n2: Heartbeat term 1 round 2 commit 3
                to n3: Heartbeat term 1 round 2 commit 2
                """,
                n1.out());
    }

    @Test
    void z15_aFollowerCommitsWhatAHeartbeatSaysAndAnswersAtOnce() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1);

        n1.get("n2", new Heartbeat(1, 4, 2));

        assertEquals(
                """
                to n2: HeartbeatResponse term 1 round 4 last 3
                apply to 2
                """,
                n1.out());
    }

    /**
     * A leader that has nothing to send once left a restarted follower, and one that had stood for
     * election in between, without a commit index until the next write.
     */
    @Test
    void bugAFollowerThatCameBackToAnIdleGroupLearnsWhatIsCommitted() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3").elect("n1").heartbeat("n1");
        cluster.restart("n2");
        TestNode n3 = cluster.node("n3").after(LATER).tick();
        assertEquals(Role.PRE_CANDIDATE, n3.role());
        cluster.run(n3.id);
        cluster.drop(each -> true);

        cluster.heartbeat("n1");

        assertEquals("FOLLOWER term 1 vote n1 leader n1 commit 2 last 2", n3.state());
        assertEquals(
                "FOLLOWER term 1 vote n1 leader n1 commit 2 last 2", cluster.node("n2").state());
    }

    @Test
    void aFollowerThatLostWhatItHadAcknowledgedStopsRatherThanGoOn() {
        TestNode n2 = node("n2", "n1 n2 n3");

        assertThrows(InvariantViolation.class, () -> n2.get("n1", new Heartbeat(1, 1, 7)), "Z33");
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
