package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.SessionExpiredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions as callers meet them (thesis §6.3, Z43, Z44, I17). */
class SessionTest {
    private TestCluster cluster;

    @AfterEach
    void close() {
        cluster.close();
    }

    private RaftGroup<Adder, Long, Long> alone(RaftConfig config) {
        cluster = new TestCluster(1, config, i -> new Adder());
        return cluster.groups.get(0);
    }

    @Test
    void i17_aRepeatGetsTheFirstReplyFromWhicheverNode() {
        cluster = TestCluster.of(3);
        cluster.awaitLeader();
        long session = Await.get(cluster.groups.get(0).openSession());
        assertEquals(5, Await.get(cluster.groups.get(0).write(session, 0, 5L)));
        assertEquals(12, Await.get(cluster.groups.get(1).write(session, 1, 7L)));

        for (RaftGroup<Adder, Long, Long> group : cluster.groups) {
            assertEquals(5, Await.get(group.write(session, 0, 5L)));
            assertEquals(12, Await.get(group.write(session, 1, 99L)), "the first command counts");
        }
        List<CompletableFuture<Long>> atOnce = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            atOnce.add(cluster.groups.get(i % 3).write(session, 2, 1L));
        }
        atOnce.forEach(write -> assertEquals(13, Await.get(write)));
        assertEquals(List.of(5L, 7L, 1L), cluster.awaitEqualMachines());
    }

    /** It used to end as the first call did: cancelled, by somebody else. */
    @Test
    void i17_aRepeatOutlivesACallThatItsCallerGaveUp() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK);
        long session = Await.get(group.openSession());
        Adder machine = cluster.machines.get(0);
        machine.gate.shut();
        CompletableFuture<Long> first = group.write(session, 0, 5L);
        machine.gate.awaitSomebodyWaiting();
        CompletableFuture<Long> joined = group.write(session, 0, 5L);
        awaitLoop(group);
        first.cancel(false);
        CompletableFuture<Long> late = group.write(session, 0, 5L);
        machine.gate.open();

        assertEquals(5, Await.get(joined));
        assertEquals(5, Await.get(late));
        assertEquals(List.of(5L), cluster.awaitEqualMachines());
    }

    /** Waits until the loop has taken what was left before: it answers this by itself. */
    private static void awaitLoop(RaftGroup<Adder, Long, Long> group) {
        Await.get(group.admin().transferLeadership(TestCluster.node(0)));
    }

    @Test
    void sessionsOfAllNodesAreDistinct() {
        cluster = TestCluster.of(3);
        List<CompletableFuture<Long>> opens = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            opens.add(cluster.groups.get(i % 3).openSession());
        }

        Set<Long> ids = new HashSet<>();
        opens.forEach(open -> ids.add(Await.get(open)));

        assertEquals(150, ids.size());
        assertTrue(ids.stream().allMatch(id -> id > 0));
    }

    @Test
    void aSessionThatNeverWasSaysSo() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK);

        assertEquals(
                "session 4711 expired or never was",
                Await.failure(SessionExpiredException.class, group.write(4711, 0, 1L))
                        .getMessage());
    }

    @Test
    void z43_anIdleSessionExpiresWithClusterTime() {
        RaftGroup<Adder, Long, Long> group =
                alone(QUICK.toBuilder().sessionTimeout(Duration.ofSeconds(60)).build());
        long session = Await.get(group.openSession());
        long other = Await.get(group.openSession());
        assertEquals(1, Await.get(group.write(session, 0, 1L)));
        cluster.environments.get(0).advance(Duration.ofSeconds(40));
        assertEquals(3, Await.get(group.write(other, 0, 2L)));
        cluster.environments.get(0).advance(Duration.ofSeconds(40));

        SessionExpiredException expired =
                Await.failure(SessionExpiredException.class, group.write(session, 0, 1L));

        assertEquals("session " + session + " expired or never was", expired.getMessage());
        assertEquals(3, Await.get(group.write(other, 0, 2L)), "this one was used");
        assertEquals(3, Await.<Long>get(group.read(Adder::sum)));
    }

    @Test
    void z43_theLibrarysOwnSessionIsOpenedAgainWhenItExpired() {
        RaftGroup<Adder, Long, Long> group =
                alone(QUICK.toBuilder().sessionTimeout(Duration.ofSeconds(60)).build());
        for (int i = 1; i <= 5; i++) {
            List<CompletableFuture<Long>> writes = new ArrayList<>();
            for (int j = 0; j < 10; j++) {
                writes.add(group.write(1L));
            }
            writes.forEach(Await::get);
            assertEquals(10L * i, Await.<Long>get(group.read(Adder::sum)));
            cluster.environments.get(0).advance(Duration.ofSeconds(100));
        }
    }

    @ParameterizedTest(name = "sequence {0}: {1}")
    @CsvSource({"9, repeated", "6, repeated", "5, too old", "0, too old"})
    void z44_repliesOutsideTheWindowAreGone(long sequence, String expected) {
        RaftGroup<Adder, Long, Long> group = alone(QUICK.toBuilder().sessionWindow(4).build());
        long session = Await.get(group.openSession());
        for (long each = 0; each <= 9; each++) {
            Await.get(group.write(session, each, 1L));
        }

        CompletableFuture<Long> repeat = group.write(session, sequence, 1L);

        if (expected.equals("repeated")) {
            assertEquals(sequence + 1, Await.get(repeat));
        } else {
            assertEquals(
                    "session " + session + " keeps no reply to sequence " + sequence + " any more",
                    Await.failure(SessionExpiredException.class, repeat).getMessage());
        }
        assertEquals(10, Await.<Long>get(group.read(Adder::sum)));
    }

    @ParameterizedTest(name = "session {0}, sequence {1}")
    @CsvSource({"0, 0", "-1, 0", "1, -1"})
    void impossibleNumbersAreTheCallersMistake(long session, long sequence) {
        RaftGroup<Adder, Long, Long> group = alone(QUICK);

        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class, () -> group.write(session, sequence, 1L));

        assertEquals(
                "session "
                        + session
                        + " and sequence "
                        + sequence
                        + " must be positive, the sequence at least 0",
                thrown.getMessage());
    }
}
