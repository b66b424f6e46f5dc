package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.membership;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.preVote;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.Reconfigure;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Changes of members: paper §6, thesis §4.1 to §4.3, rules Z38 to Z42. */
class ReconfigurationTest {
    private static final MembershipChange ADD_N4 =
            new MembershipChange.Add(new Member(id("n4"), "n4:7000"));

    private static MembershipChange remove(String name) {
        return new MembershipChange.Remove(id(name));
    }

    /** Three voters and an empty node that nobody knows yet; n1 leads. */
    private static Cluster cluster(String joiners) {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3");
        for (String name : joiners.split(" ")) {
            if (!name.isEmpty()) {
                FakeLog empty = FakeLog.of(List.of(), HardState.INITIAL);
                cluster.add(new TestNode(id(name), RaftConfig.defaults(), empty, 0, 7));
            }
        }
        return cluster.elect("n1");
    }

    /** The configurations in a log, in order. */
    private static String configurations(TestNode node) {
        StringBuilder all = new StringBuilder();
        for (LogEntry entry : node.log.all()) {
            if (entry.type() == EntryType.MEMBERSHIP) {
                String text = new String(entry.payload(), StandardCharsets.UTF_8);
                all.append(text.replaceAll("=\\w+:7000", "")).append('\n');
            }
        }
        return all.toString();
    }

    private static String outcome(Cluster cluster) {
        assertEquals(1, cluster.outcomes.size(), cluster.outcomes.toString());
        String refusal = cluster.outcomes.get(0).refusal();
        return refusal == null ? "done" : refusal;
    }

    // The way there

    @Test
    void section4_aNewVoterIsALearnerFirstAndJoinsThroughBothMajorities() {
        Cluster cluster = cluster("n4");

        cluster.node("n1").reconfigure(1, ADD_N4);
        cluster.settle().heartbeat("n1");

        assertEquals("done", outcome(cluster));
        for (String name : List.of("n1", "n2", "n3", "n4")) {
            assertEquals(
                    """
                    voters n1,n2,n3
                    voters n1,n2,n3; learners n4
                    voters n1,n2,n3,n4; outgoing n1,n2,n3
                    voters n1,n2,n3,n4
                    """,
                    configurations(cluster.node(name)),
                    name);
        }
    }

    @Test
    void section6_theWholeGroupIsReplacedAtOnce() {
        Cluster cluster = cluster("n4 n5 n6");

        cluster.node("n1").become(1, "n4 n5 n6");
        cluster.settle().heartbeat("n1").after(TestNode.LATER).tickAll().settle();

        assertEquals("done", outcome(cluster));
        assertEquals(1, cluster.leaders().size());
        String leader = cluster.leaders().get(0);
        assertTrue(List.of("n4", "n5", "n6").contains(leader), leader);
        assertEquals(membership("n4 n5 n6"), cluster.node(leader).core.membership());
        assertTrue(cluster.node("n2").core.status().removed());
    }

    @Test
    void i14_whoeverDoesNotVoteChangesInOneStep() {
        Cluster cluster = cluster("n4");

        cluster.node("n1")
                .reconfigure(1, new MembershipChange.AddLearner(new Member(id("n4"), "n4:7000")));
        cluster.settle().heartbeat("n1");
        assertEquals("done", outcome(cluster));
        cluster.outcomes.clear();
        cluster.node("n1").reconfigure(2, remove("n4"));
        cluster.settle().heartbeat("n1");

        assertEquals("done", outcome(cluster));
        assertEquals(
                "voters n1,n2,n3\nvoters n1,n2,n3; learners n4\nvoters n1,n2,n3\n",
                configurations(cluster.node("n1")));
        assertTrue(cluster.node("n4").core.status().removed());
    }

    @Test
    void anotherAddressOfAVoterNeedsNoJointConfiguration() {
        Cluster cluster = cluster("");
        Member moved = new Member(id("n3"), "elsewhere:7001");

        cluster.node("n1").reconfigure(1, new MembershipChange.Add(moved));
        cluster.settle();

        assertEquals("done", outcome(cluster));
        assertEquals(moved, cluster.node("n1").core.membership().member(id("n3")).orElseThrow());
        assertFalse(configurations(cluster.node("n1")).contains("outgoing"));
    }

