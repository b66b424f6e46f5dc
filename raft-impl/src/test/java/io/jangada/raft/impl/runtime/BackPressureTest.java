package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.GROUP;
import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every bound refuses at once and says which it is; nothing grows, and all is well afterwards. */
class BackPressureTest {
    private TestCluster cluster;

    @AfterEach
    void close() {
        cluster.close();
    }

    private RaftGroup<Adder, Long, Long> alone(RaftConfig.Builder config) {
        cluster = new TestCluster(1, config.build(), i -> new Adder());
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        Await.get(group.write(0L));
        return group;
    }

    private static String refusal(CompletableFuture<?> call) {
        return Await.failure(RejectedException.Overloaded.class, call).getMessage();
    }

    @Test
    void theSessionWindow() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK.toBuilder().sessionWindow(4));
        cluster.machines.get(0).gate.shut();
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writes.add(group.write(1L));
        }

        assertEquals(
                "4 writes of this node wait for their outcome: sessionWindow is reached",
                refusal(group.write(100L)));

        cluster.machines.get(0).gate.open();
        writes.forEach(Await::get);
        assertEquals(5, Await.get(group.write(1L)));
    }

    @Test
    void theSessionWindowWhileTheSessionIsBeingOpened() {
        cluster = new TestCluster(3, QUICK.toBuilder().sessionWindow(4).build(), i -> new Adder());
        cluster.cutOff(0, 1, 2);
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writes.add(group.write(1L));
        }

        assertTrue(refusal(group.write(100L)).endsWith("sessionWindow is reached"));

        cluster.heal();
        writes.forEach(Await::get);
        assertEquals(List.of(1L, 1L, 1L, 1L), cluster.awaitEqualMachines());
    }

    @Test
    void theMailbox() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK.toBuilder().mailboxCapacity(64));
        Gate loop = cluster.environments.get(0).gate("loop");
        loop.shut();
        group.write(0L); // Wakes the loop if it sleeps; it stops at the gate.
        loop.awaitSomebodyWaiting();
        List<CompletableFuture<Long>> calls = new ArrayList<>();
        while (calls.isEmpty() || !calls.get(calls.size() - 1).isDone()) {
            calls.add(group.write(1L));
        }

        String words = "the loop's mailbox is full: mailboxCapacity is reached";
        CompletableFuture<Long> refused = calls.remove(calls.size() - 1);
        assertEquals(words, refusal(refused));
        assertEquals(words, refusal(group.read(Adder::sum)));
        assertEquals(words, refusal(group.openSession()));
        assertEquals(63, calls.size());

        loop.open();
        calls.forEach(Await::get);
        assertEquals(63, Await.<Long>get(group.read(Adder::sum)));
    }

    private static RaftConfig.Builder smallEntries() {
        return QUICK.toBuilder().entryBytesMax(1 << 10);
    }

    private static List<CompletableFuture<Long>> writeUntilRefused(
            RaftGroup<Adder, Long, Long> group) {
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        while (true) {
            long before = group.status().lastIndex();
            CompletableFuture<Long> write = group.write(1L);
            Await.until(
                    "in the log, or refused",
                    () -> write.isDone() || group.status().lastIndex() > before);
            if (write.isCompletedExceptionally()) {
                assertEquals(
                        "the leader holds as many uncommitted or unapplied bytes as it may",
                        refusal(write));
                return writes;
            }
            writes.add(write);
            assertTrue(writes.size() < 100, "no bound");
        }
    }

    @Test
    void bytesThatAreNotApplied() {
        RaftGroup<Adder, Long, Long> group = alone(smallEntries().unappliedBytesMax(1 << 10));
        cluster.machines.get(0).gate.shut();

        List<CompletableFuture<Long>> writes = writeUntilRefused(group);

        cluster.machines.get(0).gate.open();
        writes.forEach(Await::get);
        assertEquals(writes.size() + 1, Await.get(group.write(1L)));
    }

    @Test
    void bytesThatAreNotCommitted() {
        RaftConfig.Builder config =
                smallEntries()
                        .uncommittedBytesMax(1 << 10)
                        .electionTimeout(Duration.ofMillis(1500)); // The leader stays meanwhile.
        cluster = new TestCluster(3, config.build(), i -> new Adder());
        int leader = cluster.awaitLeader();
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(leader);
        Await.get(group.write(0L));
        cluster.cutOff((leader + 1) % 3, (leader + 2) % 3);

        List<CompletableFuture<Long>> writes = writeUntilRefused(group);

        assertTrue(writes.size() > 5);
        cluster.heal();
        writes.forEach(Await::get);
        assertEquals(writes.size() + 1, Await.get(group.write(1L)));
    }

    /**
     * The library's own session could not be opened: it tried again and again, as fast as it could.
     */
    @Test
    void anOverloadedLeaderTellsThoseWhoWaitForASessionToo() {
        cluster =
                new TestCluster(
                        1, smallEntries().unappliedBytesMax(1 << 10).build(), i -> new Adder());
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        long session = Await.get(group.openSession());
        cluster.machines.get(0).gate.shut();
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        while (writes.isEmpty() || !writes.get(writes.size() - 1).isCompletedExceptionally()) {
            long last = group.status().lastIndex();
            CompletableFuture<Long> write = group.write(session, writes.size(), 1L);
            writes.add(write);
            Await.until(
                    "in the log, or refused",
                    () -> write.isDone() || group.status().lastIndex() > last);
        }

        String words = "the leader holds as many uncommitted or unapplied bytes as it may";
        assertEquals(words, refusal(group.write(100L)));
        assertEquals(words, refusal(group.openSession()));

        cluster.machines.get(0).gate.open();
        writes.subList(0, writes.size() - 1).forEach(Await::get);
        assertEquals(writes.size(), Await.get(group.write(1L)));
    }

    /** They had no bound but memory while there was no leader. */
    @Test
    void writesInSessionsOfTheCallers() {
        cluster =
                new TestCluster(3, QUICK.toBuilder().mailboxCapacity(64).build(), i -> new Adder());
        cluster.cutOff(0, 1, 2);
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        List<CompletableFuture<?>> calls = new ArrayList<>();
        String words = "";
        while (!words.contains("clients' sessions")) {
            CompletableFuture<Long> call =
                    calls.size() % 2 == 0
                            ? group.openSession()
                            : group.write(1_000, calls.size(), 1L);
            Await.get(group.read(ReadMode.LOCAL, Adder::sum));
            calls.add(call);
            words = call.isCompletedExceptionally() ? refusal(call) : "";
            assertTrue(calls.size() < 100_000, "no bound");
        }

        assertEquals(
                "64 writes of clients' sessions wait for their outcome on this node:"
                        + " mailboxCapacity is reached",
                words);
        cluster.heal();
        Await.get(calls.get(0));
        Await.failure(SessionExpiredException.class, calls.get(1));
        cluster.awaitLeader();
        Await.get(group.openSession());
    }

    @Test
    void readsThatWait() {
        RaftGroup<Adder, Long, Long> group = alone(QUICK.toBuilder().pendingReadsMax(3));
        String words = "too many reads wait on this node: pendingReadsMax is reached";
        List<CompletableFuture<Long>> reads = new ArrayList<>();
        long next = group.status().appliedIndex() + 1;
        for (int i = 0; i < 3; i++) {
            reads.add(group.read(ReadMode.atLeast(next), Adder::sum));
        }

        assertEquals(words, refusal(group.read(ReadMode.atLeast(next), Adder::sum)));

        Await.get(group.write(5L));
        reads.forEach(read -> assertEquals(5, Await.get(read)));
        assertEquals(5, Await.<Long>get(group.read(ReadMode.atLeast(next), Adder::sum)));
    }

    /** A call that its caller had ended was kept for ever, and counted. */
    @Test
    void readsThatTheirCallersGaveUpGoAtTheirTimeToo() {
        cluster =
                new TestCluster(3, QUICK.toBuilder().pendingReadsMax(3).build(), i -> new Adder());
        cluster.cutOff(0, 1, 2);
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        Duration brief = Duration.ofMillis(60);
        for (int i = 0; i < 3; i++) {
            group.<Long>read(ReadMode.INDEX, brief, Adder::sum).cancel(false);
            group.<Long>read(ReadMode.atLeast(99), brief, Adder::sum).cancel(false);
        }

        for (ReadMode mode : List.of(ReadMode.INDEX, ReadMode.atLeast(99))) {
            Await.until(
                    "there is room again for " + mode,
                    () -> {
                        CompletableFuture<Long> read =
                                group.read(mode, Duration.ofMillis(1), Adder::sum);
                        return !(Await.failure(RejectedException.class, read)
                                instanceof RejectedException.Overloaded);
                    });
        }
    }

    @Test
    void largeCommands() {
        RaftConfig config = smallEntries().build();
        cluster = new TestCluster(1, config);
        class Echo implements StateMachine<String, String> {
            @Override
            public String apply(String command, Applied at) {
                return command;
            }

            @Override
            public void save(SnapshotWriter out) {}

            @Override
            public void load(SnapshotReader in) {}
        }

        Codec<String> text = Codec.of(String.class);
        RaftGroup<Echo, String, String> group =
                cluster.hosts.get(0).group(GROUP, new Echo(), text, text);
        int overhead = text.encode("x".repeat(900)).length - 900;
        String largest = "x".repeat(1024 - CommandEnvelope.HEADER_BYTES - overhead);

        assertEquals(largest, Await.get(group.write(largest)));
        assertEquals(
                "the command takes 1001 bytes, more than entryBytesMax 1024 less 24",
                Await.failure(RejectedException.TooLarge.class, group.write(largest + "x"))
                        .getMessage());
        Await.failure(RejectedException.TooLarge.class, group.write(1, 1, largest + "x"));
    }
}
