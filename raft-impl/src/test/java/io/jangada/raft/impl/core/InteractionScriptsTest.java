package io.jangada.raft.impl.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * End states of scripted clusters: who leads, term, commit index, logs. What differs in how our
 * core gets there is said in {@link InteractionScript}, and at a test where the end differs.
 */
class InteractionScriptsTest {
    @Test
    void campaign() throws IOException {
        InteractionScript script = InteractionScript.run("campaign");

        assertEnd(script, 1, 1, 3, "[3@1 noop]");
    }

    @Test
    void singleNode() throws IOException {
        InteractionScript script = InteractionScript.run("single_node");

        assertEnd(script, 1, 1, 4, "[4@1 noop]");
    }

    /**
     * There a promotion is one entry; here it goes through a joint configuration. The candidate's
     * configuration counts: node 3 votes, though it does not know that it may.
     */
    @Test
    void campaignLearnerMustVote() throws IOException {
        InteractionScript script = InteractionScript.run("campaign_learner_must_vote");

        assertEquals(Script.membership("1 2 3"), script.node(3).core.membership());
        assertEquals("LEADER term 2 vote 2 leader 2 commit 6 last 6", script.node(2).state());
        script.cluster.drop(each -> true); // Node 1 had nothing delivered: it seems dead.
        script.cluster.heartbeat("2");
        assertEnd(script, 2, 2, 6, "[3@1 noop 4@1 membership 5@1 membership 6@2 noop]");
    }

    /** Here a live leader alone would refuse pre-votes; so the script's leader is gone before. */
    @Test
    void preVote() throws IOException {
        InteractionScript script = InteractionScript.run("prevote");

        assertEquals(1, script.count("raft-log"));
        assertEnd(script, 2, 2, 13, "[11@1 noop 12@1 prop_1 13@2 noop]");
    }

    @Test
    void preVoteWithCheckQuorum() throws IOException {
        InteractionScript script = InteractionScript.run("prevote_checkquorum");

        assertEnd(script, 2, 3, 13, "[11@1 noop 12@2 noop 13@3 noop]");
    }

    /** There node 2 ends in term 3: without pre-vote its futile first campaign cost a term. */
    @Test
    void checkQuorum() throws IOException {
        InteractionScript script = InteractionScript.run("checkquorum");

        assertEnd(script, 2, 2, 12, "[11@1 noop 12@2 noop]");
    }

    /** Figure 7 of the paper: the logs before are compared with the script's, one by one. */
    @Test
    void probeAndReplicate() throws IOException {
        InteractionScript script = InteractionScript.run("probe_and_replicate");

        assertEquals(7, script.count("raft-log"));
        assertEnd(
                script,
                1,
                8,
                21,
                "[11@1 noop 12@1 prop_1_12 13@1 prop_1_13 14@4 noop 15@4 prop_4_15 16@5 noop"
                        + " 17@5 prop_5_17 18@6 noop 19@6 prop_6_19 20@6 prop_6_20 21@8 noop]");
    }

    /** Windows and what is known of each peer are compared with the script's on the way. */
    @Test
    void replicatePause() throws IOException {
        InteractionScript script = InteractionScript.run("replicate_pause");

        assertEquals(5, script.count("status"));
        assertEnd(
                script,
                1,
                1,
                17,
                "[11@1 noop 12@1 prop_1_12 13@1 prop_1_13 14@1 prop_1_14 15@1 prop_1_15"
                        + " 16@1 prop_1_16 17@1 prop_1_17]");
    }

    /** What node 3 was sent is lost, and gone from the log: it gets a snapshot. */
    @Test
    void slowFollowerAfterCompaction() throws IOException {
        InteractionScript script = InteractionScript.run("slow_follower_after_compaction");

        assertEquals(3, script.count("status"));
        assertEquals(18, script.node(1).log.firstIndex());
        assertEquals(18, script.node(3).log.firstIndex());
        assertEquals(18, script.node(3).core.commitIndex());
    }

    @Test
    void confChangeAddSingle() throws IOException {
        InteractionScript script = InteractionScript.run("confchange_v1_add_single");

        assertMembers(script, "1 2", 1, 2);
    }

    @Test
    void confChangeAddAndRemoveTwo() throws IOException {
        InteractionScript script = InteractionScript.run("confchange_v2_add_double_auto");

        assertMembers(script, "1", 1);
        assertEquals(
                List.of("foo", "bar"),
                script.node(1).log.all().stream()
                        .map(each -> new String(each.payload(), UTF_8))
                        .filter(each -> each.length() == 3)
                        .toList());
        assertTrue(script.node(2).core.status().removed());
        assertTrue(script.node(3).core.status().removed());
    }

    @Test
    void confChangeAddSingleExplicit() throws IOException {
        InteractionScript script = InteractionScript.run("confchange_v2_add_single_explicit");

        assertMembers(script, "1 2", 1, 2);
    }

    /**
     * There leadership goes to node 4 on the way; here node 1 hands over when it is out. Both end
     * with the same voters, of which node 4 can lead, and node 1 cannot.
     */
    @Test
    void confChangeReplaceLeader() throws IOException {
        InteractionScript script = InteractionScript.run("confchange_v2_replace_leader");

        assertEquals(4, script.count("raft-state"));
        assertEquals(List.of(), script.cluster.leaders(), "node 1 campaigned in vain");
        script.cluster.elect("4");
        assertMembersOf(script, 4, "2 3 4", 2, 3, 4);
        assertEquals(List.of("4"), script.cluster.leaders());
        assertTrue(script.node(1).core.status().removed());
    }

    /** What a snapshot brought is acknowledged, although no entry follows it. */
    @Test
    void snapshotSucceedsByItsAcknowledgement() throws IOException {
        InteractionScript script = InteractionScript.run("snapshot_succeed_via_app_resp");

        assertEquals(3, script.count("status"));
        assertEquals(11, script.node(3).core.commitIndex());
        assertEquals(Script.membership("1 2 3"), script.node(3).core.membership());
    }

    private static void assertMembers(InteractionScript script, String voters, int... members) {
        assertMembersOf(script, 1, voters, members);
    }

    private static void assertMembersOf(
            InteractionScript script, int leader, String voters, int... members) {
        for (int i = 0; i < 30; i++) {
            script.cluster.heartbeat(Integer.toString(leader));
        }
        long commit = script.node(leader).core.commitIndex();
        for (int each : members) {
            assertEquals(Script.membership(voters), script.node(each).core.membership());
            assertEquals(commit, script.node(each).core.commitIndex());
        }
    }

    /** One leads; with its next heartbeat all have the same log, committed. */
    private static void assertEnd(
            InteractionScript script, int leader, long term, long commit, String log) {
        String name = Integer.toString(leader);
        assertEquals(List.of(name), script.cluster.leaders());
        assertEquals(commit, script.node(leader).core.commitIndex());
        script.cluster.heartbeat(name).heartbeat(name);
        Map<String, String> ends = new TreeMap<>();
        Map<String, String> expected = new TreeMap<>();
        for (TestNode node : script.cluster.nodes.values()) {
            CoreStatus status = node.core.status();
            assertEquals(Script.id(name), status.leader());
            String end = "term " + status.currentTerm() + " commit " + status.commitIndex();
            ends.put(node.id.value(), end + " " + node.entries());
            expected.put(node.id.value(), "term " + term + " commit " + commit + " " + log);
        }
        assertEquals(expected, ends);
    }
}
