package io.jangada.raft.impl.core;

import static io.jangada.raft.impl.core.Script.accepted;
import static io.jangada.raft.impl.core.Script.append;
import static io.jangada.raft.impl.core.Script.command;
import static io.jangada.raft.impl.core.TestNode.leader;
import static io.jangada.raft.impl.core.TestNode.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as committed: paper §5.3, §5.4.2, thesis §10.2.1, rules Z11, Z39, Z41. */
class CommitTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({ // The leader's log ends at 4, durable; peers acknowledge an index each.
        "nobody,                     n1 n2 n3,                    '',                 0",
        "one of two others,          n1 n2 n3,                    n2=4,               4",
        "a lower one,                n1 n2 n3,                    n2=3,               3",
        "the older terms alone,      n1 n2 n3,                    n2=2,               0",
        "one of four others,         n1 n2 n3 n4 n5,              n2=4,               0",
        "two of four others,         n1 n2 n3 n4 n5,              n2=4 n3=3,          3",
        "one of three others,        n1 n2 n3 n4,                 n2=4,               0",
        "two of three others,        n1 n2 n3 n4,                 n2=4 n3=3,          3",
        "a learner (Z41),            n1 n2 n3; learners n4,       n4=4,               0",
        "one half of joint,          n1 n2 n3; outgoing n1 n4 n5, n2=4 n3=4,          0",
        "both halves of joint,       n1 n2 n3; outgoing n1 n4 n5, n2=4 n5=3,          3",
        "without the leader (Z39),   n2 n3 n4; outgoing n1,       n2=4,               0",
        "with two new ones (Z39),    n2 n3 n4; outgoing n1,       n2=4 n4=3,          3"
    })
    void section5_3_aMajorityOfDurableLogsCommits(
            String why, String membership, String acks, long commit) {
        TestNode n1 = node("n1", membership, 1);
        n1.after(TestNode.LATER).tick().take();
        for (var voter : n1.core.membership().members()) {
            if (!voter.id().equals(n1.id)) {
                n1.get(voter.id().value(), Script.preVoteResponse(2, true));
            }
        }
        n1.take();
        n1.persist();
        for (var voter : n1.core.membership().members()) {
            if (!voter.id().equals(n1.id)) {
                n1.get(voter.id().value(), Script.vote(2, true));
            }
        }
        n1.propose(1, "a").ignore().persist();

        for (String ack : acks.isEmpty() ? new String[0] : acks.split(" ")) {
            String[] parts = ack.split("=");
            n1.get(parts[0], accepted(2, Long.parseLong(parts[1])));
        }

        assertEquals(commit, n1.core.commitIndex(), why);
        String out = n1.ignoring("to ").replaceFirst("write .*\n", ""); // Leaves a joint one.
        assertEquals(commit == 0 ? "" : "apply to " + commit + "\n", out);
    }

    @Test
    void z10_anAcknowledgementOfAnEarlierTermCountsNothing() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore().persist();
        long commit = n1.core.commitIndex();
        long last = n1.core.log().lastIndex();

        n1.get("n2", accepted(n1.core.currentTerm() - 1, last));
        assertEquals(commit, n1.core.commitIndex());
        n1.get("n2", accepted(n1.core.currentTerm(), last));
        assertEquals(last, n1.core.commitIndex());
    }

    // Thesis §10.2.1: the leader's disk

    @Test
    void section10_2_1_theLeaderCountsItselfOnceItsWriteIsDone() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a");
        assertEquals(
                """
                write 3: [3@1 a]
                to n2: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]
                to n3: AppendEntries term 1 prev 2@1 commit 2 [3@1 a]
                """,
                n1.out());

        n1.get("n2", accepted(1, 3));
        assertEquals("", n1.out(), "on one disk of three");
        n1.persist();
        assertEquals("apply to 3\n", n1.out());
    }

    @Test
    void section10_2_1_othersMayCommitBeforeTheLeadersDiskIsDoneAndItAppliesLater() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore();

        n1.get("n2", accepted(1, 3)).get("n3", accepted(1, 3));
        assertEquals(3, n1.core.commitIndex());
        assertEquals("", n1.out(), "nothing to apply: not durable here");
        n1.persist();
        assertEquals("apply to 3\n", n1.out());
    }

    @Test
    void section10_2_1_completionsNameWritesNotIndexes() {
        TestNode n1 = leader("n1", "n1 n2 n3").established();
        n1.propose(1, "a").ignore(); // Write 3.
        n1.propose(2, "b").ignore(); // Write 4.
        n1.get("n2", accepted(1, 4)).ignore();

        n1.persist(3);
        assertEquals("apply to 3\n", n1.out());
        n1.persist(4);
        assertEquals("apply to 4\n", n1.out());
    }

    /** 5@1, then 5@2, then 5@1 again: the first write makes neither of the later ones durable. */
    @Test
    void section10_2_1_aTruncationVoidsOlderWrites() {
        TestNode n1 = node("n1", "n1 n2 n3", 1, 1, 1);
        n1.get("n2", append(1, 4, 1, 0, command(5, 1, "a"))).ignore(); // Write 1.
        n1.get("n3", append(2, 4, 1, 0, command(5, 2, "b"))).ignore(); // Write 2.
        n1.get("n2", append(3, 4, 1, 5, command(5, 1, "a"))); // Write 3.
        assertEquals(
                """
                write 3: term 3 vote none, [5@1 a]
                to n2: AppendEntriesResponse term 3 accepted 5 after write 3
                apply to 4
                """,
                n1.out());

        n1.persist(1);
        assertEquals(4, n1.core.status().durableIndex());
        n1.get("n2", append(3, 5, 1, 5));
        assertEquals("to n2: AppendEntriesResponse term 3 accepted 5 after write 3\n", n1.out());
        n1.persist(2);
        assertEquals(4, n1.core.status().durableIndex());
        n1.persist(3);
        assertEquals("apply to 5\n", n1.out());
    }

    // §5.4.2, Figure 8

    @Test
    void figure8_entriesOfEarlierTermsAreNotCommittedByCounting() {
        TestNode n1 = leader("n1", "n1 n2 n3 n4 n5", 1, 2).ignore().persist(); // (c), term 3.

        n1.get("n2", accepted(3, 3)).get("n3", accepted(3, 3)); // 3@2 is on a majority.
        assertEquals("", n1.ignoring("to "));
        assertEquals(0, n1.core.commitIndex());

        n1.get("n2", accepted(3, 4)).get("n3", accepted(3, 4)); // (e): the own entry is, too.
        assertEquals("apply to 4\n", n1.ignoring("to "));
    }

    @Test
    void figure8_thePaperStory() {
        Cluster cluster = new Cluster();
        cluster.add(node("n1", "n1 n2 n3 n4 n5", 1, 2)); // (a): n1 and n2 have an entry of term 2.
        cluster.add(node("n2", "n1 n2 n3 n4 n5", 1, 2));
        cluster.add(node("n3", "n1 n2 n3 n4 n5", 1));
        cluster.add(node("n4", "n1 n2 n3 n4 n5", 1));
        cluster.add(node("n5", "n1 n2 n3 n4 n5", 1, 3)); // (b): n5 led term 3, alone.
        for (String name : "n1 n2 n3 n4".split(" ")) {
            cluster.node(name).get("n5", Script.vote(3, false));
        }
        var four = "n1 n2 n3 n4".split(" ");
        cluster.settle();
        cluster.after(TestNode.LATER);
        cluster.node("n1").tick();
        cluster.settle(Arrays.stream(four).map(Script::id).toList()); // (e), not (d).
        assertEquals(List.of("n1"), cluster.leaders());

        cluster.drop(each -> true);
        cluster.elect("n5"); // It lacks what term 4 committed.

        assertEquals(List.of("n1"), cluster.leaders());
        assertEquals("[1@0 membership 2@1 noop 3@2 noop 4@4 noop]", cluster.node("n4").entries());
        assertEquals(4, cluster.node("n1").core.commitIndex());
    }
}
