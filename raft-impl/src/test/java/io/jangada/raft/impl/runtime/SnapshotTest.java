package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Taking snapshots, and beginning from one, on a node alone. */
class SnapshotTest {
    private static final RaftConfig EVERY_TEN =
            QUICK.toBuilder().snapshotEntries(10).trailingEntries(0).build();

    @TempDir Path folder;
    private TestCluster cluster;
    private final List<RaftEvent.SnapshotTaken> taken = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        cluster.close();
    }

    private RaftGroup<Adder, Long, Long> alone(RaftConfig config, Adder machine) {
        cluster = new TestCluster(1, config, i -> machine);
        listen();
        return cluster.groups.get(0);
    }

    private void listen() {
        cluster.groups
                .get(0)
                .events(
                        event -> {
                            if (event instanceof RaftEvent.SnapshotTaken snapshot) {
                                taken.add(snapshot);
                            }
                        });
    }

    private static void write(RaftGroup<Adder, Long, Long> group, int count) {
        for (long number = 1; number <= count; number++) {
            Await.get(group.write(number));
        }
    }

    /** Writes until the log is so long, which is what counts. */
    private static void writeUpTo(RaftGroup<Adder, Long, Long> group, long index) {
        while (group.status().lastIndex() < index) {
            Await.get(group.write(1L));
        }
    }

    private void awaitSnapshot(long index) {
        awaitSnapshot(cluster.groups.get(0), index);
    }

    private static void awaitSnapshot(RaftGroup<?, ?, ?> group, long index) {
        Await.until(
                () -> "a snapshot goes to " + index + ": " + group.status(),
                () -> group.status().snapshotIndex() == index);
    }

    // When

    @Test
    void snapshotsAreTakenAtMultiplesOfSnapshotEntries() {
        RaftGroup<Adder, Long, Long> group = alone(EVERY_TEN, new Adder.WithViews());
        for (long index = 10; index <= 30; index += 10) {
            writeUpTo(group, index + 3);
            awaitSnapshot(index);
            long first = index + 1;
            Await.until("the log is cut", () -> group.status().firstIndex() == first);
        }
        Await.until("all were told", () -> taken.size() == 3);
        assertEquals(
                List.of(10L, 20L, 30L),
                taken.stream().map(RaftEvent.SnapshotTaken::index).toList());
    }

    @Test
    void trailingEntriesStayInTheLog() {
        RaftConfig config = EVERY_TEN.toBuilder().trailingEntries(4).build();
        RaftGroup<Adder, Long, Long> group = alone(config, new Adder.WithViews());
        writeUpTo(group, 12);
        awaitSnapshot(10);
        Await.until("the log is cut", () -> group.status().firstIndex() == 7);
    }

    @Test
    void snapshotsAreTakenAfterSnapshotBytes() {
        RaftConfig config = QUICK.toBuilder().snapshotBytes(1024).trailingEntries(0).build();
        RaftGroup<Adder, Long, Long> group = alone(config, new Adder.WithViews());
        writeUpTo(group, 20);
        assertEquals(0, group.status().snapshotIndex());
        writeUpTo(group, 60);
        Await.until("one was taken", () -> group.status().snapshotIndex() > 20);
    }

    @Test
    void snapshotsAreTakenAfterSnapshotInterval() {
        RaftConfig config = QUICK.toBuilder().snapshotInterval(Duration.ofMinutes(10)).build();
        RaftGroup<Adder, Long, Long> group = alone(config, new Adder.WithViews());
        for (int round = 0; round < 2; round++) {
            long before = group.status().snapshotIndex();
            write(group, 3); // Applied when the time comes: nothing new, nothing taken.
            cluster.environments.get(0).advance(Duration.ofMinutes(11));
            write(group, 1);
            Await.until("one was taken", () -> group.status().snapshotIndex() > before);
        }
    }

    @Test
    void aSnapshotOnDemandHoldsAllThatWasApplied() {
        RaftConfig config = QUICK.toBuilder().trailingEntries(0).build();
        RaftGroup<Adder, Long, Long> group = alone(config, new Adder.WithViews());
        write(group, 5);
        long applied = group.status().appliedIndex();
        assertEquals(applied, Await.get(group.admin().snapshot()));
        assertEquals(applied, group.status().snapshotIndex());
        Await.until("the log is cut", () -> group.status().firstIndex() == applied + 1);
        assertEquals(applied, Await.get(group.admin().snapshot()), "nothing new, nothing taken");
        write(group, 1);
        long later = Await.get(group.admin().snapshot());
        Await.until("the later one was told", () -> toldOf(later));
        assertEquals(
                List.of(applied, later),
                taken.stream().map(RaftEvent.SnapshotTaken::index).toList());
    }

    @Test
    void whoAsksWhileOneIsBeingTakenGetsALaterOne() {
        Adder machine = new Adder.WithViews();
        RaftGroup<Adder, Long, Long> group = alone(QUICK, machine);
        write(group, 5);
        machine.saveGate.shut();
        CompletableFuture<Long> first = group.admin().snapshot();
        machine.saveGate.awaitSomebodyWaiting();
        write(group, 1);
        CompletableFuture<Long> second = group.admin().snapshot();
        long applied = group.status().appliedIndex();
        machine.saveGate.open();
        assertTrue(Await.get(first) >= applied - 1);
        assertEquals(applied, Await.get(second));
        Await.until("both were told", () -> taken.size() == 2);
        assertEquals(
                List.of(applied - 1, applied),
                taken.stream().map(RaftEvent.SnapshotTaken::index).toList());
    }

    /** Wanted twice while it was written, so that the loop hears of it twice in one round. */
    @Test
    void aSnapshotIsToldOnceHoweverOftenItIsLookedAt() {
        Adder machine = new Adder.WithViews();
        Adder otherMachine = new Adder.WithViews();
        RaftGroup<Adder, Long, Long> group = alone(QUICK, machine);
        RaftGroup<Adder, Long, Long> other = cluster.open(0, GroupId.of("others"), otherMachine);
        cluster.machines.add(otherMachine);
        write(group, 5);
        write(other, 1);
        machine.saveGate.shut();
        otherMachine.saveGate.shut();
        CompletableFuture<Long> first = group.admin().snapshot();
        machine.saveGate.awaitSomebodyWaiting();
        CompletableFuture<Long> second = group.admin().snapshot();
        other.admin().snapshot(); // The same worker's next, which tells when the first is done.
        Await.get(other.read(Adder::sum));
        Await.get(group.read(Adder::sum));
        Gate loop = cluster.environments.get(0).gate("loop");
        loop.shut();
        group.read(Adder::sum); // Brings the loop to the gate.
        loop.awaitSomebodyWaiting();
        machine.saveGate.open();
        otherMachine.saveGate.awaitSomebodyWaiting();
        Await.get(group.read(ReadMode.LOCAL, Adder::sum)); // The applier has looked.
        loop.open();
        assertEquals(Await.get(first), Await.get(second));
        otherMachine.saveGate.open();

        write(group, 1);
        long later = Await.get(group.admin().snapshot());
        Await.until("the later one was told", () -> toldOf(later));
        assertEquals(
                List.of(later - 1, later),
                taken.stream()
                        .filter(snapshot -> snapshot.group().equals(TestCluster.GROUP))
                        .map(RaftEvent.SnapshotTaken::index)
                        .toList());
    }

    private boolean toldOf(long index) {
        return taken.stream().anyMatch(snapshot -> snapshot.index() == index);
    }

    // Z36: nobody waits for a snapshot

    @Test
    void z36_aViewIsWrittenWhileCommandsAreApplied() {
        Adder machine = new Adder.WithViews();
        RaftGroup<Adder, Long, Long> group = alone(QUICK, machine);
        write(group, 5);
        machine.saveGate.shut();
        CompletableFuture<Long> snapshot = group.admin().snapshot();
        machine.saveGate.awaitSomebodyWaiting();
        long index = group.status().appliedIndex();
        write(group, 5);
        assertFalse(snapshot.isDone());
        machine.saveGate.open();
        assertEquals(index, Await.get(snapshot));

        cluster.reopen(0, new Adder.WithViews());
        assertEquals(10, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(0).loads());
    }

    @Test
    void z36_aMachineWithoutViewsRestsWhileItIsSavedAndOtherGroupsGoOn() {
        Adder machine = new Adder();
        RaftGroup<Adder, Long, Long> group = alone(QUICK, machine);
        RaftGroup<Adder, Long, Long> other = cluster.open(0, GroupId.of("others"), new Adder());
        write(group, 5);
        machine.saveGate.shut();
        CompletableFuture<Long> snapshot = group.admin().snapshot();
        machine.saveGate.awaitSomebodyWaiting();
        long term = group.status().term();
        long committed = group.status().commitIndex();
        CompletableFuture<Long> write = group.write(1L);
        CompletableFuture<Long> read = group.read(ReadMode.LOCAL, Adder::sum);
        write(other, 5);
        Await.until("the write is committed", () -> group.status().commitIndex() > committed);
        assertFalse(write.isDone());
        assertFalse(read.isDone());
        machine.saveGate.open();
        assertEquals(16, Await.get(write));
        Await.get(read);
        Await.get(snapshot);
        assertEquals(term, group.status().term());
    }

    // Beginning from a snapshot

    @Test
    void aGroupBeginsFromItsSnapshotAndReplaysTheRest() {
        RaftGroup<Adder, Long, Long> group = alone(EVERY_TEN, new Adder());
        writeUpTo(group, 17);
        awaitSnapshot(10);
        List<Long> before = cluster.awaitEqualMachines();

        cluster.reopen(0, new Adder());
        assertEquals(before, cluster.awaitEqualMachines());
        assertEquals(1, cluster.machines.get(0).loads());
        assertEquals(11, cluster.groups.get(0).status().firstIndex());
    }

    @Test
    void z34_sessionsAreInTheSnapshot() {
        RaftGroup<Adder, Long, Long> group = alone(EVERY_TEN, new Adder());
        long session = Await.get(group.openSession());
        assertEquals(5, Await.get(group.write(session, 0, 5L)));
        assertEquals(12, Await.get(group.write(session, 1, 7L)));
        Await.get(group.admin().snapshot());

        RaftGroup<Adder, Long, Long> again = cluster.reopen(0, new Adder());
        assertEquals(5, Await.get(again.write(session, 0, 5L)));
        assertEquals(12, Await.get(again.write(session, 1, 7L)));
        assertEquals(List.of(5L, 7L), cluster.awaitEqualMachines());
    }

    @Test
    void readsWaitUntilTheSnapshotIsLoaded() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK, new Adder());
        write(group, 5);
        Await.get(group.admin().snapshot());
        Adder machine = new Adder();
        machine.loadGate.shut();
        RaftGroup<Adder, Long, Long> again = cluster.reopen(0, machine);
        CompletableFuture<Long> local = again.read(ReadMode.LOCAL, Adder::sum);
        CompletableFuture<Long> linearizable = again.read(Adder::sum);
        machine.loadGate.awaitSomebodyWaiting();
        assertFalse(local.isDone());
        machine.loadGate.open();
        assertEquals(15, Await.get(local));
        assertEquals(15, Await.get(linearizable));
    }

    @Test
    void aSnapshotThatCannotBeLoadedStopsTheGroupLoudly() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK, new Adder());
        Await.get(group.write(Adder.INDIGESTIBLE));
        Await.get(group.admin().snapshot());
        RaftGroup<Adder, Long, Long> again = cluster.reopen(0, new Adder());
        Await.until("it stopped", () -> again.status().role() == Role.STOPPED);
        String reason = again.status().stopped().orElseThrow();
        assertTrue(reason.contains("its snapshot cannot be loaded"), reason);
        assertTrue(reason.contains("no adder reads this"), reason);
    }

    @Test
    void aGroupClosesWhileItsSnapshotIsBeingWritten() {
        Adder machine = new Adder();
        RaftGroup<Adder, Long, Long> group = alone(QUICK, machine);
        write(group, 5);
        machine.saveGate.shut();
        CompletableFuture<Long> snapshot = group.admin().snapshot();
        machine.saveGate.awaitSomebodyWaiting();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(group::close);
        Await.failure(io.jangada.raft.api.RejectedException.Closed.class, snapshot);
        machine.saveGate.open();
        Await.get(closing);
        cluster.reopen(0, new Adder());
        assertEquals(5, cluster.awaitEqualMachines().size());
        assertEquals(0, cluster.machines.get(0).loads(), "what was begun is not there");
    }

    // Machines with files of their own, and durable ones

    @Test
    void filesTravelAsTheyAre() throws IOException {
        RaftGroup<Adder, Long, Long> group = alone(QUICK, new FileAdder(folder));
        write(group, 25);
        Await.get(group.admin().snapshot());
        write(group, 5);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList(), "frozen files are closed");
        }
        cluster.reopen(0, new FileAdder(folder));
        assertEquals(30, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(0).loads());
    }

    @Test
    void aSnapshotOfFilesIsNotForAMachineWithout() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK, new FileAdder(folder));
        write(group, 5);
        Await.get(group.admin().snapshot());
        RaftGroup<Adder, Long, Long> again = cluster.reopen(0, new Adder());
        Await.until("it stopped", () -> again.status().role() == Role.STOPPED);
        assertTrue(again.status().stopped().orElseThrow().contains("the snapshot holds files"));
    }

    @Test
    void aDurableMachineGoesOnBehindItsCheckpoint() {
        DurableAdder.Disk disk = new DurableAdder.Disk();
        RaftGroup<Adder, Long, Long> group = alone(EVERY_TEN, new DurableAdder(disk));
        long session = Await.get(group.openSession());
        assertEquals(5, Await.get(group.write(session, 0, 5L)));
        writeUpTo(group, 17);
        awaitSnapshot(10);
        assertEquals(10, disk.index());
        List<Long> before = cluster.awaitEqualMachines();

        DurableAdder again = new DurableAdder(disk);
        cluster.reopen(0, again);
        assertEquals(before, cluster.awaitEqualMachines());
        assertEquals(0, again.loads(), "its own state, not the snapshot's");
        assertTrue(again.applied() > 0 && again.applied() < before.size(), "behind it only");
        assertEquals(5, Await.get(cluster.groups.get(0).write(session, 0, 5L)), "the mark's table");
    }

    @Test
    void aDurableMachineThatLostItsCheckpointTakesTheSnapshot() {
        RaftGroup<Adder, Long, Long> group =
                alone(EVERY_TEN, new DurableAdder(new DurableAdder.Disk()));
        writeUpTo(group, 17);
        awaitSnapshot(10);
        List<Long> before = cluster.awaitEqualMachines();
        DurableAdder.Disk empty = new DurableAdder.Disk();
        cluster.reopen(0, new DurableAdder(empty));
        assertEquals(before, cluster.awaitEqualMachines());
        assertEquals(1, cluster.machines.get(0).loads());
        assertEquals(10, empty.index(), "what was loaded is its checkpoint");
    }

    @Test
    void aCheckpointThatFailsStopsTheGroup() {
        DurableAdder.Disk disk = new DurableAdder.Disk();
        RaftGroup<Adder, Long, Long> group = alone(EVERY_TEN, new DurableAdder(disk));
        write(group, 1);
        disk.fill();
        for (long i = 0; i < 10; i++) {
            group.write(i);
        }
        Await.until("it stopped", () -> group.status().role() == Role.STOPPED);
        String reason = group.status().stopped().orElseThrow();
        assertTrue(reason.contains("its checkpoint failed"), reason);
    }

    @Test
    void equalStatesMakeEqualSnapshots() {
        cluster = new TestCluster(3, EVERY_TEN, i -> new Adder());
        int leader = cluster.awaitLeader();
        List<Long> sessions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sessions.add(Await.get(cluster.groups.get(i).openSession()));
        }
        long sequence = 0;
        for (long index = 10; index <= 40; index += 10) {
            while (cluster.groups.get(leader).status().lastIndex() < index) {
                Await.get(
                        cluster.groups
                                .get(leader)
                                .write(sessions.get((int) (sequence % 3)), sequence, 1L));
                sequence++;
            }
            // A snapshot that is still being written when the next one is due lets that one pass.
            for (RaftGroup<Adder, Long, Long> group : cluster.groups) {
                awaitSnapshot(group, index);
            }
        }
        List<String> hashes = new ArrayList<>();
        for (RaftGroup<Adder, Long, Long> group : cluster.groups) {
            Replica<?, ?, ?> replica = (Replica<?, ?, ?>) group;
            hashes.add(replica.core().snapshots().latest().orElseThrow().hash());
        }
        assertEquals(hashes.get(0), hashes.get(1));
        assertEquals(hashes.get(0), hashes.get(2));
        assertNotEquals("", hashes.get(0));
    }
}
