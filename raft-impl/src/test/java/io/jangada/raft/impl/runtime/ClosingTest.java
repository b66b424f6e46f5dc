package io.jangada.raft.impl.runtime;

import static io.jangada.raft.impl.runtime.TestCluster.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Whoever waits when a node goes is told. */
class ClosingTest {
    /** Calls of every kind rain on a node while it closes; some reach no round of any worker. */
    @RepeatedTest(5)
    void everyCallEndsOnce() throws InterruptedException {
        TestCluster cluster = new TestCluster(1, QUICK, i -> new Adder());
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        Await.get(group.write(1L));
        long session = Await.get(group.openSession());
        List<List<CompletableFuture<?>>> calls = new ArrayList<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List<CompletableFuture<?>> mine = new ArrayList<>();
            calls.add(mine);
            Thread caller = new Thread(() -> callUntilClosed(group, session, mine));
            callers.add(caller);
            caller.start();
        }
        Await.until("some writes are through", () -> cluster.machines.get(0).sum() > 500);

        cluster.close();

        for (Thread caller : callers) {
            caller.join();
        }
        int answered = 0;
        for (List<CompletableFuture<?>> mine : calls) {
            for (CompletableFuture<?> call : mine) {
                Throwable failure = Await.get(call.handle((result, thrown) -> thrown));
                assertTrue(
                        failure == null
                                || failure instanceof RejectedException
                                || failure instanceof OutcomeUnknownException,
                        () -> "surprised by " + failure);
                answered += failure == null ? 1 : 0;
            }
        }
        assertTrue(answered > 500);
    }

    private static void callUntilClosed(
            RaftGroup<Adder, Long, Long> group, long session, List<CompletableFuture<?>> calls) {
        for (int i = 0; i < 1_000_000; i++) {
            CompletableFuture<?> call =
                    switch (i % 6) {
                        case 0 -> group.read(Adder::sum);
                        case 1 -> group.read(ReadMode.atLeast(1L << 60), Adder::sum);
                        case 2 -> group.read(ReadMode.LOCAL, Adder::sum);
                        case 3 -> group.write(session, i, 1L);
                        default -> group.write(1L);
                    };
            calls.add(call);
            if (isClosed(call)) {
                return;
            }
        }
    }

    private static boolean isClosed(CompletableFuture<?> call) {
        try {
            call.getNow(null);
            return false;
        } catch (CompletionException e) {
            return e.getCause() instanceof RejectedException.Closed;
        }
    }

    /** With its loop held up, a node still closes, and the calls in its mailbox end. */
    @Test
    void callsInTheMailboxOfALoopThatEndsAreClosed() {
        TestCluster cluster = new TestCluster(1, QUICK, i -> new Adder());
        RaftGroup<Adder, Long, Long> group = cluster.groups.get(0);
        Await.get(group.write(1L));
        Gate loop = cluster.environments.get(0).gate("loop");
        loop.shut();
        group.write(1L); // Brings the loop to the gate.
        loop.awaitSomebodyWaiting();
        List<CompletableFuture<Long>> calls = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) { // More than a round takes.
            calls.add(group.write(1L));
        }
        Thread closer = new Thread(cluster.hosts.get(0)::close);
        closer.start();
        Await.until(
                "the host is closing",
                () -> closer.getState() == Thread.State.TIMED_WAITING || !closer.isAlive());
        loop.open();
        Await.until("the host is closed", () -> !closer.isAlive());

        long told =
                calls.stream().map(call -> Await.failure(RejectedException.class, call)).count();

        assertEquals(20_000, told);
        cluster.close();
    }
}
