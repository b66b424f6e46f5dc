package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static io.jangada.raft.impl.runtime.TestCluster.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftEvent.SnapshotProgress;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.codec.BulkMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers that need what the leader's log does not have any more (paper §7, S26 to S28). */
@Tag("long")
class InstallTest {
    /** On demand only; and a busy machine is no reason for an election. */
    private static final RaftConfig NO_TRAIL =
            QUICK.toBuilder().electionTimeout(Duration.ofSeconds(1)).trailingEntries(0).build();

    private static final RaftConfig EVERY_TEN = NO_TRAIL.toBuilder().snapshotEntries(10).build();

    private static final int CHUNKS = Adder.Heavy.BALLAST_BYTES / BulkMessage.CHUNK_BYTES_MAX;

    @TempDir Path folder;
    private TestCluster cluster;
    private int leader;
    private int lagging;
    private int other;
    private final List<SnapshotProgress> progress = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        cluster.close();
    }

    private void open(RaftConfig config, IntFunction<Adder> machine) {
        cluster = new TestCluster(3, config, machine);
        leader = cluster.awaitLeader();
        lagging = (leader + 1) % 3;
        other = (leader + 2) % 3;
        group(lagging)
                .events(
                        event -> {
                            if (event instanceof SnapshotProgress each) {
                                progress.add(each);
                            }
                        });
    }

    private RaftGroup<Adder, Long, Long> group(int number) {
        return cluster.groups.get(number);
    }

    private void write(int count) {
        for (long number = 1; number <= count; number++) {
            Await.get(group(leader).write(number));
        }
    }

    /** Leaves one node so far behind that only a snapshot helps, whoever leads. */
    private void leaveBehind() {
        cluster.cutOff(lagging);
        write(20);
        takeSnapshots();
    }

    /** The same one on both nodes that have everything, after which their logs are cut. */
    private void takeSnapshots() {
        long applied = group(leader).status().appliedIndex();
        Await.until("both are as far", () -> group(other).status().appliedIndex() == applied);
        for (int number : new int[] {leader, other}) {
            Await.get(group(number).admin().snapshot());
            Await.until(
                    "its entries are gone",
                    () -> group(number).status().firstIndex() == applied + 1);
        }
    }

    private void awaitPartOfIt() {
        Await.until(
                () -> "some of it is here: " + group(lagging).status(),
                () -> group(lagging).status().installingPercent().orElse(0) > 0);
    }

    @Test
    void s26_aFollowerFarBehindGetsASnapshotWhileWritesGoOn() {
        open(EVERY_TEN, i -> new Adder.WithViews());
        leaveBehind();
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        cluster.heal();
        for (long number = 0; number < 200; number++) {
            writes.add(group((int) (number % 3)).write(number));
        }
        writes.forEach(Await::get);

        assertEquals(220, cluster.awaitEqualMachines().size());
        assertTrue(cluster.machines.get(lagging).loads() > 0);
        Await.until("it was told", () -> progress.stream().anyMatch(SnapshotProgress::installed));
        assertTrue(progress.stream().allMatch(each -> each.from().equals(node(leader))));
        assertTrue(group(lagging).status().installingPercent().isEmpty());
        assertTrue(group(lagging).status().firstIndex() > 20);
    }

    @Test
    void s28_aTransferThatWasCutGoesOnWhereItStopped() {
        open(NO_TRAIL, i -> new Adder.Heavy());
        leaveBehind();
        cluster.environments.get(leader).chunksLeft.set(5);
        cluster.heal();
        awaitPartOfIt();
        cluster.cutOff(lagging);
        write(3);
        cluster.environments.get(leader).chunksLeft.set(Integer.MAX_VALUE);
        cluster.heal();
        write(3);

        assertEquals(26, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(lagging).loads());
        int sent = cluster.environments.stream().mapToInt(each -> each.chunksSent.get()).sum();
        assertTrue(sent < CHUNKS + 10, "sent " + sent + " chunks of " + CHUNKS);
    }

    @Test
    void s28_anotherLeaderWithTheSameSnapshotFinishesIt() {
        open(EVERY_TEN, i -> new Adder.Heavy());
        cluster.cutOff(lagging);
        write(15);
        long common = 10;
        for (int number : new int[] {leader, other}) {
            Await.until(
                    () -> "the same snapshot is there: " + group(number).status(),
                    () -> group(number).status().snapshotIndex() == common);
        }
        cluster.environments.get(leader).chunksLeft.set(6);
        cluster.heal();
        awaitPartOfIt();
        Await.until(
                "the first leader's chunks are sent",
                () -> cluster.environments.get(leader).chunksSent.get() == 6);
        Await.get(group(leader).admin().transferLeadership(node(other)));

        cluster.awaitEqualMachines();
        assertEquals(1, cluster.machines.get(lagging).loads());
        int sent = cluster.environments.get(other).chunksSent.get();
        assertTrue(sent > 0 && sent <= CHUNKS - 4, "sent " + sent + " chunks of " + CHUNKS);
    }

    @Test
    void z34_repeatsAreKnownAfterAnInstall() {
        open(NO_TRAIL, i -> new Adder());
        long session = Await.get(group(leader).openSession());
        assertEquals(5, Await.get(group(leader).write(session, 0, 5L)));
        leaveBehind();
        assertEquals(222, Await.get(group(leader).write(session, 1, 7L)));
        takeSnapshots();
        cluster.heal();

        assertEquals(5, Await.get(group(lagging).write(session, 0, 5L)));
        assertEquals(222, Await.get(group(lagging).write(session, 1, 7L)));
        assertEquals(22, cluster.awaitEqualMachines().size());
    }

    /** The caller's own node never sees the entry: it hears of the outcome all the same, once. */
    @Test
    void i17_aWriteWhoseEntryASnapshotTookThePlaceOfEndsWithItsResult() {
        open(NO_TRAIL, i -> new Adder());
        Await.get(group(lagging).write(1L)); // Opens the session.
        cluster.environments.get(leader).deaf.add(node(lagging));
        cluster.environments.get(other).deaf.add(node(lagging));
        CompletableFuture<Long> write = group(lagging).write(7L);
        Await.until("it is applied elsewhere", () -> cluster.machines.get(leader).sum() == 8);
        write(20);
        takeSnapshots();
        assertFalse(write.isDone());
        cluster.environments.get(leader).deaf.clear();
        cluster.environments.get(other).deaf.clear();

        assertEquals(8, Await.get(write));
        List<Long> numbers = cluster.awaitEqualMachines();
        assertEquals(22, numbers.size());
        assertEquals(2, numbers.stream().filter(number -> number == 7).count(), "7 and one of 20");
        assertEquals(1, cluster.machines.get(lagging).loads());
    }

    @Test
    void aSlowLoadHoldsUpNobodyElse() {
        RaftConfig patient = // A hiccup of this machine is no missed heartbeat.
                NO_TRAIL.toBuilder().electionTimeout(Duration.ofSeconds(2)).build();
        open(patient, i -> new Adder());
        leaveBehind();
        Adder machine = cluster.machines.get(lagging);
        machine.loadGate.shut();
        cluster.heal();
        machine.loadGate.awaitSomebodyWaiting();
        long term = group(leader).status().term();
        write(20);
        assertEquals(0, machine.sum(), "the old state is still there");
        machine.loadGate.open();
        cluster.awaitEqualMachines();
        assertEquals(term, group(leader).status().term(), "nobody missed a heartbeat");
    }

    @Test
    void aLoadThatFailsStopsTheGroupThereAndNowhereElse() {
        open(NO_TRAIL, i -> new Adder());
        cluster.cutOff(lagging);
        Await.get(group(leader).write(Adder.INDIGESTIBLE));
        takeSnapshots();
        cluster.heal();
        Await.until(
                "it stopped",
                () -> group(lagging).status().stopped().orElse("").contains("cannot be loaded"));
        write(1);
    }

    @Test
    void filesAreInstalled() {
        open(NO_TRAIL, i -> new FileAdder(newFolder(i)));
        leaveBehind();
        cluster.heal();
        assertEquals(20, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(lagging).loads());
    }

    private Path newFolder(int number) {
        Path made = folder.resolve("n" + number);
        assertTrue(made.toFile().mkdir());
        return made;
    }

    @Test
    void aDurableMachineIsInstalledAndRemembersIt() {
        DurableAdder.Disk[] disks = {
            new DurableAdder.Disk(), new DurableAdder.Disk(), new DurableAdder.Disk()
        };
        open(NO_TRAIL, i -> new DurableAdder(disks[i]));
        leaveBehind();
        cluster.heal();
        assertEquals(20, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(lagging).loads());
        assertEquals(group(leader).status().snapshotIndex(), disks[lagging].index());

        cluster.reopen(lagging, new DurableAdder(disks[lagging]));
        assertEquals(20, cluster.awaitEqualMachines().size());
        assertEquals(0, cluster.machines.get(lagging).loads());
    }

    @Test
    void aNodeBeginsAgainFromWhatWasInstalled() {
        open(NO_TRAIL, i -> new Adder());
        leaveBehind();
        cluster.heal();
        cluster.awaitEqualMachines();
        write(3);
        cluster.reopen(lagging, new Adder());
        assertEquals(23, cluster.awaitEqualMachines().size());
        assertEquals(1, cluster.machines.get(lagging).loads());
    }

    @Test
    void eventsNameTheGroupAndTheSize() {
        open(NO_TRAIL, i -> new Adder.Heavy());
        leaveBehind();
        cluster.heal();
        Await.until("it was told", () -> progress.stream().anyMatch(SnapshotProgress::installed));
        RaftEvent.SnapshotProgress last = progress.get(progress.size() - 1);
        assertTrue(last.totalBytes() > Adder.Heavy.BALLAST_BYTES);
        assertEquals(last.totalBytes(), last.bytes());
        assertEquals(group(leader).status().snapshotIndex(), last.index());
    }
}
