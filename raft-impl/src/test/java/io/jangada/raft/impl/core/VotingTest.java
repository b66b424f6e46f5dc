package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.Script.preVote;
import static io.jangada.raft.impl.core.Script.requestVote;
import static io.jangada.raft.impl.core.Script.transferVote;
import static io.jangada.raft.impl.core.TestNode.LATER;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answering candidates: paper §5.1, §5.2, §5.4.1, thesis §4.2.3 and §9.6, rules Z1 to Z10, Z23. */
class VotingTest {
    // §5.4.1

    @ParameterizedTest(name = "{0}")
    @CsvSource({ // Voter's log: last index 6, last term 2.
        "higher last term wins though shorter,  3, 3, true",
        "same last term and longer,             7, 2, true",
        "same last term and as long,            6, 2, true",
        "same last term and shorter,            5, 2, false",
        "lower last term loses though longer,   9, 1, false"
    })
    void section5_4_1_votesGoOnlyToLogsThatAreUpToDate(
            String why, long lastLogIndex, long lastLogTerm, boolean granted) {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 2, 2, 2).after(LATER);

        n1.get("n2", requestVote(3, lastLogIndex, lastLogTerm));

        String vote = granted ? "n2" : "none";
        String answer = granted ? "granted" : "refused";
        assertEquals(
                "write 1: term 3 vote "
                        + vote
                        + "\nto n2: RequestVoteResponse term 3 "
                        + answer
                        + " after write 1\n",
                n1.out(),
                why);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "higher last term wins though shorter,  3, 3, true",
        "same last term and as long,            6, 2, true",
        "same last term and shorter,            5, 2, false",
        "lower last term loses though longer,   9, 1, false"
    })
    void section9_6_preVotesGoOnlyToLogsThatAreUpToDateAndMoveNothing(
            String why, long lastLogIndex, long lastLogTerm, boolean granted) {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 2, 2, 2).after(LATER);
        String before = n1.state();
        long deadline = n1.core.nextDeadlineNanos();

        n1.get("n2", preVote(3, lastLogIndex, lastLogTerm));

        // A grant names the term it is for, a refusal the own one.
        String answer = granted ? "3 granted" : "2 refused";
        assertEquals("to n2: PreVoteResponse term " + answer + "\n", n1.out(), why);
        assertEquals(before, n1.state());
        assertEquals(deadline, n1.core.nextDeadlineNanos());
    }

    @ParameterizedTest(name = "for term {0}")
    @ValueSource(longs = {1, 2})
    void section9_6_aPreVoteForATermThatIsNotNewIsRefusedWithOurs(long term) {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 2).after(LATER);

        n1.get("n2", preVote(term, 9, 9));

        assertEquals("to n2: PreVoteResponse term 2 refused\n", n1.out());
    }

    // §5.2: one vote per term

    @Test
    void section5_2_oneVotePerTermFirstComeFirstServed() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER);

        n1.get("n2", requestVote(2, 2, 1)).get("n3", requestVote(2, 5, 1));

        assertEquals(
                """
                write 1: term 2 vote n2
                to n2: RequestVoteResponse term 2 granted after write 1
                to n3: RequestVoteResponse term 2 refused after write 1
                """,
                n1.out());
    }

    @Test
    void z4_theSameCandidateGetsTheSameYesAgain() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER);
        n1.get("n2", requestVote(2, 2, 1)).ignore().persist();

        n1.get("n2", requestVote(2, 2, 1));

        assertEquals("to n2: RequestVoteResponse term 2 granted\n", n1.out());
    }

    @Test
    void z4_theYesStandsAfterARestart() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER);
        n1.get("n2", requestVote(2, 2, 1)).ignore().persist();

        TestNode again = n1.restarted(0, 3).after(LATER);
        again.get("n3", requestVote(2, 9, 2)).get("n2", requestVote(2, 2, 1));

        assertEquals(
                """
                to n3: RequestVoteResponse term 2 refused
                to n2: RequestVoteResponse term 2 granted
                """,
                again.out());
    }

    @Test
    void z1_aVoteThatACrashTookBackWasNeverShown() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER);
        n1.get("n2", requestVote(2, 2, 1));
        Ready ready = n1.take();

        assertEquals(List.of(1L), ready.messages().stream().map(m -> m.afterWrite()).toList());
        assertEquals(1, ready.writeSequence());
        TestNode again = n1.restarted(0, 3);
        assertEquals("FOLLOWER term 1 vote none leader none commit 0 last 2", again.state());
    }

    @Test
    void section5_2_nobodyVotesInATermWhoseLeaderItFollows() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        n1.get("n2", append(2, 2, 1, 0)).ignore().persist().after(LATER);

        n1.get("n3", requestVote(2, 9, 1));

        assertEquals("to n3: RequestVoteResponse term 2 refused\n", n1.out());
        assertEquals("FOLLOWER term 2 vote none leader n2 commit 0 last 2", n1.state());
    }

    @Test
    void section5_2_aPreCandidateVotesForAnotherAndGivesUp() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER).tick().ignore();

        n1.get("n2", requestVote(2, 2, 1));

        assertEquals(
                """
                write 1: term 2 vote n2
                to n2: RequestVoteResponse term 2 granted after write 1
                """,
                n1.out());
        assertEquals(Role.FOLLOWER, n1.role());
    }

    @Test
    void z5_aLearnerAnswersForItMayNotKnowOfItsPromotion() {
        TestNode n4 = node("n4", "n1 n2 n3; learners n4", 1).after(LATER);

        n4.get("n2", preVote(2, 2, 1)).get("n2", requestVote(2, 2, 1));

        assertEquals(
                """
                write 1: term 2 vote n2
                to n2: PreVoteResponse term 2 granted
                to n2: RequestVoteResponse term 2 granted after write 1
                """,
                n4.out());
    }

    @Test
    void z5_aNodeThatKnowsNoConfigurationAnswersToo() {
        TestNode n4 =
                node(RaftConfig.builder().build(), "n4", List.<LogEntry>of(), HardState.INITIAL);

        n4.after(LATER).get("n2", requestVote(2, 2, 1));

        assertEquals(
                """
                write 1: term 2 vote n2
                to n2: RequestVoteResponse term 2 granted after write 1
                """,
                n4.out());
    }

    // §5.1: terms

    @Test
    void section5_1_anOldRequestIsRefusedWithOurTerm() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 5).after(LATER);

        n1.get("n2", requestVote(4, 9, 4));

        assertEquals("to n2: RequestVoteResponse term 5 refused\n", n1.out());
    }

    @Test
    void z10_aHigherTermIsTakenOverThoughTheVoteIsRefused() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 5).after(LATER);

        n1.get("n2", requestVote(7, 2, 1));

        assertEquals(
                """
                write 1: term 7 vote none
                to n2: RequestVoteResponse term 7 refused after write 1
                """,
                n1.out());
    }

    // Z6, Z23: the promise to a leader that was heard

    @ParameterizedTest(name = "heard {0} ms ago: {1}")
    @CsvSource({"0, false", "999, false", "1000, true"})
    void z23_noVoteWithinTheElectionTimeoutAfterALeaderWasHeard(long millis, boolean free) {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER);
        n1.get("n2", new Heartbeat(1, 1, 0)).ignore().after(millis);

        n1.get("n3", requestVote(2, 2, 1));

        // Refused by silence: the request moves nobody, not even to its term (Z10).
        assertVotesForN3(free, n1);
    }

    private static void assertVotesForN3(boolean yes, TestNode voter) {
        assertEquals(
                yes
                        ? """
                        write 1: term 2 vote n3
                        to n3: RequestVoteResponse term 2 granted after write 1
                        """
                        : "",
                voter.out());
    }

    @ParameterizedTest(name = "heard {0} ms ago: {1}")
    @CsvSource({"0, 1 refused", "999, 1 refused", "1000, 2 granted"})
    void z6_noPreVoteWithinTheElectionTimeoutAfterALeaderWasHeard(long millis, String answer) {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(LATER);
        n1.get("n2", append(1, 2, 1, 0)).ignore().after(millis);

        n1.get("n3", preVote(2, 2, 1));

        assertEquals("to n3: PreVoteResponse term " + answer + "\n", n1.out());
    }

    @ParameterizedTest(name = "started {0} ms ago: {1}")
    @CsvSource({"0, false", "999, false", "1000, true"})
    void z23_aRestartedVoterKeepsAPromiseThatItMayHaveMade(long millis, boolean free) {
        TestNode n1 = node("n1", "n1 n2 n3", 1).after(millis);

        n1.get("n2", preVote(2, 2, 1)).get("n3", requestVote(2, 2, 1));

        assertEquals(
                free
                        ? """
                        write 1: term 2 vote n3
                        to n2: PreVoteResponse term 2 granted
                        to n3: RequestVoteResponse term 2 granted after write 1
                        """
                        : "to n2: PreVoteResponse term 1 refused\n",
                n1.out());
    }

    @ParameterizedTest(name = "its log was held for {0} ms, and it started {1} ms ago: {2}")
    @CsvSource({"400, 599, false", "400, 600, true", "999, 0, false", "1000, 0, true"})
    void z23_aPromiseIsNotKeptLongerBecauseTheStoreOpenedSlowly(
            long held, long millis, boolean free) {
        TestNode n1 = node("n1", "n1 n2 n3", 1).restartedSlowly(held, 7).after(millis);

        n1.get("n3", requestVote(2, 2, 1));

        assertVotesForN3(free, n1);
    }

    @Test
    void z23_aRestartedVoterBreaksNoPromiseByStandingItself() {
        for (int seed = 0; seed < 200; seed++) {
            TestNode n1 = leader("n1", "n1 n2 n3").established().restarted(0, seed);
            n1.after(999).tick();
            assertEquals("", n1.out());
            TestNode slow = leader("n1", "n1 n2 n3").established().restartedSlowly(600, seed);
            slow.after(399).tick();
            assertEquals("", slow.out());
        }
    }

    @Test
    void z23_aVoteRequestForATransferIsExempt() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        n1.get("n2", new Heartbeat(1, 1, 0)).ignore();

        n1.get("n3", transferVote(2, 2, 1));

        assertEquals(
                """
                write 1: term 2 vote n3
                to n3: RequestVoteResponse term 2 granted after write 1
                """,
                n1.out());
    }

    @Test
    void z23_aLeaderGivesNeitherVoteNorPreVoteHoweverHighTheTerm() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        n1.get("n2", preVote(9, 9, 9)).get("n3", requestVote(9, 9, 9));

        assertEquals("to n2: PreVoteResponse term 1 refused\n", n1.out());
        assertEquals("LEADER term 1 vote n1 leader n1 commit 2 last 2", n1.state());
    }

    @Test
    void z23_aLeaderVotesInTheTransferThatItAskedFor() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        n1.get("n2", transferVote(2, 2, 1));

        assertEquals(
                """
                write 3: term 2 vote n2
                to n2: RequestVoteResponse term 2 granted after write 3
                """,
                n1.out());
        assertEquals("FOLLOWER term 2 vote n2 leader none commit 2 last 2", n1.state());
    }

    @Test
    void z42_aServerThatWasCutOffDoesNotDisturb() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3").elect("n1");
        TestNode n3 = cluster.node("n3");
        for (int i = 0; i < 50; i++) { // n3 hears nobody for five seconds, the others each other.
            cluster.after(100);
            cluster.node("n1").tick();
            n3.tick();
            cluster.run(n3.id);
            cluster.drop(each -> each.to().equals(n3.id) || each.from().equals(n3.id));
            cluster.settle(List.of(Script.id("n1"), Script.id("n2")));
            cluster.drop(each -> each.to().equals(n3.id));
        }
        assertEquals(Role.PRE_CANDIDATE, n3.role());

        cluster.settle();
        cluster.heartbeat("n1");

        assertEquals(List.of("n1"), cluster.leaders());
        assertEquals("FOLLOWER term 1 vote n1 leader n1 commit 2 last 2", n3.state());
    }

    @Test
    void section5_1_whatComesFromALeaderOfAHigherTermIsFollowedAtOnce() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        n1.get("n2", append(2, 2, 1, 2, noop(3, 2)));

        assertEquals(
                """
                write 3: term 2 vote none, [3@2 noop]
                to n2: AppendEntriesResponse term 2 accepted 3 after write 3
                """,
                n1.out());
        assertEquals("FOLLOWER term 2 vote none leader n2 commit 2 last 3", n1.state());
    }
}
