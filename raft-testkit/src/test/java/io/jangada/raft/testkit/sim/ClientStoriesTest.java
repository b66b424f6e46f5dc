package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.testkit.check.KvInput;
import io.jangada.raft.testkit.check.KvOutput;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Scenarios S46 to S48, and what the swarm has found about clients. */
class ClientStoriesTest extends Story {
    @Test
    void s46RetryStorm() {
        nodes(3, RaftConfig.builder().requestTimeout(Duration.ofMillis(40)).build());
        network.quality(
                LinkQuality.GOOD
                        .withLoss(0.2)
                        .withDelay(Duration.ofMillis(1), Duration.ofMillis(60)));
        Workload workload =
                load(new WorkloadOptions(10, 2, Duration.ofMillis(5), 0.3, 0.5, 1, 0.5, 0.3, 0));
        run(Duration.ofSeconds(20));
        network.quality(LinkQuality.GOOD);
        judge(workload);
    }

    @Test
    void s46TheSameSequenceOnEveryNodeIsAppliedOnceAndAnsweredAlike() {
        nodes(3);
        long session = await(awaitLeader().group().openSession());
        KvCommand command = command(new KvInput.Append("k", "x"));
        var first = cluster.node(1).group().write(session, 1, command);
        var second = cluster.node(2).group().write(session, 1, command);
        var third = cluster.node(3).group().write(session, 1, command);
        assertEquals(new KvOutput.Done(), await(first));
        assertEquals(new KvOutput.Done(), await(second));
        assertEquals(new KvOutput.Done(), await(third));
        assertEquals("x", getNow(cluster.node(1), "k"));
    }

    @Test
    void s47SessionExpiry() {
        nodes(3, RaftConfig.builder().sessionTimeout(Duration.ofSeconds(2)).build());
        SimNode leader = awaitLeader();
        long session = await(leader.group().openSession());
        KvCommand command = command(new KvInput.Put("k", "v"));
        assertEquals(new KvOutput.Done(), await(leader.group().write(session, 1, command)));
        run(Duration.ofSeconds(3));
        KvCommand late = command(new KvInput.Put("k", "late"));
        assertInstanceOf(
                SessionExpiredException.class, failureOf(leader.group().write(session, 2, late)));
        assertEquals("v", getNow(leader, "k"));
        putNow(leader, "other", "the library renews its own session");
    }

    /**
     * Two attempts of one write reach the applier in one batch, the second one behind the expiry of
     * their session: the first one's answer counts, and the write is not proposed a third time.
     */
    @Test
    void s47AnAttemptBehindItsExpiredSessionWaitsForTheAttemptBefore() {
        nodes(3, RaftConfig.builder().sessionTimeout(Duration.ofSeconds(1)).build());
        SimNode leader = awaitLeader();
        SimNode follower = someFollower();
        putNow(follower, "k", "v");
        MessageRule acks = network.drop(MessageFilter.of(AppendEntriesResponse.class));
        long before = leader.lastIndex();
        CompletableFuture<KvOutput> write = write(follower, new KvInput.Append("k", "w"));
        assertTrue(
                cluster.runUntil(() -> follower.lastIndex() == before + 2, T.multipliedBy(5)),
                "the follower tries again, and has both attempts in its log");
        run(Duration.ofMillis(10));
        acks.close();
        await(write);
        runTimeouts(2);
        assertEquals("vw", getNow(leader, "k"));
    }

    /** A node whose leader is full tells its callers so, instead of asking again without end. */
    @Test
    void anOverloadedLeaderIsNotAskedForASessionWithoutEnd() {
        RaftConfig config =
                RaftConfig.builder().entryBytesMax(1 << 10).uncommittedBytesMax(1 << 10).build();
        nodes(3, config);
        SimNode leader = awaitLeader();
        long session = await(leader.group().openSession());
        MessageRule acks = network.hold(MessageFilter.of(AppendEntriesResponse.class));
        for (int sequence = 1; sequence <= 12; sequence++) {
            leader.group().write(session, sequence, command(new KvInput.Put("k", "v")));
        }
        run(Duration.ofMillis(10));
        long before = cluster.simulation().eventCount();
        assertInstanceOf(RejectedException.Overloaded.class, failureOf(put(leader, "k", "w")));
        assertTrue(cluster.simulation().eventCount() - before < 100, "no busy loop");
        acks.release();
        run(Duration.ofMillis(100));
        putNow(leader, "k", "x");
    }

    @Test
    void s48UnknownOutcomes() {
        nodes(3);
        SimNode old = awaitLeader();
        putNow(old, "k", "v");
        SimNode follower = someFollower();

        // Proposed at a leader that then loses its followers: it may come true, or not.
        MessageRule appends = network.drop(MessageFilter.of(AppendEntries.class));
        CompletableFuture<KvOutput> lost = put(old, "k", "w");
        assertInstanceOf(OutcomeUnknownException.class, failureOf(lost));
        appends.close();
        awaitConverged();
        assertEquals("w", getNow(follower, "k"), "this one came true");

        // Never proposed, since nobody leads: certainly not applied.
        for (SimNode one : cluster.nodes()) {
            network.isolate(one.id());
        }
        assertTrue(cluster.runUntil(() -> cluster.leader().isEmpty(), T.multipliedBy(5)));
        runTimeouts(2);
        CompletableFuture<KvOutput> refused = put(follower, "k", "x");
        assertInstanceOf(RejectedException.NoLeader.class, failureOf(refused));
        network.mendAll();
        awaitConverged();
        assertEquals("w", getNow(old, "k"));
    }

    @Test
    void s48ALeaderThatCrashesLeavesItsClientsInDoubtButKeepsWhatIsCommitted() {
        nodes(3);
        SimNode old = awaitLeader();
        CompletableFuture<KvOutput> write = put(someFollower(), "k", "v");
        cluster.runUntil(() -> old.lastIndex() > 2, T);
        crash(old);
        await(write);
        assertEquals("v", getNow(awaitLeader(), "k"), "proposed again to the next leader");
        start(old);
        awaitConverged();
        assertEquals(Role.FOLLOWER, old.role());
    }
}
