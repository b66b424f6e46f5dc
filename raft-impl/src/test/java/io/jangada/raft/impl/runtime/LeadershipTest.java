package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static io.jangada.raft.impl.runtime.TestCluster.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Member;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.memory.MemoryLogStore;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who leads, beyond who won an election: priorities, and disks that are too slow to lead. */
class LeadershipTest {
    private final TestCluster cluster = new TestCluster(0, QUICK);
    private final List<Gate> disks = new ArrayList<>();
    private final List<ExecutorService> writers = new ArrayList<>();

    /** Three nodes whose disks can be held up. */
    private void start(int... priorities) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            members.add(new Member(node(i), node(i) + ":1"));
        }
        for (int i = 0; i < 3; i++) {
            cluster.host(
                    new HostSpec(
                            node(i),
                            null,
                            members,
                            null,
                            null,
                            QUICK,
                            store(i),
                            null,
                            null,
                            false,
                            priorities[i],
                            64 << 20,
                            null));
            cluster.machines.add(new Adder());
            cluster.groups.add(cluster.open(i, GROUP, cluster.machines.get(i)));
        }
    }

    private MemoryLogStore store(int number) {
        Gate gate = new Gate();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        disks.add(gate);
        writers.add(writer);
        return new MemoryLogStore(
                new StoreIdentity("home", node(number), StoreId.of(1, number)),
                64 << 20,
                task ->
                        writer.execute(
                                () -> {
                                    gate.pass();
                                    task.run();
                                }));
    }

    @AfterEach
    void close() {
        disks.forEach(Gate::open);
        cluster.close();
        writers.forEach(ExecutorService::shutdown);
    }

    @Test
    void theNodeOfHighestPriorityComesToLeadAndComesBackToIt() {
        start(0, 7, 3);
        Await.until("n2 leads", () -> cluster.awaitLeader() == 1);

        cluster.cutOff(1);
        Await.until("n3 leads", () -> cluster.awaitLeader() == 2);
        assertEquals(1, Await.get(cluster.groups.get(2).write(1L)));
        cluster.heal();

        Await.until("n2 leads again", () -> cluster.awaitLeader() == 1);
        assertEquals(2, Await.get(cluster.groups.get(1).write(1L)));
    }

    @Test
    void s23_aLeaderWhoseDiskIsStuckHandsOverAndIsWellAgainLater() {
        start(0, 0, 0);
        int sick = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(sick);
        Await.get(group.write(1L));

        disks.get(sick).shut();
        var pending = group.write(1L); // Its own disk never confirms it; the others do.

        Await.until("another one leads", () -> cluster.awaitLeader() != sick);
        assertTrue(
                group.admin()
                        .why()
                        .startsWith(
                                "the disk of node "
                                        + node(sick)
                                        + " needs longer than electionTimeout for a write"),
                group.admin().why());
        assertNotEquals(sick, cluster.awaitLeader());
        disks.get(sick).open();

        assertEquals(2, Await.get(pending));
        Await.until(
                () -> "it is well again: " + group.admin().why(),
                () -> !group.admin().why().contains("disk"));
        Await.until("it leads again", () -> leadsAgain(group, sick));
    }

    /** A hand-over may run out of its time, which is short here, on a machine that is busy. */
    private boolean leadsAgain(RaftGroup<Adder, Long, Long> group, int number) {
        group.admin().transferLeadership(node(number)).exceptionally(late -> null).join();
        return cluster.awaitLeader() == number;
    }
}
