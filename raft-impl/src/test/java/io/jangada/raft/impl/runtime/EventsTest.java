package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static io.jangada.raft.impl.runtime.TestCluster.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupStatus;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What can be seen of a group, and how leadership moves (thesis §3.10). */
@Tag("long")
class EventsTest {
    /** So that a busy machine aborts no transfer. */
    private static final RaftConfig PATIENT =
            QUICK.toBuilder().electionTimeout(Duration.ofMillis(700)).build();

    private TestCluster cluster;

    private void startPatient() {
        cluster = new TestCluster(3, PATIENT, i -> new Adder());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void eventsAreTypedAndInOrder() {
        cluster = new TestCluster(1, QUICK);
        cluster.environments.get(0).gate("loop").shut();
        RaftGroup<Adder, Long, Long> group = cluster.open(0, GROUP, new Adder());
        List<RaftEvent> events = new CopyOnWriteArrayList<>();
        List<RaftEvent> cancelled = new CopyOnWriteArrayList<>();
        group.events(
                event -> {
                    throw new IllegalStateException("a bad listener");
                });
        group.events(events::add);
        group.events(cancelled::add).close();

        cluster.environments.get(0).gate("loop").open();

        NodeId n1 = node(0);
        Await.until("it leads", () -> events.size() >= 4);
        assertEquals(
                List.of(
                        new RaftEvent.TermChanged(GROUP, n1, 1),
                        new RaftEvent.RoleChanged(GROUP, n1, 1, Role.CANDIDATE, 1),
                        new RaftEvent.RoleChanged(GROUP, n1, 1, Role.LEADER, 2),
                        new RaftEvent.LeaderChanged(GROUP, n1, 1, Optional.of(n1))),
                events);
        assertEquals(List.of(), cancelled);
    }

    @Test
    void statusShowsRoleTermAndIndexes() {
        cluster = TestCluster.of(3);
        int leader = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(leader);
        Await.get(group.write(1L));

        GroupStatus status = group.status();

        assertEquals(GROUP, status.group());
        assertEquals(node(leader), status.node());
        assertEquals(Role.LEADER, status.role());
        assertEquals(Optional.of(node(leader)), status.leader());
        assertEquals(1, status.firstIndex());
        assertTrue(status.appliedIndex() >= 4 && status.appliedIndex() <= status.commitIndex());
        assertTrue(status.commitIndex() <= status.lastIndex());
        assertEquals(3, status.membership().members().size());
        assertEquals(Optional.empty(), status.stopped());
        RaftGroup<Adder, Long, Long> other = cluster.groups.get((leader + 1) % 3);
        assertEquals(Role.FOLLOWER, other.status().role());
        assertEquals(status.term(), other.status().term());
    }

    @Test
    void leadershipMovesToAnyVoterFromAnyNode() {
        startPatient();
        cluster.awaitLeader();
        for (int asked = 0; asked < 3; asked++) {
            for (int target = 0; target < 3; target++) {
                RaftGroup<Adder, Long, Long> group = cluster.groups.get(asked);
                Await.get(group.admin().transferLeadership(node(target)));
                assertEquals(Optional.of(node(target)), group.status().leader());
                cluster.awaitLeader();
            }
        }
        Await.get(cluster.groups.get(0).write(1L));
    }

    /** The wish went to a node that led no more, and was never heard of again. */
    @Test
    void aWishThatCameToADeposedLeaderIsRepeatedAtTheNextOne() {
        startPatient();
        int first = cluster.awaitLeader();
        int second = (first + 1) % 3;
        int late = (first + 2) % 3;
        Gate loop = cluster.environments.get(late).gate("loop");
        loop.shut();
        CompletableFuture<Void> moved =
                cluster.groups.get(late).admin().transferLeadership(node(late));
        loop.awaitSomebodyWaiting();
        Await.get(cluster.groups.get(first).admin().transferLeadership(node(second)));
        loop.open();

        Await.get(moved);

        assertEquals(late, cluster.awaitLeader());
    }

    @Test
    void writesOutliveTransfers() {
        startPatient();
        int leader = cluster.awaitLeader();
        List<CompletableFuture<Long>> writes = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 5; i++) {
            int target = (leader + i + 1) % 3;
            for (int j = 0; j < 50; j++) {
                writes.add(cluster.groups.get(j % 3).write(1L));
            }
            CompletableFuture<Void> done =
                    cluster.groups.get(i % 3).admin().transferLeadership(node(target));
            for (int j = 0; j < 50; j++) {
                writes.add(cluster.groups.get(j % 3).write(1L));
            }
            Await.get(done);
        }

        writes.forEach(Await::get);

        assertEquals(500, cluster.awaitEqualMachines().size());
    }

    @Test
    void aStrangerCannotLead() {
        cluster = TestCluster.of(3);
        cluster.awaitLeader();

        IllegalArgumentException thrown =
                Await.failure(
                        IllegalArgumentException.class,
                        cluster.groups.get(0).admin().transferLeadership(NodeId.of("n9")));

        assertEquals(
                "node n9 is not a voter of group adders: "
                        + cluster.groups.get(0).status().membership(),
                thrown.getMessage());
    }

    @Test
    void aTransferThatFailsLeavesTheLeaderInOffice() {
        startPatient();
        int leader = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(leader);
        Await.get(group.write(1L));
        int target = (leader + 1) % 3;
        cluster.cutOff(target);
        long term = group.status().term();

        CompletableFuture<Void> moved = group.admin().transferLeadership(node(target));
        CompletableFuture<Long> write = group.write(1L);

        assertEquals(2, Await.get(write), "writes wait, then go on");
        assertEquals(
                "leadership did not move to " + node(target) + " in time",
                Await.failure(RejectedException.NoLeader.class, moved).getMessage());
        assertEquals(Role.LEADER, group.status().role());
        assertEquals(term, group.status().term());
    }

    @Test
    void closingHandsLeadershipOver() {
        cluster = TestCluster.of(3);
        int leader = cluster.awaitLeader();
        Await.get(cluster.groups.get(leader).write(1L));
        long term = cluster.groups.get(leader).status().term();

        cluster.groups.get(leader).close();

        assertTrue(
                cluster.groups.stream()
                        .anyMatch(
                                group ->
                                        group.status().role() == Role.LEADER
                                                && group.status().term() == term + 1),
                "nobody led when close returned");
        int next = cluster.awaitLeader();
        assertEquals(2, Await.get(cluster.groups.get(next).write(1L)));
    }

    @Test
    void closingAHostHandsAllItsLeadershipsOver() {
        cluster = TestCluster.of(3);
        int leader = cluster.awaitLeader();
        Await.get(cluster.groups.get(leader).write(1L));

        cluster.hosts.get(leader).close();

        assertTrue(cluster.groups.stream().anyMatch(each -> each.status().role() == Role.LEADER));
        cluster.hosts.get(leader).close(); // Once more does nothing.
    }
}
