package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each way to read promises, and what it needs (thesis §6.4, Z21, Z24). */
class ReadTest {
    private static final Duration BRIEF = Duration.ofMillis(200);

    private TestCluster cluster;

    @AfterEach
    void close() {
        cluster.close();
    }

    private void start(RaftConfig config) {
        cluster = new TestCluster(3, config, i -> new Adder.ReadAnywhere());
    }

    private static void assertNoLeader(CompletableFuture<Long> read) {
        assertEquals(
                "no leader confirmed the read within its time",
                Await.failure(RejectedException.NoLeader.class, read).getMessage());
    }

    @Test
    void everyModeSeesAnAcknowledgedWriteWhereItWasMade() {
        start(QUICK);
        cluster.awaitLeader();
        for (long i = 1; i <= 30; i++) {
            RaftGroup<Adder, Long, Long> group = cluster.groups.get((int) (i % 3));
            long sum = i;
            assertEquals(sum, Await.get(group.write(1L)));
            for (ReadMode mode :
                    List.of(
                            ReadMode.INDEX,
                            ReadMode.LEASE,
                            ReadMode.LOCAL,
                            ReadMode.staleFor(Duration.ZERO))) {
                assertEquals(sum, Await.<Long>get(group.read(mode, Adder::sum)), () -> "" + mode);
            }
        }
    }

