package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.proposal;
import static io.jangada.raft.impl.core.TestNode.LATER;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proposals on leaders and followers, back-pressure, cluster time (Z43), founding a group. */
class ProposalTest {
    @Test
    void figure2_aLeaderAppendsAtTheEndInItsTermAndReplicates() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1).established();

        n1.propose(1, "a").propose(2, "b");

        assertEquals(
                """
                write 3: [4@2 a 5@2 b]
                to n2: AppendEntries term 2 prev 3@2 commit 3 [4@2 a 5@2 b]
                to n3: AppendEntries term 2 prev 3@2 commit 3 [4@2 a 5@2 b]
                """,
                n1.out());
    }

    @Test
    void withoutALeaderAProposalIsRefusedHere() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).propose(1, "a");
        assertEquals("refused 1 here: NO_LEADER\n", n1.out());

        n1.after(LATER).tick().ignore();
        n1.propose(2, "b");
        assertEquals("refused 2 here: NO_LEADER\n", n1.out());
    }

    // Forwarding

    @Test
    void aFollowerPassesAProposalOnOnceItsTermIsDurable() {
        TestNode n2 = node("n2", "n1 n2 n3", 1);
        n2.get("n1", append(2, 2, 1, 0)).propose(5, "a");

        assertEquals(
                """
                write 1: term 2 vote none
                to n1: AppendEntriesResponse term 2 accepted 2 after write 1
                to n1: ForwardProposal term 2 5: a after write 1
                """,
                n2.out());
    }

    @Test
    void theLeaderAppendsItAndTellsTheSenderSoonThatItIsCommitted() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();

        n1.get("n2", new ForwardProposal(1, 5, proposal("a")));
        assertEquals(
                """
                write 3: [3@1 a]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]
                to n3: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]
                """,
                n1.out());
        n1.persist().get("n3", accepted(1, 3));
        assertEquals("apply to 3\n", n1.out(), "n2 is not known to have it");
        n1.get("n2", accepted(1, 3));
        assertEquals("to n2: Heartbeat term 1 round 1 commit 3\n", n1.out());
        assertEquals("", n1.out(), "told once");
    }

    @Test
    void aProposalOfAnEarlierTermIsAsGood() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1).established();

        n1.get("n2", new ForwardProposal(1, 5, proposal("a")));

        assertEquals("write 3: [4@2 a]\n", n1.ignoring("to "));
    }

    @Test
    void whoDoesNotLeadRefusesAForwardedProposal() {
        TestNode n3 = node("n3", "n1 n2 n3", 1);

        n3.get("n2", new ForwardProposal(1, 5, proposal("a")));
        n3.get("n2", new ForwardProposal(4, 6, proposal("b")));

        assertEquals(
                """
                write 1: term 4 vote none
                to n2: ForwardRefused term 1 5: NO_LEADER
                to n2: ForwardRefused term 4 6: NO_LEADER after write 1
                """,
                n3.out());
    }

    @ParameterizedTest(name = "sent in term {0}")
    @CsvSource({"1", "2", "3"})
    void aRefusalOfTheLeaderIsPassedOnAsNoProof(long term) {
        TestNode n2 = node("n2", "n1 n2 n3", 2);

        n2.get("n1", new ForwardRefused(term, 5, Refusal.OVERLOADED));

        assertEquals("refused 5 by the leader: OVERLOADED\n", n2.ignoring("write"));
    }

    @Test
    void aLeaderInTransferRefusesForwardedProposalsToo() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.transfer("n3").ignore();

        n1.get("n2", new ForwardProposal(1, 5, proposal("a")));

        assertEquals("to n2: ForwardRefused term 1 5: TRANSFERRING\n", n1.out());
    }

    // Back-pressure

    @Test
    void uncommittedBytesAreBounded() {
        RaftConfig config =
                RaftConfig.builder().entryBytesMax(1024).uncommittedBytesMax(2048).build();
        TestNode n1 = leader(config, "n1", "n1 n2 n3").established();
        String kilo = "x".repeat(1000); // With the overhead of 64 a bit more than half of it.
        n1.propose(1, kilo).propose(2, kilo).ignore().persist();

        n1.propose(3, "a");
        n1.get("n2", new ForwardProposal(1, 9, proposal("b")));
        assertEquals(
                """
                to n2: ForwardRefused term 1 9: OVERLOADED
                refused 3 here: OVERLOADED
                """,
                n1.out());
        n1.get("n2", accepted(1, 3)).propose(4, "c");
        assertEquals("write 4: [5@1 c]\n", n1.ignoring("to ").replace("apply to 3\n", ""));
    }

    @Test
    void unappliedBytesAreBounded() {
        RaftConfig config =
                RaftConfig.builder().entryBytesMax(1024).unappliedBytesMax(2048).build();
        TestNode n1 = leader(config, "n1", "n1 n2 n3").established();
        String kilo = "x".repeat(1000);
        n1.propose(1, kilo).propose(2, kilo).ignore().persist().get("n2", accepted(1, 4)).ignore();

        n1.propose(3, "a");
        assertEquals("refused 3 here: OVERLOADED\n", n1.out());
        n1.applied(3).propose(4, "b");
        assertEquals("write 4: [5@1 b]\n", n1.ignoring("to "));
    }

    @Test
    void emptyCommandsAreBoundedToo() {
        RaftConfig config =
                RaftConfig.builder().entryBytesMax(1024).uncommittedBytesMax(1024).build();
        int taken = 0;
        TestNode n1 = leader(config, "n1", "n1 n2 n3").established();
        for (int i = 0; i < 100; i++) {
            taken += n1.propose(i, "").take().refused().isEmpty() ? 1 : 0;
        }
        assertEquals(1024 / 64, taken);
    }

    @Test
    void sizesSurviveTheGrowthOfTheirRing() {
        EntrySizes sizes = new EntrySizes(10);
        for (int i = 0; i < 700; i++) {
            sizes.appended(i);
        }
        sizes.committed(610);
        sizes.applied(510);
        for (int i = 700; i < 5000; i++) {
            sizes.appended(i);
        }
        sizes.committed(5010);
        assertEquals(0, sizes.uncommittedBytes());
        sizes.applied(5009);
        assertEquals(4999 + 64, sizes.unappliedBytes());
        sizes.applied(9999);
        assertEquals(0, sizes.unappliedBytes());
    }

    // Applying

    @Test
    void appliedNeverFallsNorExceedsWhatIsCommitted() {
        TestNode n1 = leader("n1", "n1 n2 n3", 1).established().applied(3);

        assertThrows(InvariantViolation.class, () -> n1.applied(2));
        TestNode n2 = leader("n2", "n1 n2 n3", 1).established();
        assertThrows(InvariantViolation.class, () -> n2.applied(4));
    }

    @Test
    void timeNeverFalls() {
        TestNode n1 = node("n1", "n1 n2 n3", 1).at(5).tick().at(4);

        assertThrows(InvariantViolation.class, n1::tick);
    }

    // Cluster time

    @Test
    void z43_clusterTimeGoesOnFromTheLastEntryAtThePaceOfTheLeadersClock() {
        List<LogEntry> entries =
                List.of(
                        Script.configuration(1, 0, "n1 n2 n3"),
                        new LogEntry(2, 1, 70_000, EntryType.NOOP, new byte[0]));
        TestNode n1 =
                node(RaftConfig.builder().build(), "n1", entries, new HardState(1, null)).lead();
        n1.after(250).propose(1, "a").after(30).propose(2, "b").ignore();

        assertEquals(70_000, n1.log.entry(3).clusterTimeMillis());
        assertEquals(70_250, n1.log.entry(4).clusterTimeMillis());
        assertEquals(70_280, n1.log.entry(5).clusterTimeMillis());
    }

    @Test
    void z43_clusterTimeNeverFallsAlongTheLogWhoeverLeads() {
        Cluster cluster = Cluster.ofVoters("n1 n2 n3");
        for (String name : "n1 n2 n3 n1 n3 n2".split(" ")) {
            cluster.nodes.values().forEach(node -> node.after(3000).tick().ignore());
            cluster.drop(each -> true);
            cluster.elect(name);
            cluster.node(name).propose(1, name);
            cluster.settle();
        }
        long before = 0;
        for (LogEntry entry : cluster.node("n1").log.all()) {
            assertEquals(Math.max(before, entry.clusterTimeMillis()), entry.clusterTimeMillis());
            before = entry.clusterTimeMillis();
        }
    }

    // Founding

    @Test
    void aGroupIsFoundedByTheSameFirstEntryOnEveryVoter() {
        TestNode n1 = empty("n1");
        n1.core.step(new Input.Found(0, Script.membership("n1 n2 n3")));

        assertEquals("write 1: [1@0 membership]\n", n1.out());
        n1.persist().get("n2", append(1, 1, 0, 1));
        assertEquals(
                """
                write 2: term 1 vote none
                to n2: AppendEntriesResponse term 1 accepted 1 after write 2
                apply to 1
                """,
                n1.out());
    }

    @Test
    void aGroupOfOneIsFoundedAndElectsItself() {
        TestNode n1 = empty("n1");
        n1.core.step(new Input.Found(0, Script.membership("n1")));

        n1.tick();

        assertEquals("write 1: term 1 vote n1, [1@0 membership]\n", n1.out());
        n1.persist().ignore().persist();
        assertEquals("apply to 2\n", n1.ignoring("write"));
    }

    @Test
    void aLogThatHoldsSomethingIsNotFoundedAgain() {
        TestNode n1 = node("n1", "n1 n2 n3");

        assertThrows(
                InvariantViolation.class,
                () -> n1.core.step(new Input.Found(0, Script.membership("n1 n2 n3"))));
    }

    @Test
    void aNodeOutsideAnyGroupLearnsTheGroupFromItsLeader() {
        TestNode n4 = empty("n4");

        n4.get("n1", append(3, 0, 0, 1, Script.configuration(1, 0, "n1 n2; learners n4")));

        assertEquals(
                """
                write 1: term 3 vote none, [1@0 membership]
                to n1: AppendEntriesResponse term 3 accepted 1 after write 1
                """,
                n4.out());
        assertEquals("LEARNER term 3 vote none leader n1 commit 1 last 1", n4.state());
    }

    private static TestNode empty(String name) {
        return node(RaftConfig.builder().build(), name, List.<LogEntry>of(), HardState.INITIAL);
    }
}
