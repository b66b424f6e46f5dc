package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.NUMBERS;
import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Applying and answering, on a node alone: what is proposed is committed at once. */
class ApplierTest {
    private final TestCluster cluster = new TestCluster(1, QUICK);

    @AfterEach
    void close() {
        cluster.close();
    }

    private RaftGroup<Adder, Long, Long> open(Adder machine) {
        cluster.machines.add(machine);
        return cluster.open(0, GROUP, machine);
    }

    /** Holds the machine up at a first write, so that what comes next is one batch. */
    private static List<CompletableFuture<Long>> heldUp(
            RaftGroup<Adder, Long, Long> group, Adder machine) {
        Await.get(group.write(0L));
        machine.gate.shut();
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        writes.add(group.write(0L));
        machine.gate.awaitSomebodyWaiting();
        return writes;
    }

    private static void awaitCommitted(RaftGroup<?, ?, ?> group, long index) {
        Await.until(
                "entry " + index + " is committed", () -> group.status().commitIndex() >= index);
    }

    @Test
    void callersHearOfABatchInOrderAndOnceAllOfItIsApplied() {
        Adder machine = new Adder();
        RaftGroup<Adder, Long, Long> group = open(machine);
        List<CompletableFuture<Long>> writes = heldUp(group, machine);
        long held = group.status().lastIndex();
        List<Long> answers = new CopyOnWriteArrayList<>();
        List<Long> sums = new CopyOnWriteArrayList<>();
        for (long i = 1; i <= 20; i++) {
            writes.add(group.write(i));
        }
        for (CompletableFuture<Long> write : writes.subList(1, 21)) {
            write.thenAccept(
                    answer -> {
                        answers.add(answer);
                        sums.add(machine.sum());
                    });
        }
        awaitCommitted(group, held + 20);
        machine.gate.open();

        // Not by getting them: whoever gets a future that is complete may run what hangs on it.
        Await.until("all were told", () -> sums.size() == 20);
        List<Long> expected = new ArrayList<>();
        for (long i = 1; i <= 20; i++) {
            expected.add(i * (i + 1) / 2);
        }
        assertEquals(expected, answers);
        sums.forEach(sum -> assertEquals(210, sum, "told between two applies"));
    }

    /**
     * The same writes, repeats among them, to a machine that takes batches and one that does not.
     */
    @Test
    void batchesGiveWhatSingleCommandsGive() {
        Adder plain = new Adder();
        Adder.InBatches inBatches = new Adder.InBatches();
        RaftGroup<Adder, Long, Long> one = open(plain);
        cluster.machines.add(inBatches);
        RaftGroup<Adder, Long, Long> other = cluster.open(0, GroupId.of("batches"), inBatches);

        long seed = new Random().nextLong();
        assertEquals(
                results(one, plain, new Random(seed)),
                results(other, inBatches, new Random(seed)),
                "seed " + seed);
        assertEquals(plain.numbers(), inBatches.numbers(), "seed " + seed);
        assertTrue(
                inBatches.batches().stream().anyMatch(size -> size > 5),
                "no real batch: " + inBatches.batches());
    }