    /** A node that still votes in the old half cannot be a learner at the same time. */
    @Test
    void aVoterBecomesALearnerAfterItHasStoppedVoting() {
        Cluster cluster = cluster("");

        cluster.node("n1").become(1, "n1 n2; learners n3");
        cluster.settle().heartbeat("n1");

        assertEquals("done", outcome(cluster));
        assertEquals(
                """
                voters n1,n2,n3
                voters n1,n2; outgoing n1,n2,n3
                voters n1,n2
                voters n1,n2; learners n3
                """,
                configurations(cluster.node("n1")));
        assertEquals("LEARNER", cluster.node("n3").role().toString());
        assertFalse(cluster.node("n3").core.status().removed());
    }

    @Test
    void whatIsSoAlreadyIsDoneAtOnce() {
        Cluster cluster = cluster("");

        cluster.node("n1").become(1, "n1 n2 n3");
        cluster.settle();

        assertEquals("done", outcome(cluster));
        assertEquals("voters n1,n2,n3\n", configurations(cluster.node("n1")));
    }

    @Test
    void aFollowerPassesTheWishOnAndTheOutcomeBack() {
        Cluster cluster = cluster("");

        cluster.node("n2").reconfigure(7, remove("n3"));
        cluster.settle();

        assertEquals(List.of(new Ready.ChangeOutcome(7, null)), cluster.outcomes);
        cluster.outcomes.clear();
        cluster.node("n2")
                .reconfigure(8, new MembershipChange.AddLearner(new Member(id("n1"), "n1:7000")));
        cluster.settle();
        assertTrue(outcome(cluster).startsWith("node n1 is a voter"), outcome(cluster));
    }

    @Test
    void withoutALeaderAWishWaitsToBeAskedAgain() {
        TestNode n1 = node("n1", "n1 n2 n3");

        assertEquals("", n1.reconfigure(1, remove("n3")).out());
    }

    @Test
    void askingTwiceTakesTheSecondAlong() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.reconfigure(1, remove("n3")).ignore();

        n1.reconfigure(2, remove("n3")).get("n2", new Reconfigure(1, 9, remove("n3")));
        n1.get("n2", new Reconfigure(1, 9, remove("n3"))).persist().get("n2", accepted(1, 3));
        n1.ignore().persist().get("n2", accepted(1, 4));

