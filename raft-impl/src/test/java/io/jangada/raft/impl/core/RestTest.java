package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.MS;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.proposal;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.TransferRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Who falls asleep, and what wakes whom. T is 1000 ms, a group must have been idle for 2000 ms; the
 * leader takes over at 1500 ms, in term 1, and its log ends at index 2.
 */
class RestTest {
    private static final RaftConfig DROWSY =
            RaftConfig.builder().hibernateAfter(Duration.ofSeconds(2)).build();

    /** A leader of n2 and n3 that has had nothing to do for long enough, with all answers. */
    private static TestNode idle() {
        TestNode n1 = leader(DROWSY, "n1", "n1 n2 n3").established().applied(2).ignore();
        for (long round = 2; round <= 20; round++) {
            n1.after(100).tick().ignore();
            answer(n1, round, false, "n2", "n3");
        }
        assertEquals(3400, n1.nowMillis());
        return n1.after(100).ignore();
    }

    private static void answer(TestNode n1, long round, boolean rest, String... peers) {
        for (String peer : peers) {
            n1.get(peer, new HeartbeatResponse(1, round, 2, 0, 0, rest));
        }
    }

    /** A leader that rests since 3500 ms. */
    private static TestNode asleep() {
        TestNode n1 = idle().tick().ignore();
        answer(n1, 21, true, "n2", "n3");
        assertTrue(rests(n1));
        return n1.ignore();
    }

    /** A follower of n1 with an equal log, which was heard at 3000 ms in round 9. */
    private static TestNode follower() {
        TestNode n2 = node(DROWSY, "n2", "n1 n2 n3", 1).at(3000);
        n2.get("n1", new Heartbeat(1, 9, 2)).ignore();
        return n2.applied(2).ignore();
    }

    private static TestNode followerAsleep() {
        TestNode n2 = follower().after(100).get("n1", new Heartbeat(1, 10, 2, 0, 0, true));
        assertEquals("to n1: HeartbeatResponse term 1 round 10 last 2 rests\n", n2.out());
        assertTrue(rests(n2));
        return n2;
    }

    private static boolean rests(TestNode node) {
        boolean resting = node.core.status().resting();
        assertTrue(!resting || node.core.nextDeadlineNanos() == Long.MAX_VALUE, "a timer runs");
        return resting;
    }

    // Falling asleep

    @Test
    void anIdleLeaderAsksAndRestsOnceAllHaveAgreed() {
        TestNode n1 = idle().tick();
        assertEquals(
                """
                to n2: Heartbeat term 1 round 21 commit 2 rest
                to n3: Heartbeat term 1 round 21 commit 2 rest
                """,
                n1.out());
        answer(n1, 21, true, "n2");
        assertFalse(rests(n1));
        answer(n1, 21, true, "n2", "n2");
        assertFalse(rests(n1), "the same node three times");
        answer(n1, 21, true, "n3");
        assertTrue(rests(n1));
        n1.after(100_000).tick();
        assertEquals("", n1.out());
        assertEquals(Role.LEADER, n1.role(), "silence was agreed on (Z7)");
    }

    @Test
    void whereOneDoesNotAgreeTheNextRoundIsAnOrdinaryOneAndQuietBeginsAnew() {
        TestNode n1 = idle().tick().ignore();
        answer(n1, 21, true, "n2");
        answer(n1, 21, false, "n3");
        for (long round = 22; round < 42; round++) {
            n1.after(100).tick();
            assertEquals(
                    "to n2: Heartbeat term 1 round %d commit 2\n".formatted(round),
                    n1.ignoring("to n3"));
            answer(n1, round, false, "n2", "n3");
        }
        n1.after(100).tick();
        assertEquals("to n2: Heartbeat term 1 round 42 commit 2 rest\n", n1.ignoring("to n3"));
        answer(n1, 21, true, "n3");
        answer(n1, 42, true, "n2");
        assertFalse(rests(n1), "an answer to another round");
    }

