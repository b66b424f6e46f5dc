package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.configuration;
import static io.jangada.raft.impl.core.Script.id;
import static io.jangada.raft.impl.core.Script.membership;
import static io.jangada.raft.impl.core.Script.noop;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.spi.HardState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Configurations in the log: paper §6, rules Z5, Z40, Z41. */
class MembershipTest {
    @Test
    void section6_theLatestConfigurationInTheLogCountsCommittedOrNot() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);

        n1.get("n2", append(1, 2, 1, 0, configuration(3, 1, "n1 n2 n3 n4")));

        assertEquals(membership("n1 n2 n3 n4"), n1.core.membership());
        assertEquals(0, n1.core.commitIndex());
    }

    @Test
    void z40_aTruncatedConfigurationGivesWayToTheOneBefore() {
        TestNode n1 = node("n1", "n1 n2 n3", 1);
        n1.get(
                "n2",
                append(
                        1,
                        2,
                        1,
                        0,
                        configuration(3, 1, "n1 n2 n3 n4"),
                        configuration(4, 1, "n1 n2 n3 n4 n5")));
        assertEquals(membership("n1 n2 n3 n4 n5"), n1.core.membership());

        n1.get("n3", append(2, 3, 1, 0, noop(4, 2)));
        assertEquals(membership("n1 n2 n3 n4"), n1.core.membership());
        n1.get("n3", append(3, 2, 1, 0, noop(3, 3)));
        assertEquals(membership("n1 n2 n3"), n1.core.membership());
        n1.ignore();
        assertEquals("[1@0 membership 2@1 noop 3@3 noop]", n1.entries());
    }

    @Test
    void z40_onlyConfigurationsThatCanComeBackAreKept() {
        Memberships memberships =
                new Memberships(
                        id("n1"),
                        List.of(
                                configuration(1, 0, "n1"),
                                configuration(3, 1, "n1 n2"),
                                configuration(5, 1, "n1 n2 n3")),
                        null);

        memberships.committedTo(4);
        memberships.truncatedFrom(4);
        assertEquals(membership("n1 n2"), memberships.latest());
        memberships.truncatedFrom(3); // Cannot happen: 4 is committed. It shows what was dropped.
        assertEquals(Membership.EMPTY, memberships.latest());
    }

    @Test
    void section6_aRestartFindsTheLatestConfigurationInTheLog() {
        TestNode n1 =
                node(
                        RaftConfig.builder().build(),
                        "n1",
                        List.of(
                                configuration(1, 0, "n1 n2 n3"),
                                noop(2, 1),
                                configuration(3, 1, "n1 n2 n4")),
                        new HardState(1, null));

        assertEquals(membership("n1 n2 n4"), n1.core.membership());
    }

    @Test
    void z41_learnersGetTheLogAndCountForNothing() {
        TestNode n1 = leader("n1", "n1 n2; learners n3");

        assertEquals(
                """
                write 2: [2@1 noop]
                to n2: Heartbeat term 1 round 1 commit 0
                to n3: Heartbeat term 1 round 1 commit 0
                to n2: AppendEntries term 1 prev 1@0 commit 0 [2@1 noop]
                to n3: AppendEntries term 1 prev 1@0 commit 0 [2@1 noop]
                """,
                n1.out());
        n1.persist().get("n3", accepted(1, 2)).get("n3", new HeartbeatResponse(1, 1, 2));
        assertEquals("", n1.out());
        assertEquals(0, n1.core.commitIndex());
        n1.after(1000).get("n3", new HeartbeatResponse(1, 1, 2)).tick();
        assertEquals("FOLLOWER term 1 vote n1 leader none commit 0 last 2", n1.state());
    }

    @Test
    void z41_aLearnerFollowsAndNeverStands() {
        TestNode n3 = node("n3", "n1 n2; learners n3", 1);

        n3.get("n1", append(1, 2, 1, 3, noop(3, 1))).ignore().persist();
        assertEquals("LEARNER term 1 vote none leader n1 commit 3 last 3", n3.state());
        n3.after(60_000).tick();
        assertEquals("apply to 3\n", n3.out());
        assertEquals("LEARNER term 1 vote none leader n1 commit 3 last 3", n3.state());
    }

    @Test
    void aRemovedNodeThatHearsOfItGoesSilent() {
        TestNode n3 = node("n3", "n1 n2 n3", 1);
        n3.get("n1", append(1, 2, 1, 3, configuration(3, 1, "n1 n2"))).ignore().persist().ignore();

        n3.after(60_000).tick();

        assertEquals("", n3.out());
        n3.get("n1", new Heartbeat(1, 2, 3));
        assertEquals("to n1: HeartbeatResponse term 1 round 2 last 3\n", n3.out());
    }
}