    @Test
    void readNowAnswersOnTheCallersThreadUnderALeaseAndWaitsElsewhere() {
        start(QUICK);
        int leader = cluster.awaitLeader();
        for (long i = 1; i <= 30; i++) {
            long sum = i;
            RaftGroup<Adder, Long, Long> group = cluster.groups.get((int) (i % 3));
            Await.get(group.write(1L));
            assertEquals(sum, group.<Long>readNow(Adder::sum));
        }
        RaftGroup<Adder, Long, Long> leading = cluster.groups.get(leader);
        // The lease holds from the first confirmed round on; a pause of this machine may void it.
        Thread answered = leading.readNow(adder -> Thread.currentThread());
        for (int tries = 0; tries < 1_000 && answered != Thread.currentThread(); tries++) {
            answered = leading.readNow(adder -> Thread.currentThread());
        }
        assertEquals(Thread.currentThread(), answered);
        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                leading.readNow(
                                        adder -> {
                                            throw new IllegalStateException("the query's own");
                                        }));
        assertEquals("the query's own", thrown.getMessage());
        leading.close();
        assertThrows(RejectedException.Closed.class, () -> leading.readNow(Adder::sum));
    }

    @Test
    void z21_indexReadsOnOtherNodesSeeAnAcknowledgedWrite() {
        start(QUICK);
        cluster.awaitLeader();
        for (long i = 1; i <= 60; i++) {
            Await.get(cluster.groups.get((int) (i % 3)).write(1L));
            RaftGroup<Adder, Long, Long> other = cluster.groups.get((int) ((i + 1) % 3));
            ReadMode mode = i % 2 == 0 ? ReadMode.INDEX : ReadMode.LEASE;
            assertEquals(i, Await.<Long>get(other.read(mode, Adder::sum)));
        }
    }

    @Test
    void atLeastWaitsForItsIndexOnEveryNode() {
        start(QUICK);
        RaftGroup<Adder, Long, Long> leader = cluster.groups.get(cluster.awaitLeader());
        Await.get(leader.write(1L));
        long next = leader.status().lastIndex() + 1;
        List<CompletableFuture<Long>> reads =
                cluster.groups.stream()
                        .map(group -> group.<Long>read(ReadMode.atLeast(next), Adder::sum))
                        .toList();
        assertTrue(reads.stream().noneMatch(CompletableFuture::isDone));

        Await.get(leader.write(6L));

        reads.forEach(read -> assertEquals(7, Await.get(read)));
    }

    /** The loop stands still, so what is answered was answered from the lease. */
    @Test
    void z24_aLeaseReadNeedsNoLoopWhileTheLeaseHoldsAndFallsBackWhenItDoesNot() {
        RaftConfig patient =
                QUICK.toBuilder()
                        .electionTimeout(Duration.ofSeconds(2)) // The lease outlives this test.
                        .heartbeatInterval(Duration.ofMillis(50))
                        .build();
        start(patient);
        int leader = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(leader);
        TestEnvironment environment = cluster.environments.get(leader);
        Await.get(group.write(3L));
        Gate loop = environment.gate("loop");
        Await.until("the leader has a lease", () -> leaseReadWithoutLoop(group, loop));

        loop.shut();
        loop.awaitSomebodyWaiting();
        CompletableFuture<Long> leased = group.read(ReadMode.LEASE, Adder::sum);
        assertTrue(leased.isDone());
        assertEquals(3, Await.get(leased));
        assertFalse(group.<Long>read(Adder::sum).isDone());

        environment.advance(Duration.ofMillis(1900)); // The loop slept through all of its lease.
        CompletableFuture<Long> fallback = group.read(ReadMode.LEASE, Adder::sum);
        CompletableFuture<Long> stale =
                group.read(ReadMode.staleFor(Duration.ofMillis(10)), Adder::sum);
        assertFalse(fallback.isDone(), "the lease had ended");
        assertFalse(stale.isDone(), "nobody knew how old this was");
        loop.open();
        assertEquals(3, Await.get(fallback));
        assertEquals(3, Await.get(stale));
    }

    private static boolean leaseReadWithoutLoop(RaftGroup<Adder, Long, Long> group, Gate loop) {
        loop.shut();
        boolean done = group.<Long>read(ReadMode.LEASE, Adder::sum).isDone();
        loop.open();
        return done;
    }

    @Test
    void aLeaderCutOffServesNoLeaseReadOnceAnotherCommits() {
        start(QUICK);
        int old = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> cut = cluster.groups.get(old);
        Await.get(cut.write(1L));
        cluster.cutOff(old);
        int next = cluster.awaitLeader();
        assertEquals(2, Await.get(cluster.groups.get(next).write(1L)));

        assertNoLeader(cut.read(ReadMode.LEASE, BRIEF, Adder::sum));
        assertNoLeader(cut.read(ReadMode.INDEX, BRIEF, Adder::sum));
        assertEquals(1, Await.<Long>get(cut.read(ReadMode.LOCAL, Adder::sum)));
        CompletableFuture<Long> waiting = cut.read(ReadMode.LEASE, Adder::sum);
        cluster.heal();
        assertEquals(2, Await.get(waiting), "it is asked again at the next leader");
    }

    @Test
    void aReadOfADeposedLeaderWaitsForTheNextOne() {
        start(QUICK);
        int old = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> cut = cluster.groups.get(old);
        cluster.cutOff(old);
        CompletableFuture<Long> read = cut.read(Adder::sum);
        int next = cluster.awaitLeader();
        assertEquals(8, Await.get(cluster.groups.get(next).write(8L)));
        Await.until("the old one stepped down", () -> cut.status().role() != Role.LEADER);
        assertFalse(read.isDone());

        cluster.heal();

        assertEquals(8, Await.get(read));
    }

    @Test
    void staleForIsLocalAsLongAsTheAgeIsProven() {
        start(QUICK);
        int follower = cluster.awaitFollower();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(follower);
        Await.get(group.write(4L));
        Duration day = Duration.ofDays(1);
        assertEquals(4, Await.<Long>get(group.read(Adder::sum)));
        cluster.cutOff(follower);

        assertEquals(4, Await.<Long>get(group.read(ReadMode.staleFor(day), Adder::sum)));
        assertEquals(
                4,
                Await.<Long>get(
                        group.read(
                                ReadMode.staleFor(Duration.ofSeconds(Long.MAX_VALUE)),
                                Adder::sum)));
        assertNoLeader(group.read(ReadMode.staleFor(Duration.ZERO), BRIEF, Adder::sum));
        cluster.environments.get(follower).advance(day);
        assertNoLeader(group.read(ReadMode.staleFor(day), BRIEF, Adder::sum));
    }

    @Test
    void aNodeThatHasAskedNobodyCannotProveItsAge() {
        start(QUICK);
        cluster.cutOff(0, 1, 2);

        assertNoLeader(
                cluster.groups
                        .get(0)
                        .read(ReadMode.staleFor(Duration.ofDays(1)), BRIEF, Adder::sum));
    }
}
