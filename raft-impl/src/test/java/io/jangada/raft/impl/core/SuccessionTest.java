package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import org.junit.jupiter.api.Test;

/** Leadership that moves by itself: to who is preferred, and away from a sick disk. */
class SuccessionTest {
    /** All answer the rounds of so many milliseconds; n2 and n3 with these priorities. */
    private static TestNode answer(TestNode n1, long millis, int n2, int n3) {
        for (long passed = 0; passed < millis; passed += 100) {
            n1.after(100).tick();
            long round = lastRound(n1);
            long last = n1.log.lastIndex();
            n1.get("n2", new HeartbeatResponse(1, round, last, n2, 0));
            n1.get("n3", new HeartbeatResponse(1, round, last, n3, 0));
        }
        return n1;
    }

    private static long lastRound(TestNode n1) {
        return n1.take().messages().stream()
                .filter(each -> each.message() instanceof Heartbeat)
                .mapToLong(each -> ((Heartbeat) each.message()).round())
                .max()
                .orElse(1);
    }

    private static NodeId target(TestNode n1) {
        return n1.core.status().transferTarget();
    }

    @Test
    void aPreferredVoterTakesOverOnceItWasThereForSomeTime() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        answer(n1, 2900, 0, 5);
        assertNull(target(n1));
        answer(n1, 300, 0, 5);
        assertEquals(id("n3"), target(n1));
    }

    @Test
    void amongThePreferredTheHighestComesFirst() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        answer(n1, 3500, 7, 5);

        assertEquals(id("n2"), target(n1));
    }

    @Test
    void equalsAreLeftInPeace() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        answer(n1, 20_000, 0, HeartbeatResponse.UNFIT);

        assertNull(target(n1));
    }

    @Test
    void whoLagsOrFlapsIsNotPreferred() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore().persist();
        n1.get("n2", accepted(1, 3));

        answer(n1, 10_000, 0, 5);

        assertNull(target(n1), "n3 lacks 3");
    }

    @Test
    void whatDidNotWorkIsNotTriedAgainAtOnce() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        answer(n1, 3200, 0, 5);
        assertEquals(id("n3"), target(n1));

        answer(n1, 1100, 0, 5);
        assertNull(target(n1), "time has run out");
        answer(n1, 7000, 0, 5);
        assertNull(target(n1));
        answer(n1, 2000, 0, 5);
        assertEquals(id("n3"), target(n1));
    }

    @Test
    void aLearnerIsNeverPreferred() {
        TestNode n1 = leader("n1", "n1 n2; learners n3").established();

        answer(n1, 10_000, 0, 5);

        assertNull(target(n1));
    }

    @Test
    void aFollowerSaysItsPriorityAndWhetherItShouldLead() {
        TestNode plain = node("n2", "n1 n2 n3");
        TestNode n2 = new TestNode(plain.id, plain.config, plain.log, null, false, 5, 0, 7);

        n2.get("n1", new Heartbeat(1, 1, 0));
        assertTrue(n2.out().contains("HeartbeatResponse term 1 round 1 last 1 priority 5"));
        n2.diskSick(true).get("n1", new Heartbeat(1, 2, 0));
        assertTrue(n2.out().contains("HeartbeatResponse term 1 round 2 last 1 priority -1"));
    }

    @Test
    void aLeaderWithASickDiskHandsOverAtOnce() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        answer(n1, 300, HeartbeatResponse.UNFIT, 0).ignore();

        n1.diskSick(true);

        assertEquals("to n3: TimeoutNow term 1 round 4\n", n1.out());
    }

    @Test
    void aNodeWithASickDiskDoesNotStand() {
        TestNode n2 = node("n2", "n1 n2 n3", 1).diskSick(true).after(60_000).tick();
        assertEquals("", n2.out());
        n2.get("n1", new Heartbeat(1, 1, 0)).ignore();
        n2.get("n1", new TimeoutNow(1, 1));
        assertEquals("", n2.out());

        n2.diskSick(false).after(TestNode.LATER).tick();

        assertTrue(n2.out().contains("PreVote term 2"));
    }

    @Test
    void whoAloneCouldLeadGoesOn() {
        TestNode n1 = leader("n1", "n1").established().diskSick(true);

        n1.propose(1, "a");

        assertTrue(n1.out().startsWith("write 3: [3@1 a]"));
    }
}
