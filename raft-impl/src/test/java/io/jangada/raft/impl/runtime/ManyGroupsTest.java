package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Fifty groups on three hosts of one process, with one loop, transport and log per host. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyGroupsTest {
    private static final int GROUPS = 50;

    /** Patient, so that a busy machine moves no leader by itself. */
    private static final RaftConfig PATIENT =
            QUICK.toBuilder()
                    .electionTimeout(Duration.ofMillis(1000))
                    .heartbeatInterval(Duration.ofMillis(100))
                    .build();

    private final TestCluster cluster = new TestCluster(3, PATIENT);

    /** By group, then node. */
    private final List<List<RaftGroup<Adder, Long, Long>>> groups = new ArrayList<>();

    private final List<List<Adder>> machines = new ArrayList<>();

    @BeforeAll
    void start() {
        for (int i = 0; i < GROUPS; i++) {
            List<RaftGroup<Adder, Long, Long>> nodes = new ArrayList<>();
            List<Adder> adders = new ArrayList<>();
            for (int node = 0; node < 3; node++) {
                adders.add(new Adder());
                nodes.add(cluster.open(node, id(i), adders.get(node)));
            }
            groups.add(nodes);
            machines.add(adders);
            cluster.machines.addAll(adders);
        }
        groups.forEach(ManyGroupsTest::awaitLeader);
    }

    @AfterAll
    void close() {
        cluster.close();
    }

    private static GroupId id(int number) {
        return GroupId.of("group-" + number);
    }

    private static void awaitLeader(List<RaftGroup<Adder, Long, Long>> nodes) {
        Await.until(
                nodes.get(0).id() + " has a leader that all follow",
                () ->
                        nodes.stream().allMatch(node -> node.status().leader().isPresent())
                                && nodes.stream()
                                        .anyMatch(node -> node.status().role() == Role.LEADER));
    }

    @Test
    void allServeWritesAndReadsOnEveryNode() {
        for (int i = 0; i < GROUPS - 5; i++) {
            List<CompletableFuture<Long>> writes = new ArrayList<>();
            for (RaftGroup<Adder, Long, Long> node : groups.get(i)) {
                writes.add(node.write((long) i));
            }
            writes.forEach(Await::get);
        }
        for (int i = 0; i < GROUPS - 5; i++) {
            for (RaftGroup<Adder, Long, Long> node : groups.get(i)) {
                assertEquals(3L * i, Await.<Long>get(node.read(Adder::sum)));
            }
        }
    }

    @Test
    void threadsDoNotGrowWithGroups() {
        TreeMap<String, Long> threads =
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("raft-"))
                        .collect(
                                Collectors.groupingBy(
                                        name -> name, TreeMap::new, Collectors.counting()));

        TreeMap<String, Long> expected = new TreeMap<>();
        for (String node : List.of("n1", "n2", "n3")) {
            for (String worker :
                    List.of("loop", "apply", "events", "snapshots", "installs", "sends")) {
                expected.put("raft-" + node + "-" + worker, 1L);
            }
        }
        assertEquals(expected, threads);
    }

    @Test
    void aDestroyedGroupLeavesATombstoneAndNothingElseChanges() {
        int doomed = GROUPS - 1;
        int neighbour = GROUPS - 2;
        for (RaftGroup<Adder, Long, Long> node : groups.get(neighbour)) {
            Await.get(node.write(7L));
        }
        RaftGroup<Adder, Long, Long> gone = groups.get(doomed).get(0);
        RaftGroup<Adder, Long, Long> left = groups.get(doomed).get(1);
        assertEquals(1, Await.get(gone.write(1L)));

        cluster.hosts.get(0).destroy(id(doomed));

        assertFalse(cluster.hosts.get(0).groups().contains(id(doomed)));
        Await.failure(RejectedException.Closed.class, gone.write(1L));
        for (long i = 2; i <= 20; i++) {
            assertEquals(
                    i, Await.get(left.write(1L)), "the others send to the dead one, and go on");
        }
        assertEquals(1, machines.get(doomed).get(0).sum());
        assertEquals(
                "group group-49 was destroyed on this node",
                assertThrows(
                                IllegalStateException.class,
                                () -> cluster.open(0, id(doomed), new Adder()))
                        .getMessage());
        cluster.hosts.get(0).destroy(id(doomed)); // Once more does nothing.
        assertTrue(cluster.hosts.get(1).groups().contains(id(doomed)));
        for (RaftGroup<Adder, Long, Long> node : groups.get(neighbour)) {
            assertEquals(21, Await.<Long>get(node.read(Adder::sum)));
        }
    }

    @Test
    void z47_aStuckMachineStarvesNobodysHeartbeats() {
        int stuck = GROUPS - 3;
        List<RaftEvent> events = new CopyOnWriteArrayList<>();
        List<RaftGroup.Subscription> subscriptions = new ArrayList<>();
        Map<GroupId, Long> terms = new HashMap<>();
        for (List<RaftGroup<Adder, Long, Long>> nodes : groups) {
            nodes.forEach(node -> subscriptions.add(node.events(events::add)));
            terms.put(nodes.get(0).id(), nodes.get(0).status().term());
        }
        Adder machine = machines.get(stuck).get(0);
        machine.gate.shut();
        CompletableFuture<Long> write = groups.get(stuck).get(0).write(5L);
        try {
            machine.gate.awaitSomebodyWaiting();

            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2500);
            Await.until("more than two election timeouts passed", () -> System.nanoTime() > end);
            assertEquals(5, Await.<Long>get(groups.get(stuck).get(1).read(Adder::sum)));
            Await.get(groups.get(GROUPS - 4).get(1).write(1L));

            events.removeIf(event -> tellsTheLeader(event, terms));
            assertEquals(List.of(), events, "somebody missed heartbeats");
            assertFalse(write.isDone());
        } finally {
            // The other tests use the same thread.
            machine.gate.open();
        }
        assertEquals(5, Await.get(write));
        subscriptions.forEach(RaftGroup.Subscription::close);
    }

    /** What a node knows shows in its status before it is told: this may be told late. */
    private static boolean tellsTheLeader(RaftEvent event, Map<GroupId, Long> terms) {
        return event instanceof RaftEvent.LeaderChanged changed
                && changed.leader().isPresent()
                && changed.term() == terms.getOrDefault(changed.group(), 0L);
    }
}
