package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.runtime.SuspectStore.Damage;
import io.jangada.raft.spi.SuspectGroupException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node whose copy of a group is damaged makes it good from its peers, or says what to do. */
class RebuildTest {
    private static final RaftConfig NO_TRAIL = QUICK.toBuilder().trailingEntries(0).build();

    private TestCluster cluster;

    @AfterEach
    void close() {
        cluster.close();
    }

    private int open(RaftConfig config) {
        cluster = new TestCluster(3, config, i -> new Adder());
        int damaged = cluster.awaitFollower();
        for (long number = 1; number <= 20; number++) {
            Await.get(cluster.groups.get(damaged).write(number));
        }
        cluster.awaitEqualMachines();
        return damaged;
    }

    private SuspectStore store(int number) {
        return cluster.environments.get(number).store();
    }

    private void awaitRebuilt(int damaged) {
        Await.until(
                "it is whole again",
                () ->
                        cluster.groups.get(damaged) instanceof Replica<?, ?, ?> replica
                                && !replica.core().status().rebuilding());
    }

    @Test
    void aDamagedLogIsMadeGoodFromThePeersLogs() {
        int damaged = open(QUICK);
        cluster.groups.get(damaged).close();
        store(damaged).damage = Damage.LOG;
        RaftGroup<Adder, Long, Long> again = cluster.reopen(damaged, new Adder());
        List<RaftEvent> events = new CopyOnWriteArrayList<>();
        again.events(events::add);
        Await.get(cluster.groups.get((damaged + 1) % 3).write(5L));

        assertEquals(21, cluster.awaitEqualMachines().size());
        awaitRebuilt(damaged);
        Await.until(
                "it was told",
                () ->
                        events.stream()
                                .anyMatch(
                                        event ->
                                                event instanceof RaftEvent.Rebuilding rebuilding
                                                        && rebuilding.done()));
        cluster.reopen(damaged, new Adder());
        assertEquals(21, cluster.awaitEqualMachines().size());
    }

    @Test
    void aDamagedLogIsMadeGoodFromASnapshotWhereThePeersHaveNoMore() {
        int damaged = open(NO_TRAIL);
        cluster.groups.get(damaged).close();
        for (int other = 1; other < 3; other++) {
            Await.get(cluster.groups.get((damaged + other) % 3).admin().snapshot());
        }
        store(damaged).damage = Damage.LOG;
        cluster.reopen(damaged, new Adder());
        Await.get(cluster.groups.get((damaged + 1) % 3).write(5L));

        assertEquals(21, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(damaged).loads());
        awaitRebuilt(damaged);
    }

    @Test
    void z33_aNodeThatMayHaveForgottenItsPromisesDoesNotComeBack() {
        int damaged = open(QUICK);
        cluster.groups.get(damaged).close();
        store(damaged).damage = Damage.HARD_STATE;
        SuspectGroupException refusal =
                assertThrows(
                        SuspectGroupException.class, () -> cluster.reopen(damaged, new Adder()));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains("has lost its entry 7"), message);
        assertTrue(message.contains("under a new node id"), message);
    }

    @Test
    void nobodyMakesTheOnlyCopyGood() {
        cluster = new TestCluster(1, QUICK, i -> new Adder());
        Await.get(cluster.groups.get(0).write(1L));
        cluster.groups.get(0).close();
        store(0).damage = Damage.LOG;
        SuspectGroupException refusal =
                assertThrows(SuspectGroupException.class, () -> cluster.reopen(0, new Adder()));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains("no other voter"), message);
    }
}