        String out = n1.out();
        assertTrue(out.contains("change 1 done\nchange 2 done\n"), out);
        assertEquals(2, out.split("ReconfigureResponse term 1 9: done").length, out);
    }

    // Z38

    @Test
    void z38_notBeforeTheLeaderHasCommittedAnEntryOfItsTerm() {
        TestNode n1 = leader("n1", "n1 n2 n3").ignore().persist();

        n1.reconfigure(1, remove("n3"));

        assertEquals(
                "change 1 refused: the leader has not committed an entry of its term yet\n",
                n1.out());
    }

    @Test
    void z38_notWhileAnotherIsUnderWay() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.reconfigure(1, remove("n3")).ignore();

        n1.reconfigure(2, remove("n2"));

        assertTrue(n1.out().startsWith("change 2 refused: another change of members is under way"));
    }

    @Test
    void z38_notWhileAnInheritedJointConfigurationIsBeingLeftUnlessThatIsWhatIsWished() {
        TestNode n1 = leader("n1", "n1 n2 n4; outgoing n1 n2 n3");
        n1.ignore().persist();
        n1.get("n2", accepted(1, 2));

        n1.become(1, "n1 n2").become(2, "n1 n2 n4");

        String out = n1.out();
        assertTrue(out.contains("change 1 refused: another change of members is under way"), out);
        assertFalse(out.contains("change 2"), out);
        n1.persist().get("n2", accepted(1, 3)).get("n4", accepted(1, 3));
        n1.get("n3", accepted(1, 3));
        n1.ignore();
        n1.persist().get("n2", accepted(1, 4)).get("n4", accepted(1, 4));
        assertTrue(n1.core.status().commitIndex() >= 2, n1.state());
    }

    @Test
    void aChangeWaitsForATransferAndATransferForAChange() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.transfer("n2").reconfigure(1, remove("n3"));
        assertTrue(n1.out().contains("change 1 refused: leadership is being handed over"));

        TestNode other = leader("n1", "n1 n2 n3").established();
        other.reconfigure(1, remove("n3")).ignore();
        other.transfer("n2");
        assertNull(other.core.status().transferTarget());
        assertEquals("", other.out());
    }

    @Test
    void aConfigurationThatNoGroupCanHaveIsRefusedInWords() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        String learners =
                IntStream.range(0, 5000).mapToObj(i -> "learner" + i).collect(joining(" "));

        n1.become(1, "n1 n2; outgoing n1 n2 n3");
        n1.become(2, "n1 n2 n3; learners " + learners);

        String out = n1.out();
        assertTrue(out.startsWith("change 1 refused: a group cannot become '"), out);
        assertTrue(out.contains("': name its voters, and no old ones\nchange 2 refused:"), out);
        assertTrue(out.endsWith("a configuration of 5003 members is too long\n"), out);
    }

    @Test
    void aWishThatMakesNoSenseIsRefusedInWords() {
        TestNode n1 = leader("n1", "n1").established();

        n1.reconfigure(1, remove("n1")).reconfigure(2, new MembershipChange.Promote(id("n9")));

        assertEquals(
                """
                change 1 refused: node n1 is the only voter: add another one before removing it
                change 2 refused: node n9 is not a member: voters n1=n1:7000; add it first
                """,
                n1.out());
    }

    // Catching up, thesis §4.2.1

    @Test
    void section4_2_1_aNodeThatDoesNotAnswerIsGivenUpAndItsLearnerGoes() {
        Cluster cluster = cluster("");
        cluster.node("n1").reconfigure(1, ADD_N4);

        for (int i = 0; i < 49; i++) {
            cluster.settle().heartbeat("n1");
        }
        assertEquals(List.of(), cluster.outcomes);
        cluster.heartbeat("n1").heartbeat("n1");

        assertEquals("node n4 does not answer", outcome(cluster));
        assertEquals(
                "voters n1,n2,n3\nvoters n1,n2,n3; learners n4\nvoters n1,n2,n3\n",
                configurations(cluster.node("n1")));
        for (int i = 0; i < 11; i++) {
            cluster.heartbeat("n1");
        }
        assertFalse(cluster.node("n1").core.progress().containsKey(id("n4")), "left alone");
    }

    @Test
    void section4_2_1_roundsGoOnUntilOneIsShort() {
        TestNode n1 = withLearner();
        n1.reconfigure(1, new MembershipChange.Promote(id("n4"))).ignore();

        slowRound(n1, 1200);
        slowRound(n1, 1200);
        assertFalse(n1.core.membership().isJoint());
        slowRound(n1, 300);

        assertTrue(n1.core.membership().isJoint());
    }

    @Test
    void section4_2_1_aNodeThatNeverKeepsUpIsGivenUpAfterTenRounds() {
        TestNode n1 = withLearner();
        n1.reconfigure(1, new MembershipChange.Promote(id("n4"))).ignore();

        for (int i = 0; i < 9; i++) {
            slowRound(n1, 1200);
        }
        String out = slowRound(n1, 1200);

        assertTrue(
                out.contains(
                        "change 1 refused: node n4 does not keep up: it was behind after 10"
                                + " rounds"),
                out);
        assertEquals(membership("n1; learners n4"), n1.core.membership(), "as it was before");
    }

    @Test
    void aNodeThatAnswersAndTakesNothingIsGivenUp() {
        TestNode n1 = withLearner();
        n1.reconfigure(1, new MembershipChange.Promote(id("n4"))).ignore();

        String out = "";
        for (int i = 0; i < 301; i++) {
            n1.after(100).get("n4", new HeartbeatResponse(1, 1, 2)).tick();
            out += n1.out().replaceAll("to n4.*\n", "");
        }

        assertTrue(out.contains("refused: node n4 answers but takes no entries"), out);
    }

    private static TestNode withLearner() {
        return leader("n1", "n1; learners n4").established().propose(5, "a").ignore().persist();
    }

    /** The learner has, after so long, what the log held when the round began. */
    private static String slowRound(TestNode n1, long millis) {
        long last = n1.log.lastIndex();
        n1.propose(6, "b").ignore();
        n1.persist().ignore();
        n1.after(millis).get("n4", new HeartbeatResponse(1, 1, last)).get("n4", accepted(1, last));
        return n1.out();
    }

    @Test
    void noVotersThatCouldNotDecideAreLetIn() {
        TestNode n1 = leader("n1", "n1 n2 n3; learners n4 n5").established();
        n1.after(600).get("n2", new HeartbeatResponse(1, 1, 2)).tick().ignore();
        n1.after(600).get("n3", new HeartbeatResponse(1, 2, 2)).ignore();

        n1.become(1, "n1 n4 n5");

        String out = n1.out();
        assertTrue(out.contains("change 1 refused: no majority of the voters wished for"), out);
        assertEquals(membership("n1 n2 n3; learners n4 n5"), n1.core.membership());
    }

    // Joint configurations, Z39, Z40

    @Test
    void section6_aJointConfigurationCommitsByBothMajorities() {
        TestNode n1 = leader("n1", "n1 n2 n3; learners n4 n5").established();
        n1.become(1, "n1 n4 n5").ignore();
        n1.persist();

        n1.get("n4", accepted(1, 3)).get("n5", accepted(1, 3));
        assertEquals(2, n1.core.commitIndex(), "the old voters have not");
        n1.get("n2", accepted(1, 3));
        assertEquals(3, n1.core.commitIndex());
        assertEquals(
                """
                write 4: [4@1 membership]
                to n2: AppendEntries term 1 prev 3@1 commit 3 [4@1 membership]
                to n3: AppendEntries term 1 prev 3@1 commit 3 [4@1 membership]
                to n4: AppendEntries term 1 prev 3@1 commit 3 [4@1 membership]
                to n5: AppendEntries term 1 prev 3@1 commit 3 [4@1 membership]
                apply to 3
                """,
                n1.out());
        n1.persist().get("n2", accepted(1, 4)).get("n3", accepted(1, 4));
        assertEquals(3, n1.core.commitIndex(), "they count no more");
        n1.get("n4", accepted(1, 4));
        assertEquals(4, n1.core.commitIndex());
    }

    @Test
    void section6_inAJointConfigurationAnElectionNeedsBothMajorities() {
        TestNode n1 = node("n1", "n1 n4 n5; outgoing n1 n2 n3", 1).after(TestNode.LATER).tick();
        n1.ignore();
        n1.get("n2", Script.preVoteResponse(2, true)).get("n3", Script.preVoteResponse(2, true));
        assertEquals("PRE_CANDIDATE", n1.role().toString());
        n1.get("n5", Script.preVoteResponse(2, true));
        assertEquals("CANDIDATE", n1.role().toString());
        n1.ignore().persist().get("n4", Script.vote(2, true)).get("n5", Script.vote(2, true));
        assertEquals("CANDIDATE", n1.role().toString());
        n1.get("n3", Script.vote(2, true));
        assertEquals("LEADER", n1.role().toString());
    }

    @Test
    void z39_aNewLeaderLeavesTheJointConfigurationThatItFinds() {
        Cluster cluster = cluster("n4");
        cluster.node("n1").reconfigure(1, ADD_N4);
        while (!cluster.node("n2").core.membership().isJoint()) {
            cluster.nodes.keySet().forEach(cluster::run);
            cluster.deliver(each -> true);
        }
        cluster.drop(each -> true);
        cluster.nodes.remove(id("n1")); // It dies.

        cluster.elect("n2").heartbeat("n2");

        assertEquals(List.of("n2"), cluster.leaders());
        assertEquals(membership("n1 n2 n3 n4"), cluster.node("n2").core.membership());
        assertEquals(membership("n1 n2 n3 n4"), cluster.node("n4").core.membership());
    }

    @Test
    void z40_aChangeThatWasNotCommittedRollsBack() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(1, 2, 1, 2, configuration(3, 1, "n1 n2; outgoing n1 n2 n3")));
        assertTrue(n2.core.membership().isJoint());

        n2.get("n3", append(2, 2, 1, 2, noop(3, 2)));

        assertEquals(membership("n1 n2 n3"), n2.core.membership());
    }

    @Test
    void z39_aLeaderThatIsOutLeadsUntilThatIsCommittedAndDoesNotCountItself() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.reconfigure(1, remove("n1")).ignore();
        n1.persist().get("n2", accepted(1, 3)).get("n3", accepted(1, 3)).ignore();
        assertEquals(membership("n2 n3"), n1.core.membership());
        n1.persist();

        n1.get("n2", accepted(1, 4));
        assertEquals(3, n1.core.commitIndex(), "one of two is no majority");
        assertEquals("LEADER", n1.role().toString());
        n1.get("n3", accepted(1, 4));
        assertEquals(4, n1.core.commitIndex());

        assertEquals(
                """
                to n2: TimeoutNow term 1 round 1
                change 1 done
                apply to 4
                """,
                n1.out());
        assertEquals("FOLLOWER term 1 vote n1 leader none commit 4 last 4", n1.state());
        assertTrue(n1.core.status().removed());
        n1.after(60_000).tick();
        assertEquals("", n1.out());
    }

    @Test
    void z39_aLeaderThatIsOutWaitsForOneThatHasItsWholeLog() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.reconfigure(1, remove("n1")).ignore();
        n1.persist().get("n2", accepted(1, 3)).get("n3", accepted(1, 3)).ignore();
        n1.propose(5, "a").ignore();
        n1.persist().get("n2", accepted(1, 4)).get("n3", accepted(1, 4)).propose(6, "b");

        assertEquals("change 1 done\nrefused 6 here: TRANSFERRING\napply to 4\n", n1.out());
        assertEquals("LEADER", n1.role().toString());
        n1.get("n3", accepted(1, 5));
        assertEquals("to n3: TimeoutNow term 1 round 1\n", n1.out());
        assertEquals("FOLLOWER", n1.role().toString());
    }

    @Test
    void z39_aLeaderThatIsOutGoesAnyhowWhenNobodyIsReady() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.reconfigure(1, remove("n1")).ignore();
        n1.persist().get("n2", accepted(1, 3)).get("n3", accepted(1, 3)).ignore();
        n1.propose(5, "a").ignore();
        n1.persist().get("n2", accepted(1, 4)).get("n3", accepted(1, 4)).ignore();

        n1.after(500).get("n2", new HeartbeatResponse(1, 1, 4));
        n1.after(500).get("n3", new HeartbeatResponse(1, 1, 4)).tick().ignore();

        assertEquals("FOLLOWER", n1.role().toString());
    }

    /**
     * Seed 4416: n1, which leads, has the entry that removes it, alone; n2 needs its vote for the
     * configuration before, and has the shorter log. Neither could ever win.
     */
    @Test
    void section4_2_2_whoIsOutOfAConfigurationThatIsNotCommittedStillStands() {
        Cluster cluster = Cluster.ofVoters("n1 n2").elect("n1");
        TestNode n1 = cluster.node("n1").reconfigure(1, remove("n1"));
        while (n1.core.membership().isJoint() || n1.core.membership().isVoter(n1.id)) {
            cluster.nodes.keySet().forEach(cluster::run);
            cluster.deliver(each -> !n1.core.membership().equals(membership("n2")));
        }
        cluster.run(n1.id);
        cluster.drop(each -> true);
        cluster.after(TestNode.LATER).tickAll();
        assertEquals("FOLLOWER", n1.role().toString(), "it heard nobody");

        cluster.elect("n1").heartbeat("n1").after(TestNode.LATER).tickAll().settle();

        assertEquals(membership("n2"), cluster.node("n2").core.membership());
        assertEquals(List.of("n2"), cluster.leaders());
        assertTrue(n1.core.status().removed());
    }

    @Test
    void aNodeThatIsOutHearsItBeforeItIsLeftAlone() {
        Cluster cluster = cluster("");

        cluster.node("n1").reconfigure(1, remove("n3"));
        cluster.settle();

        assertEquals("done", outcome(cluster));
        assertEquals("FOLLOWER", cluster.node("n3").role().toString());
        assertTrue(cluster.node("n3").core.status().removed());
        assertFalse(cluster.node("n1").core.progress().containsKey(id("n3")));
        cluster.after(60_000);
        cluster.node("n3").tick();
        assertEquals("apply to 4\n", cluster.node("n3").out());
    }

    // Z42

    @Test
    void z42_aNodeThatWasAwayIsToldThatItIsOutAndGoesSilent() {
        Cluster cluster = cluster("");
        cluster.drop(each -> true);
        TestNode n3 = cluster.nodes.remove(id("n3"));
        cluster.node("n1").reconfigure(1, remove("n3"));
        cluster.settle().heartbeat("n1");
        n3.at(cluster.node("n1").nowMillis() + TestNode.LATER);
        cluster.add(n3);
        cluster.drop(each -> true);

        n3.tick();
        cluster.settle();

        assertTrue(n3.core.status().removed());
        assertEquals(List.of("n1"), cluster.leaders());
        n3.after(60_000).tick();
        assertEquals("", n3.out());
    }

    @Test
    void z42_theNoticeSaysWhereItIsWritten() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 2);
        n1.get("n2", append(2, 3, 2, 4, configuration(4, 2, "n1 n2"))).ignore().persist();
        n1.ignore();

        n1.get("n3", preVote(3, 3, 2));

        assertEquals(
                """
                to n3: PreVoteResponse term 2 refused
                to n3: RemovedNotice term 2 at 4
                """,
                n1.out());
        n1.get("n2", preVote(3, 3, 2));
        assertEquals("to n2: PreVoteResponse term 2 refused\n", n1.out());
    }

    @Test
    void z42_whoHasANewerConfigurationDoesNotBelieveIt() {
        TestNode n3 = node("n3", "n1 n2 n3", 1);
        n3.get("n1", append(1, 2, 1, 2, configuration(3, 1, "n1 n2 n3"))).ignore().persist();
        n3.after(TestNode.LATER).tick().ignore();

        n3.get("n2", new RemovedNotice(1, 2));
        assertFalse(n3.core.status().removed());
        n3.get("n2", new RemovedNotice(1, 9));
        assertTrue(n3.core.status().removed());
        assertEquals("", n3.after(60_000).tick().out());
        n3.get("n1", new Heartbeat(1, 1, 0));
        assertFalse(n3.core.status().removed(), "a leader knows better");
    }

    @Test
    void z42_whoHearsALeaderDoesNotBelieveIt() {
        TestNode n3 = node("n3", "n1 n2 n3", 1).get("n1", new Heartbeat(1, 1, 0));

        n3.get("n2", new RemovedNotice(1, 9));

        assertFalse(n3.core.status().removed());
    }

    /** A lagging responder must not stand in the way of a member that it does not know yet. */
    @Test
    void z5_aCandidateThatIsUnknownHereGetsItsVote() {
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(TestNode.LATER);

        n2.get("n4", preVote(2, 9, 1));

        assertEquals("to n4: PreVoteResponse term 2 granted\n", n2.out());
    }

    // Z23

    @Test
    void z23_whoHasJustBecomeTheOnlyVoterWaitsAllTheSame() {
        List<LogEntry> log =
                List.of(
                        configuration(1, 0, "n1 n2"),
                        noop(2, 1),
                        configuration(3, 1, "n1; outgoing n1 n2"),
                        configuration(4, 1, "n1"));
        TestNode n1 = node(RaftConfig.defaults(), "n1", log, new HardState(1, null));

        assertEquals("", n1.tick().out(), "n2 may still lead, and hold a lease");
        n1.after(TestNode.LATER).tick();
        assertEquals("CANDIDATE", n1.role().toString());
    }

    @Test
    void z23_whoWasAlwaysTheOnlyVoterDoesNot() {
        List<LogEntry> log =
                List.of(configuration(1, 0, "n1"), configuration(2, 1, "n1; learners n2"));
        TestNode n1 = node(RaftConfig.defaults(), "n1", log, new HardState(1, null));

        n1.tick();

        assertEquals("CANDIDATE", n1.role().toString());
    }

    // What others say

    @Test
    void aLateOutcomeOfAnOldLeaderIsStillAnOutcome() {
        TestNode n2 = node("n2", "n1 n2 n3", 3);

        n2.get("n1", new ReconfigureResponse(1, 7, "no"));

        assertEquals("change 7 refused: no\n", n2.out());
    }
}
