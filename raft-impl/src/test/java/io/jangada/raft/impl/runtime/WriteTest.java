package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Writes on three nodes: each ends in one true outcome (Z19, Z20, I17). */
class WriteTest {
    private final TestCluster cluster = TestCluster.of(3);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void anyNodeTakesWritesAndReads() {
        cluster.awaitLeader();
        long sum = 0;
        for (int i = 0; i < 30; i++) {
            sum += i;
            assertEquals(sum, Await.get(cluster.groups.get(i % 3).write((long) i)));
            assertEquals(sum, Await.<Long>get(cluster.groups.get((i + 1) % 3).read(Adder::sum)));
        }
    }

    @Test
    void writesBeforeTheFirstLeaderWaitForIt() {
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        cluster.groups.forEach(group -> writes.add(group.write(1L)));

        Set<Long> sums = new TreeSet<>();
        writes.forEach(write -> sums.add(Await.get(write)));

        assertEquals(Set.of(1L, 2L, 3L), sums);
    }

    /** Four writers per node; the leader's node goes in the middle. */
    @Test
    void i17_nothingIsLostOrDoubledWhenTheLeaderGoesUnderLoad() throws InterruptedException {
        int leader = cluster.awaitLeader();
        Load load = new Load(4, 400);
        Await.until("a third is done", () -> load.acknowledged.size() > 1500);

        cluster.groups.get(leader).close();
        load.join();

        List<Long> applied = cluster.awaitEqualMachines();
        Set<Long> distinct = new TreeSet<>(applied);
        assertEquals(distinct.size(), applied.size(), "something was applied twice");
        assertTrue(distinct.containsAll(load.acknowledged), "something acknowledged is missing");
        for (long rejected : load.rejected) {
            assertFalse(distinct.contains(rejected), rejected + " was rejected, and applied");
        }
        int all = load.acknowledged.size() + load.rejected.size() + load.unknown.size();
        assertEquals(3 * 4 * 400, all);
        for (long each : load.unknown) {
            assertEquals(leader, each / 1_000_000, "no doubt where nothing closed");
        }
        for (long each : load.rejected) {
            assertEquals(leader, each / 1_000_000, "no refusal where nothing closed");
        }
    }

    private final class Load {
        final Set<Long> acknowledged = Collections.synchronizedSet(new TreeSet<>());
        final Set<Long> rejected = Collections.synchronizedSet(new TreeSet<>());
        final Set<Long> unknown = Collections.synchronizedSet(new TreeSet<>());
        final List<Throwable> surprises = Collections.synchronizedList(new ArrayList<>());
        private final List<Thread> threads = new ArrayList<>();

        Load(int writers, int count) {
            for (int node = 0; node < 3; node++) {
                AtomicInteger next = new AtomicInteger();
                for (int writer = 0; writer < writers; writer++) {
                    int at = node;
                    Thread thread =
                            new Thread(
                                    () -> {
                                        for (int i = 0; i < count; i++) {
                                            write(at, at * 1_000_000L + next.getAndIncrement());
                                        }
                                    });
                    threads.add(thread);
                    thread.start();
                }
            }
        }

        private void write(int node, long number) {
            CompletableFuture<Long> outcome = cluster.groups.get(node).write(number);
            try {
                outcome.handle((sum, failure) -> record(number, failure)).get();
            } catch (Exception e) {
                surprises.add(e);
            }
        }

        private boolean record(long number, Throwable failure) {
            if (failure == null) {
                return acknowledged.add(number);
            } else if (failure instanceof RejectedException) {
                return rejected.add(number);
            } else if (failure instanceof OutcomeUnknownException) {
                return unknown.add(number);
            }
            return surprises.add(failure);
        }

        void join() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), surprises);
        }
    }

    @Test
    void withoutALeaderAWriteIsRejectedAtItsDeadlineAndNeverApplied() {
        int follower = cluster.awaitFollower();
        RaftGroup<Adder, Long, Long> lonely = cluster.groups.get(follower);
        Await.get(lonely.write(1L));
        cluster.cutOff(follower);
        Await.until("it knows no leader", () -> lonely.status().leader().isEmpty());

        long begin = System.nanoTime();
        RejectedException.NoLeader none =
                Await.failure(
                        RejectedException.NoLeader.class,
                        lonely.write(99L, Duration.ofMillis(200)));
        long took = System.nanoTime() - begin;

        assertEquals("no leader took the write within its time", none.getMessage());
        assertTrue(took >= 200_000_000, "gave up early, after " + took);
        cluster.heal();
        assertEquals(3, Await.get(lonely.write(2L)));
        assertEquals(List.of(1L, 2L), cluster.awaitEqualMachines());
    }

    @Test
    void z19_whatAMinorityProposedHasAnUnknownOutcome() {
        int leader = cluster.awaitLeader();
        Await.get(cluster.groups.get(leader).write(1L));
        cluster.cutOff(leader);

        OutcomeUnknownException unknown =
                Await.failure(
                        OutcomeUnknownException.class,
                        cluster.groups.get(leader).write(99L, Duration.ofMillis(300)));

        assertEquals(
                "the write was proposed, and its outcome is not known in time",
                unknown.getMessage());
        int next = cluster.awaitLeader();
        assertEquals(3, Await.get(cluster.groups.get(next).write(2L)));
        cluster.heal();
        assertEquals(List.of(1L, 2L), cluster.awaitEqualMachines());
    }

    @Test
    void z20_aWriteThatLostItsLeaderGoesToTheNextOneAndIsAppliedOnce() {
        int leader = cluster.awaitLeader();
        Await.get(cluster.groups.get(leader).write(1L));
        cluster.cutOff(leader);
        CompletableFuture<Long> write = cluster.groups.get(leader).write(10L);
        int next = cluster.awaitLeader();
        assertEquals(3, Await.get(cluster.groups.get(next).write(2L)));
        assertFalse(write.isDone());

        cluster.heal();

        assertEquals(13, Await.get(write));
        assertEquals(List.of(1L, 2L, 10L), cluster.awaitEqualMachines());
    }

    @Test
    void z7_aLeaderCutOffStepsDownAndRefusesInTime() {
        int leader = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> old = cluster.groups.get(leader);
        cluster.cutOff(leader);
        Await.until("it steps down", () -> old.status().role() != Role.LEADER);

        Await.failure(RejectedException.NoLeader.class, old.write(1L, Duration.ofMillis(100)));
        Await.failure(
                RejectedException.NoLeader.class,
                old.<Long>read(ReadMode.INDEX, Duration.ofMillis(100), Adder::sum));
    }

    @Test
    void aClosedGroupRefusesEverythingAndEndsWhatWaits() {
        int leader = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(leader);
        Await.get(group.write(1L));
        int others = (leader + 1) % 3;
        cluster.cutOff(others, (leader + 2) % 3);
        long last = group.status().lastIndex();
        CompletableFuture<Long> write = group.write(2L);
        CompletableFuture<Long> read = group.read(Adder::sum);
        Await.until("the write is in the log", () -> group.status().lastIndex() > last);

        group.close();

        String words = "group adders is closed on this node";
        assertEquals(
                "the write was proposed before this: " + words,
                Await.failure(OutcomeUnknownException.class, write).getMessage());
        assertEquals(words, Await.failure(RejectedException.Closed.class, read).getMessage());
        assertEquals(
                words, Await.failure(RejectedException.Closed.class, group.write(1L)).getMessage());
        assertEquals(
                words,
                Await.failure(RejectedException.Closed.class, group.read(Adder::sum)).getMessage());
        assertEquals(Role.STOPPED, group.status().role());
        group.close();
    }
}