    @Test
    void nobodyIsAskedWhileThereIsSomethingToDo() {
        Map<String, Consumer<TestNode>> reasons = new LinkedHashMap<>();
        reasons.put("an entry", n1 -> n1.propose(1, "a"));
        reasons.put("a read", n1 -> n1.read(-1));
        reasons.put("a read of a follower", n1 -> n1.get("n2", new ReadIndexRequest(1, 7)));
        reasons.put("a transfer", n1 -> n1.transfer("n2"));
        reasons.put("a change", n1 -> n1.reconfigure(1, new MembershipChange.Remove(id("n3"))));
        reasons.put("a sick disk", n1 -> n1.diskSick(true));
        reasons.put(
                "a voter that is preferred",
                n1 -> n1.get("n2", new HeartbeatResponse(1, 20, 2, 5, 0)));
        reasons.put(
                "a log that is rebuilt",
                n1 -> n1.get("n2", new HeartbeatResponse(1, 20, 2, 0, 77)));
        reasons.put("a silent peer", n1 -> n1.after(1000));
        reasons.forEach(
                (why, reason) -> {
                    TestNode n1 = idle();
                    reason.accept(n1);
                    n1.after(100).tick();
                    assertFalse(n1.out().contains("rest"), why);
                });
    }

    @Test
    void whatHappensBetweenQuestionAndAnswerKeepsTheLeaderAwake() {
        TestNode n1 = idle().tick().ignore();
        answer(n1, 21, true, "n2");
        n1.propose(1, "a");
        answer(n1, 21, true, "n3");
        assertFalse(rests(n1));
    }

    @Test
    void aFollowerWithSomethingToDoDoesNotAgree() {
        Map<String, Consumer<TestNode>> reasons = new LinkedHashMap<>();
        reasons.put("a read", n2 -> n2.read(-1).ignore());
        reasons.put("a sick disk", n2 -> n2.diskSick(true));
        reasons.put("a later round", n2 -> n2.get("n1", new Heartbeat(1, 11, 2)).ignore());
        reasons.put(
                "an entry",
                n2 -> n2.get("n1", Script.append(1, 2, 1, 2, Script.noop(3, 1))).ignore());
        reasons.forEach(
                (why, reason) -> {
                    TestNode n2 = follower();
                    reason.accept(n2);
                    n2.get("n1", new Heartbeat(1, 10, 2, 0, 0, true));
                    assertFalse(n2.out().contains("rests"), why);
                    assertFalse(rests(n2), why);
                });
        TestNode behind = node(DROWSY, "n2", "n1 n2 n3", 1).at(3000);
        behind.get("n1", new Heartbeat(1, 10, 2, 0, 0, true));
        assertFalse(rests(behind), "it has not applied all");
    }

    @Test
    void whoNeverRestsNeitherAsksNorAgrees() {
        RaftConfig never = RaftConfig.builder().hibernateAfter(Duration.ZERO).build();
        TestNode n2 = node(never, "n2", "n1 n2 n3", 1).at(3000);
        n2.get("n1", new Heartbeat(1, 9, 2)).ignore();
        n2.applied(2).get("n1", new Heartbeat(1, 10, 2, 0, 0, true));
        assertEquals("to n1: HeartbeatResponse term 1 round 10 last 2\n", n2.out());
        assertFalse(rests(n2));
    }

    @Test
    void aloneANodeHasNobodyToAsk() {
        TestNode n1 = leader(DROWSY, "n1", "n1").ignore().persist().ignore().applied(2).ignore();
        for (int i = 0; i < 25 && !n1.core.status().resting(); i++) {
            n1.after(100).tick().ignore();
        }
        assertTrue(rests(n1));
        n1.read(-1);
        assertTrue(n1.out().startsWith("read -1 at 2"));
    }

    // Waking

    @Test
    void anythingThatIsNewsWakesALeaderWhichBeatsAtOnce() {
        Map<String, Consumer<TestNode>> news = new LinkedHashMap<>();
        news.put("an entry", n1 -> n1.propose(1, "a"));
        news.put("a read", n1 -> n1.read(-1));
        news.put("a follower's read", n1 -> n1.get("n2", new ReadIndexRequest(1, 7)));
        news.put(
                "a follower's entry", n1 -> n1.get("n2", new ForwardProposal(1, 7, proposal("a"))));
        news.put("a transfer", n1 -> n1.transfer("n2"));
        news.put("a wish", n1 -> n1.get("n2", new TransferRequest(1, id("n3"))));
        news.put("a change", n1 -> n1.reconfigure(1, new MembershipChange.Remove(id("n3"))));
        news.put("a sick disk", n1 -> n1.diskSick(true));
        news.put("a pre-vote", n1 -> n1.get("n2", Script.preVote(2, 2, 1)));
        news.put("a vote", n1 -> n1.get("n2", Script.requestVote(2, 2, 1)));
        news.put("an old one", n1 -> n1.get("n2", Script.accepted(1, 2)));
        news.put("the host", n1 -> n1.core.step(new Input.Rouse(n1.nowNanos())));
        news.put("another answer", n1 -> answer(n1, 21, false, "n2"));
        news.forEach(
                (what, input) -> {
                    TestNode n1 = asleep().after(60_000);
                    input.accept(n1);
                    assertFalse(rests(n1), what);
                    assertTrue(n1.out().contains("to n3: Heartbeat term 1 round 22"), what);
                    assertEquals(Role.LEADER, n1.role(), what);
                    n1.after(999).tick();
                    assertEquals(Role.LEADER, n1.role(), "silence counts from now on");
                    n1.after(1).tick();
                    assertEquals(Role.FOLLOWER, n1.role(), what);
                });
    }

