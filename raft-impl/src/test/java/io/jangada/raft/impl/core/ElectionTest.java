package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.preVote;
import static io.jangada.raft.impl.core.Script.preVoteResponse;
import static io.jangada.raft.impl.core.Script.requestVote;
import static io.jangada.raft.impl.core.Script.vote;
import static io.jangada.raft.impl.core.TestNode.LATER;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.spi.HardState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Standing for election: paper §5.2, thesis §9.6 (pre-vote) and §9.3 (timeouts). */
class ElectionTest {
    // Starting

    @Test
    void figure2FollowersStartSilent() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1);

        assertEquals("", n1.out());
        assertEquals("FOLLOWER term 1 vote none leader none commit 0 last 3", n1.state());
    }

    @Test
    void z26_aLeaderThatRestartsComesBackAsFollower() {
        TestNode leader = TestNode.leader("n1", "n1 n2 n3").established();

        TestNode again = leader.restarted(0, 5);

        assertEquals("FOLLOWER term 1 vote n1 leader none commit 0 last 2", again.state());
        assertEquals("", again.out());
    }

    // §9.6: pre-vote

    @Test
    void section9_6_aFollowerThatHearsNobodyAsksForPreVotesAndKeepsItsTerm() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);

        n1.after(LATER).tick();

        assertEquals(
                """
                to n2: PreVote term 2 last 2@1
                to n3: PreVote term 2 last 2@1
                """,
                n1.out());
        assertEquals("PRE_CANDIDATE term 1 vote none leader none commit 0 last 2", n1.state());
    }

    @Test
    void section9_6_aQuorumOfPreVotesStartsTheElection() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();

        n1.get("n2", preVoteResponse(2, true));

        // Z1, thesis §3.8: the request claims a term, a vote and a log; it waits for them.
        assertEquals(
                """
                write 1: term 2 vote n1
                to n2: RequestVote term 2 last 2@1 after write 1
                to n3: RequestVote term 2 last 2@1 after write 1
                """,
                n1.out());
        assertEquals("CANDIDATE term 2 vote n1 leader none commit 0 last 2", n1.state());
    }

    @Test
    void section9_6_aQuorumOfRefusalsEndsTheAttemptAndTheTimerGoesOn() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();
        long deadline = n1.core.nextDeadlineNanos();

        n1.get("n2", preVoteResponse(1, false)).get("n3", preVoteResponse(1, false));

        assertEquals("", n1.out());
        assertEquals("FOLLOWER term 1 vote none leader none commit 0 last 2", n1.state());
        assertEquals(deadline, n1.core.nextDeadlineNanos());
    }

    @Test
    void section9_6_aRefusalFromAHigherTermMakesAFollowerOfThatTerm() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();

        n1.get("n2", preVoteResponse(5, false));

        assertEquals("write 1: term 5 vote none\n", n1.out());
        assertEquals(Role.FOLLOWER, n1.role());
    }

    @Test
    void section9_6_aPreVoteForAnotherTermCountsNothing() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();

        n1.get("n2", preVoteResponse(3, true)).get("n3", preVoteResponse(1, true));

        assertEquals("", n1.out());
        assertEquals(Role.PRE_CANDIDATE, n1.role());
    }

    @Test
    void section9_6_aPreCandidateThatHearsNothingAsksAgain() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();

        n1.after(n1.deadlineMillis()).tick();

        assertEquals(
                """
                to n2: PreVote term 2 last 2@1
                to n3: PreVote term 2 last 2@1
                """,
                n1.out());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the smaller id goes on,           n1, n2, 2, 2, 1, PRE_CANDIDATE",
        "the greater id gives up,          n2, n1, 2, 2, 1, FOLLOWER",
        "a longer log makes it give up,    n1, n2, 2, 3, 1, FOLLOWER",
        "a later last term does too,       n1, n2, 3, 1, 2, FOLLOWER",
        "a later term does too,            n1, n2, 3, 2, 1, FOLLOWER",
        "a shorter log goes unheard,       n2, n1, 2, 1, 1, PRE_CANDIDATE"
    })
    void section9_6_ofTwoAttemptsThatCrossOneGivesUp(
            String why,
            String self,
            String other,
            int term,
            int lastIndex,
            int lastTerm,
            Role role) {
        TestNode node = node(self, "n1 n2 n3", 1).after(LATER).tick().ignore();

        node.get(other, preVote(term, lastIndex, lastTerm));

        assertEquals(role, node.role(), why);
    }

    /**
     * Both stand in the same moment, and their requests cross: nobody waits for another timeout.
     */
    @Test
    void section5_2_twoThatStandAtOnceDoNotSplitTheVote() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(LATER).tick().ignore();

        n1.get("n2", preVote(2, 2, 1)).ignore();
        n2.get("n1", preVote(2, 2, 1)).ignore();
        n1.get("n2", preVoteResponse(2, true)).ignore().persist();
        n2.get("n1", preVoteResponse(2, true));
        n2.get("n1", requestVote(2, 2, 1)).ignore().persist();
        n1.get("n2", vote(2, true));

        assertEquals("LEADER term 2 vote n1 leader n1 commit 0 last 3", n1.state());
        assertEquals("FOLLOWER term 2 vote n1 leader none commit 0 last 2", n2.state());
    }

    @Test
    void section9_6_whoGivesUpKeepsItsTimer() {
        TestNode n2 = node("n2", "n1 n2 n3", 1).after(LATER).tick().ignore();
        long deadline = n2.core.nextDeadlineNanos();

        n2.get("n1", preVote(2, 2, 1));

        assertEquals("to n1: PreVoteResponse term 2 granted\n", n2.out());
        assertEquals(deadline, n2.core.nextDeadlineNanos());
    }

    // §5.2: the election

    @Test
    void z2_theVoteForOneselfCountsOnceDurable() {
        TestNode n1 = node("n1", "n1 n2 n3 n4 n5", 1).after(LATER).tick().ignore();
        n1.get("n2", preVoteResponse(2, true)).get("n3", preVoteResponse(2, true)).ignore();

        n1.get("n2", vote(2, true)).get("n3", vote(2, true));
        assertEquals(Role.CANDIDATE, n1.role(), "two votes and one that is not durable yet");
        n1.persist();

        assertEquals(Role.LEADER, n1.role());
    }

    @Test
    void z2_aGroupOfOneElectsItselfAtOnceButNotBeforeItsVoteIsDurable() {
        TestNode n1 = node("n1", "n1", 1).tick();

        assertEquals("write 1: term 2 vote n1\n", n1.out());
        assertEquals(Role.CANDIDATE, n1.role());
        n1.persist();
        assertEquals("write 2: [3@2 noop]\n", n1.out());
        n1.persist();
        assertEquals("apply to 3\n", n1.out());
        assertEquals("LEADER term 2 vote n1 leader n1 commit 3 last 3", n1.state());
    }

    @Test
    void section5_2_theWinnerAppendsANoOpAndShowsThatItLeads() {
        TestNode n1 = TestNode.leader("n1", "n1 n2 n3", 1);

        assertEquals(
                """
                write 2: [3@2 noop]
                to n2: Heartbeat term 2 round 1 commit 0
                to n3: Heartbeat term 2 round 1 commit 0
                to n2: AppendEntries term 2 prev 2@1 commit 0 [3@2 noop]
                to n3: AppendEntries term 2 prev 2@1 commit 0 [3@2 noop]
                """,
                n1.out());
        assertEquals("LEADER term 2 vote n1 leader n1 commit 0 last 3", n1.state());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a majority of three,      n1 n2 n3,         n2,       LEADER",
        "nobody else of three,     n1 n2 n3,         '',       CANDIDATE",
        "one more of five,         n1 n2 n3 n4 n5,   n2,       CANDIDATE",
        "two more of five,         n1 n2 n3 n4 n5,   n2 n3,    LEADER",
        "one more of four,         n1 n2 n3 n4,      n2,       CANDIDATE",
        "one more of two,          n1 n2,            n2,       LEADER",
        "twice the same of five,   n1 n2 n3 n4 n5,   n2 n2,    CANDIDATE",
        "a stranger of three,      n1 n2 n3,         n9,       CANDIDATE",
        "a learner of three,       n1 n2 n3; learners n4, n4,  CANDIDATE",
        "one half of joint,        n1 n2 n3; outgoing n1 n4 n5, n2 n3, CANDIDATE",
        "both halves of joint,     n1 n2 n3; outgoing n1 n4 n5, n2 n4, LEADER"
    })
    void z5_votesAreCountedByNodeAgainstTheOwnConfiguration(
            String why, String membership, String granting, Role role) {
        TestNode n1 = candidate(membership);

        for (String voter : granting.split(" ")) {
            if (!voter.isEmpty()) {
                n1.get(voter, vote(2, true));
            }
        }

        assertEquals(role, n1.role(), why);
    }

    @Test
    void z5_aRefusalStandsThoughTheSameVoterAnswersAgain() {
        TestNode n1 = candidate("n1 n2 n3");

        n1.get("n2", vote(2, false)).get("n2", vote(2, true));

        assertEquals(Role.CANDIDATE, n1.role());
    }

    @Test
    void z5_lateVotesOfAnEarlierTermCountNothing() {
        TestNode n1 = candidate("n1 n2 n3");

        n1.get("n2", vote(1, true)).get("n3", preVoteResponse(2, true));

        assertEquals("", n1.out());
        assertEquals(Role.CANDIDATE, n1.role());
    }

    @Test
    void section5_2_aCandidateThatHearsALeaderOfItsTermFollowsIt() {
        TestNode n1 = candidate("n1 n2 n3");

        n1.get("n2", append(2, 2, 1, 0, noop(3, 2)));

        assertEquals(
                """
                write 2: [3@2 noop]
                to n2: AppendEntriesResponse term 2 accepted 3 after write 2
                """,
                n1.out());
        assertEquals("FOLLOWER term 2 vote n1 leader n2 commit 0 last 3", n1.state());
    }

    @Test
    void section5_2_aCandidateIgnoresAnOldLeaderAndTellsItTheTerm() {
        TestNode n1 = candidate("n1 n2 n3");

        n1.get("n2", append(1, 2, 1, 0));

        assertEquals(
                "to n2: AppendEntriesResponse term 2 rejected 2: term 0 from 3, last 2\n",
                n1.out());
        assertEquals(Role.CANDIDATE, n1.role());
    }

    @Test
    void section5_2_aSplitVoteIsFollowedByAnotherElection() {
        TestNode n1 = candidate("n1 n2 n3");

        n1.get("n2", vote(2, false)).get("n3", vote(2, false));
        assertEquals(Role.FOLLOWER, n1.role(), "lost");
        n1.after(n1.deadlineMillis()).tick();

        assertEquals(
                """
                to n2: PreVote term 3 last 2@1
                to n3: PreVote term 3 last 2@1
                """,
                n1.out());
    }

    @Test
    void section5_2_anUndecidedElectionIsFollowedByAnother() {
        TestNode n1 = candidate("n1 n2 n3");

        n1.after(n1.deadlineMillis()).tick();

        assertEquals(Role.PRE_CANDIDATE, n1.role());
        assertEquals(
                """
                to n2: PreVote term 3 last 2@1
                to n3: PreVote term 3 last 2@1
                """,
                n1.out());
    }

    // Who stands

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"n2 n3; learners n1", "n2 n3"})
    void z41_whoIsNoVoterNeverStands(String membership) {
        TestNode n1 = node("n1", membership, 1);

        n1.after(60_000).tick();

        assertEquals("", n1.out());
        assertEquals(Long.MAX_VALUE, n1.core.nextDeadlineNanos());
    }

    @Test
    void aVoterOfTheOldHalfAloneStandsToo() {
        TestNode n1 = node("n1", "n2 n3; outgoing n1 n2 n3", 1);

        n1.after(LATER).tick();

        assertEquals(
                """
                to n2: PreVote term 2 last 2@1
                to n3: PreVote term 2 last 2@1
                """,
                n1.out());
    }

    /** The exemption of Z23 once took a joint pair for a single voter. */
    @Test
    void bugTheOnlyVoterOfOneHalfIsNotTheOnlyVoter() {
        TestNode n1 = node("n1", "n2; outgoing n1", 1).tick();

        assertEquals("", n1.out());
        assertEquals(Role.FOLLOWER, n1.role());
    }

    @Test
    void z23_theOnlyVoterNeedNotWait() {
        List.of("n1", "n1; learners n2", "n1; outgoing n1")
                .forEach(
                        membership -> {
                            TestNode n1 = node("n1", membership, 1).tick();
                            assertEquals(Role.CANDIDATE, n1.role(), membership);
                        });
    }

    // Timeouts

    @Test
    void section9_3_timeoutsAreRandomWithinTAndOneAndAHalfT() {
        Set<Long> drawn = new HashSet<>();
        for (int seed = 0; seed < 1000; seed++) {
            FakeLog log = FakeLog.of(List.of(configuration(1, 0, "n1 n2 n3")), HardState.INITIAL);
            TestNode n1 = new TestNode(Script.id("n1"), RaftConfig.builder().build(), log, 0, seed);
            long timeout = n1.core.nextDeadlineNanos();
            assertTrue(timeout >= 1000 * MS && timeout < 1500 * MS, "drew " + timeout);
            drawn.add(timeout / MS);
        }
        assertTrue(drawn.size() > 300, "only " + drawn.size() + " different ones");
    }

    /** Nobody stands at once, for a leader may be about to be heard; nor all at the same time. */
    @ParameterizedTest(name = "{0} ms: from {1} to {2} ms")
    @CsvSource({"300, 700, 1200", "750, 250, 750", "60000, 250, 750"})
    void z9_timeThatAStoreTookToOpenCountsForTheFirstTimeout(long millis, long least, long most) {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        Set<Long> drawn = new HashSet<>();
        for (int seed = 0; seed < 1000; seed++) {
            TestNode slow = n1.restartedSlowly(millis, seed);
            long timeout = slow.core.nextDeadlineNanos() - slow.nowNanos();
            assertTrue(timeout >= least * MS && timeout < most * MS, "drew " + timeout);
            drawn.add(timeout / MS);
        }
        assertTrue(drawn.size() > 300, "only " + drawn.size() + " different ones");
    }

    @Test
    void z9_aTimeoutIsDrawnAnewForEachElectionAndWhenTheLeaderIsHeard() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        Set<Long> drawn = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            n1.after(10).get("n2", new Heartbeat(1, i, 0)).ignore();
            long timeout = n1.core.nextDeadlineNanos() - n1.nowNanos();
            assertTrue(timeout >= 1000 * MS && timeout < 1500 * MS, "drew " + timeout);
            drawn.add(timeout);
        }
        assertEquals(100, drawn.size());
    }

    @Test
    void electionsThatComeToNothingSpreadOut() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        long longest = 0;
        for (int i = 0; i < 100; i++) {
            n1.after(n1.deadlineMillis()).tick().ignore();
            long timeout = n1.core.nextDeadlineNanos() - n1.nowNanos();
            assertTrue(timeout >= 1000 * MS && timeout < 3500 * MS, "drew " + timeout);
            longest = Math.max(longest, timeout);
        }
        assertTrue(longest > 2500 * MS, "longest was " + longest);
    }

    /** The first timeout after a leader was heard was once drawn from the widened range. */
    @Test
    void bugAHeardLeaderEndsTheSpreadAtOnce() {
        for (int i = 1; i < 50; i++) {
            TestNode n1 = node("n1", "n1 n2 n3", 1);
            for (int futile = 0; futile < i; futile++) {
                n1.after(n1.deadlineMillis()).tick().ignore();
            }
            n1.get("n2", new Heartbeat(1, 1, 0));
            long timeout = n1.core.nextDeadlineNanos() - n1.nowNanos();
            assertTrue(timeout < 1500 * MS, "drew " + timeout / MS + " ms");
        }
    }

    @Test
    void z8_onlyALeaderOfTheTermAGrantedVoteOrAnElectionMovesTheTimer() {
        TestNode n1 = node("n1", "n1 n2 n3", 3, 3).after(LATER - 1);
        long deadline = n1.core.nextDeadlineNanos();

        n1.get("n2", new Heartbeat(2, 1, 0)); // An old leader.
        n1.get("n2", preVote(4, 3, 3)); // A pre-vote, granted.
        n1.get("n3", requestVote(4, 2, 3)); // A vote, refused: its log is too short.
        n1.get("n3", requestVote(3, 3, 3)); // An old one.
        n1.get("n2", Script.accepted(4, 1)); // An answer to someone else.
        assertEquals(deadline, n1.core.nextDeadlineNanos());

        n1.get("n2", requestVote(5, 3, 3));
        assertTrue(n1.core.nextDeadlineNanos() >= n1.nowNanos() + 1000 * MS, "a granted vote");
    }

    private static TestNode candidate(String membership) {
        TestNode n1 = node("n1", membership, 1).after(LATER).tick().ignore();
        for (var voter : Script.membership(membership).members()) {
            if (!voter.id().value().equals("n1")) {
                n1.get(voter.id().value(), preVoteResponse(2, true));
            }
        }
        n1.ignore().persist();
        assertEquals("CANDIDATE term 2 vote n1 leader none commit 0 last 2", n1.state());
        return n1;
    }
}