    private static List<Long> results(
            RaftGroup<Adder, Long, Long> group, Adder machine, Random random) {
        List<CompletableFuture<Long>> writes = heldUp(group, machine);
        machine.gate.open();
        List<Long> sessions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sessions.add(Await.get(group.openSession()));
        }
        writes.addAll(heldUp(group, machine));
        List<Long> next = new ArrayList<>(List.of(0L, 0L, 0L));
        for (int i = 0; i < 300; i++) {
            int session = random.nextInt(3);
            boolean repeat = random.nextInt(3) == 0 && next.get(session) > 0;
            long sequence =
                    repeat
                            ? Math.max(0, next.get(session) - 1 - random.nextInt(4))
                            : next.set(session, next.get(session) + 1);
            writes.add(group.write(sessions.get(session), sequence, random.nextLong(1000)));
            if (i % 100 == 99) {
                machine.gate.open();
                writes.forEach(Await::get);
                machine.gate.shut();
            }
        }
        machine.gate.open();
        return writes.stream().map(Await::get).toList();
    }

    @Test
    void z45_aMachineThatThrowsStopsItsGroupLoudlyAndNoOther() {
        RaftGroup<Adder, Long, Long> group = open(new Adder());
        RaftGroup<Adder, Long, Long> other = cluster.open(0, GroupId.of("healthy"), new Adder());
        List<RaftEvent> events = new CopyOnWriteArrayList<>();
        Await.get(group.write(1L));
        group.events(events::add);

        OutcomeUnknownException unknown =
                Await.failure(OutcomeUnknownException.class, group.write(Adder.POISON));

        Await.until("the event came", () -> !events.isEmpty());
        String why = "applying failed: java.lang.IllegalStateException: poisoned";
        assertEquals(
                List.of(new RaftEvent.GroupStopped(GROUP, TestCluster.node(0), 1, why)), events);
        String words = "group adders stopped on this node: " + why;
        assertEquals("the write was proposed before this: " + words, unknown.getMessage());
        assertEquals(Role.STOPPED, group.status().role());
        assertEquals(Optional.of(words), group.status().stopped());
        assertEquals(Optional.empty(), group.status().leader());
        for (CompletableFuture<?> call :
                List.of(
                        group.write(1L),
                        group.write(1, 1, 1L),
                        group.openSession(),
                        group.read(Adder::sum),
                        group.read(ReadMode.LOCAL, Adder::sum),
                        group.read(ReadMode.LEASE, Adder::sum),
                        group.admin().transferLeadership(TestCluster.node(0)))) {
            RejectedException.Closed closed = Await.failure(RejectedException.Closed.class, call);
            assertEquals(words, closed.getMessage());
            assertEquals("poisoned", closed.getCause().getMessage());
        }
        assertEquals(5, Await.get(other.write(5L)));
        assertEquals(5, Await.<Long>get(other.read(Adder::sum)));
        group.close();
        assertEquals(Optional.of(words), group.status().stopped());
    }

    /** They had been taken off the list of those who wait, and were forgotten. */
    @Test
    void callersWhoseWritesWereAppliedBeforeTheFaultGetTheirAnswers() {
        Adder machine = new Adder();
        RaftGroup<Adder, Long, Long> group = open(machine);
        heldUp(group, machine);
        long held = group.status().lastIndex();
        CompletableFuture<Long> applied = group.write(7L);
        CompletableFuture<Long> session = group.openSession(); // Ends the first part of the batch.
        CompletableFuture<Long> poisoned = group.write(Adder.POISON);
        awaitCommitted(group, held + 3);

        machine.gate.open();

        assertEquals(7, Await.get(applied));
        assertEquals(held + 2, Await.get(session));
        Await.failure(OutcomeUnknownException.class, poisoned);
    }

    @Test
    void aBatchWithTooFewAnswersStopsTheGroup() {
        class Forgetful extends Adder implements BatchStateMachine<Long, Long> {
            @Override
            public List<Long> applyAll(List<Long> commands, List<Applied> at) {
                return List.of();
            }
        }

        RaftGroup<Adder, Long, Long> group = open(new Forgetful());

        Await.failure(OutcomeUnknownException.class, group.write(1L));

        assertEquals(
                "group adders stopped on this node: applying failed:"
                        + " java.lang.IllegalStateException: applyAll gave 0 results for 1 commands",
                group.status().stopped().orElseThrow());
    }

    @Test
    void aResultThatCannotBeEncodedStopsTheGroup() {
        Codec<Long> picky =
                new Codec<>() {
                    @Override
                    public byte[] encode(Long value) {
                        throw new IllegalArgumentException("not this one");
                    }

                    @Override
                    public Long decode(ByteBuffer bytes) {
                        throw new IllegalArgumentException("nor that");
                    }
                };
        Adder machine = new Adder();
        RaftGroup<Adder, Long, Long> group =
                cluster.hosts.get(0).group(GROUP, machine, NUMBERS, picky);

        Await.failure(OutcomeUnknownException.class, group.write(1L));

        assertTrue(group.status().stopped().orElseThrow().endsWith("not this one"));
    }

    @Test
    void readsWaitForTheirIndex() {
        Adder machine = new Adder();
        RaftGroup<Adder, Long, Long> group = open(machine);
        Await.get(group.write(1L));
        long next = group.status().appliedIndex() + 1;
        CompletableFuture<Long> early = group.read(ReadMode.atLeast(next), Adder::sum);
        assertEquals(1, Await.<Long>get(group.read(ReadMode.LOCAL, Adder::sum)));
        assertFalse(early.isDone());
        cluster.environments.get(0).gate("apply").shut();

        CompletableFuture<Long> write = group.write(2L);
        awaitCommitted(group, next);
        CompletableFuture<Long> linearizable = group.read(Adder::sum);
        assertFalse(early.isDone() || linearizable.isDone() || write.isDone());
        cluster.environments.get(0).gate("apply").open();

        assertEquals(3, Await.get(early));
        assertEquals(3, Await.get(linearizable));
        assertEquals(3, Await.get(write));
    }

    @Test
    void aReadWhoseIndexDoesNotComeEndsInTime() {
        RaftGroup<Adder, Long, Long> group = open(new Adder());
        Await.get(group.write(1L));

        RejectedException.NoLeader late =
                Await.failure(
                        RejectedException.NoLeader.class,
                        group.read(ReadMode.atLeast(99), Duration.ofMillis(50), Adder::sum));

        assertEquals(
                "index 99 was not applied here within the time of the read, only "
                        + group.status().appliedIndex(),
                late.getMessage());
    }

    @Test
    void whatAQueryThrowsReachesItsCallerOnly() {
        RaftGroup<Adder, Long, Long> group = open(new Adder());
        RuntimeException thrown = new IllegalArgumentException("the caller's own");
        AssertionError error = new AssertionError("this too");

        assertSame(
                thrown,
                Await.failure(
                        IllegalArgumentException.class,
                        group.read(
                                adder -> {
                                    throw thrown;
                                })));
        assertSame(
                error,
                Await.failure(
                        AssertionError.class,
                        group.read(
                                ReadMode.LOCAL,
                                adder -> {
                                    throw error;
                                })));
        assertEquals(4, Await.get(group.write(4L)));
        assertEquals(4, Await.<Long>get(group.read(Adder::sum)));
    }
}