    @Test
    void answersThatComeTwiceOrLateWakeNobody() {
        TestNode n1 = asleep();
        answer(n1, 21, true, "n2");
        answer(n1, 20, false, "n3");
        assertTrue(rests(n1));
        TestNode n2 = followerAsleep();
        n2.get("n1", new Heartbeat(1, 10, 2, 0, 0, true)).get("n1", new Heartbeat(1, 9, 2));
        assertTrue(rests(n2));
    }

    @Test
    void anythingThatIsNewsWakesAFollower() {
        Map<String, Consumer<TestNode>> news = new LinkedHashMap<>();
        news.put("an entry", n2 -> n2.propose(1, "a"));
        news.put("a read", n2 -> n2.read(-1));
        news.put("a round", n2 -> n2.get("n1", new Heartbeat(1, 11, 2)));
        news.put("the leader's entry", n2 -> n2.get("n1", Script.append(1, 2, 1, 2)));
        news.put("another leader", n2 -> n2.get("n3", new Heartbeat(2, 1, 2)));
        news.put("a pre-vote", n2 -> n2.get("n3", Script.preVote(2, 2, 1)));
        news.put("a sick disk", n2 -> n2.diskSick(true).diskSick(false));
        news.put("the host", n2 -> n2.core.step(new Input.Rouse(n2.nowNanos())));
        news.forEach(
                (what, input) -> {
                    TestNode n2 = followerAsleep().after(60_000);
                    input.accept(n2);
                    assertFalse(rests(n2), what);
                    long wait = n2.core.nextDeadlineNanos() - n2.nowNanos();
                    assertTrue(wait <= 1500 * MS && wait > 0, what + ": " + wait);
                });
    }

    /** A stray candidate finds no votes before the leader has been asked. */
    @Test
    void z23_aFollowerThatRestedVotesForNobodyBeforeItHasListened() {
        TestNode n2 = followerAsleep().after(60_000);
        n2.get("n3", Script.preVote(2, 2, 1));
        assertEquals("to n3: PreVoteResponse term 1 refused\n", n2.out());
        n2.after(999).get("n3", Script.preVote(2, 2, 1));
        assertEquals("to n3: PreVoteResponse term 1 refused\n", n2.out());
        n2.after(1).get("n3", Script.preVote(2, 2, 1));
        assertEquals("to n3: PreVoteResponse term 2 granted\n", n2.out());
    }

    /** Whose host says that the leader is gone need not listen for it. */
    @Test
    void whoIsRousedVotesAtOnceAndStandsInItsTime() {
        TestNode n2 = followerAsleep().after(60_000);
        n2.core.step(new Input.Rouse(n2.nowNanos()));
        n2.get("n3", Script.preVote(2, 2, 1));
        assertEquals("to n3: PreVoteResponse term 2 granted\n", n2.out());
        n2.after(1500).tick();
        assertEquals(Role.PRE_CANDIDATE, n2.role());
    }

    /** Z22: to rest prolongs no lease. */
    @Test
    void z22_theLeaseEndsAsItWouldWithoutRest() {
        TestNode n1 = asleep();
        assertEquals(3500 + 900, n1.core.status().leaseEndNanos() / MS);
        n1.after(60_000).read(-1);
        assertFalse(n1.out().contains("read -1"), "it waits for a round of its own");
        assertEquals(3500 + 900, n1.core.status().leaseEndNanos() / MS);
        answer(n1, 21, true, "n2", "n3");
        assertEquals("", n1.out(), "not for that of the time before");
        answer(n1, 22, false, "n2");
        assertTrue(n1.out().startsWith("read -1 at 2"));
    }
}
