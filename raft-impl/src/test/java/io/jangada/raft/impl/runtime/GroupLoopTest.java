package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.impl.memory.MemoryTransport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The loop alone, on this thread: rounds run when the test says so. */
class GroupLoopTest {
    private static final int CAPACITY = 64;

    private final HandWorker worker = new HandWorker();
    private final GroupLoop loop =
            new GroupLoop(
                    new SystemEnvironment(),
                    CAPACITY,
                    new PeerOutbox(new MemoryTransport(new MemoryNetwork(), "here")),
                    worker::with);
    private final List<String> log = new ArrayList<>();

    private static final class HandWorker implements Environment.Worker {
        private Runnable work;
        private boolean woken;
        private long wakeAt;

        HandWorker with(Runnable newWork) {
            work = newWork;
            return this;
        }

        void round() {
            woken = false;
            work.run();
        }

        @Override
        public void wake() {
            woken = true;
        }

        @Override
        public void wakeAt(long nanos) {
            wakeAt = nanos;
        }

        @Override
        public void close() {
            work = () -> {};
        }
    }

    private final class FakeGroup extends GroupDriver {
        private final String name;
        private RuntimeException onCarryOut;
        private RuntimeException onSignal;
        private Throwable failure;
        private long deadline = Long.MAX_VALUE;

        FakeGroup(String name) {
            this.name = name;
        }

        @Override
        void onSignal(long nowNanos) {
            log.add(name + " signal");
            if (onSignal != null) {
                throw onSignal;
            }
        }

        @Override
        void onTick(long nowNanos) {
            log.add(name + " tick");
            deadline = Long.MAX_VALUE;
        }

        @Override
        void carryOut(long nowNanos) {
            log.add(name + " carryOut");
            if (onCarryOut != null) {
                throw onCarryOut;
            }
        }

        @Override
        long nextDeadlineNanos() {
            return deadline;
        }

        @Override
        void failed(Throwable cause) {
            failure = cause;
            loop.remove(this);
        }

        LoopTask task(String what, RuntimeException thrown) {
            FakeGroup group = this;
            return new LoopTask() {
                @Override
                public void run(long nowNanos) {
                    log.add(name + " " + what);
                    loop.touch(group);
                    if (thrown != null) {
                        throw thrown;
                    }
                }

                @Override
                public void failed(Throwable cause) {
                    group.failed(cause);
                }
            };
        }
    }

    private final FakeGroup a = new FakeGroup("a");
    private final FakeGroup b = new FakeGroup("b");

    @Test
    void aFullMailboxRefusesAtOnceAndTakesAgainAfterARound() {
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(loop.offer(a.task("task", null)));
        }
        assertFalse(loop.offer(a.task("task", null)));

        worker.round();

        assertEquals(CAPACITY, log.stream().filter("a task"::equals).count());
        assertTrue(loop.offer(a.task("task", null)));
    }

    @Test
    void whatMustNotBeRefusedIsNot() {
        for (int i = 0; i < CAPACITY; i++) {
            loop.offer(a.task("task", null));
        }

        loop.execute(a.task("control", null));
        worker.round();

        assertEquals("a control", log.get(0));
    }

    @Test
    void allThatArrivedIsOneBatchOfEffects() {
        loop.offer(a.task("1", null));
        loop.offer(b.task("2", null));
        loop.offer(a.task("3", null));

        worker.round();

        assertEquals(List.of("a 1", "b 2", "a 3", "a carryOut", "b carryOut"), log);
    }

    @Test
    void messagesComeBeforeTimers() {
        loop.execute(a.task("open", null));
        worker.round();
        loop.add(a);
        worker.round();
        log.clear();
        a.deadline = 0;
        loop.offer(a.task("message", null));

        worker.round();

        assertEquals(List.of("a message", "a tick", "a carryOut"), log);
    }

    @Test
    void sleepsUntilTheEarliestDeadline() {
        loop.add(a);
        loop.add(b);
        a.deadline = Long.MAX_VALUE - 1;
        b.deadline = Long.MAX_VALUE - 2;

        worker.round();

        assertEquals(Long.MAX_VALUE - 2, worker.wakeAt);
        assertFalse(worker.woken);
    }

    @Test
    void aTaskThatThrowsStopsItsGroupOnly() {
        RuntimeException thrown = new IllegalStateException("a's fault");
        loop.add(a);
        loop.add(b);
        loop.offer(a.task("bad", thrown));
        loop.offer(b.task("good", null));

        worker.round();

        assertSame(thrown, a.failure);
        assertEquals(null, b.failure);
        assertTrue(log.contains("b good"));
        assertTrue(log.contains("b carryOut"));
    }

    @Test
    void effectsOrFactsThatThrowStopTheirGroupOnly() {
        a.onCarryOut = new IllegalStateException("disk");
        b.onSignal = new IllegalStateException("fact");
        FakeGroup c = new FakeGroup("c");
        List.of(a, b, c).forEach(loop::add);
        loop.signal(b);
        loop.signal(c);

        worker.round();

        assertSame(a.onCarryOut, a.failure);
        assertSame(b.onSignal, b.failure);
        assertEquals(null, c.failure);
        assertTrue(log.contains("c carryOut"));
    }

    /** Callers wait for these: a task must not be forgotten when a loop ends. */
    @Test
    void tasksThatNoRoundTookRunWhenTheLoopEndsAndLaterOnesAtOnce() {
        loop.offer(a.task("left", null));
        loop.execute(a.task("control", null));

        loop.close();
        assertEquals(List.of("a control", "a left"), log);

        assertTrue(loop.offer(a.task("late", null)));
        loop.execute(a.task("last", null));
        assertEquals(List.of("a control", "a left", "a late", "a last"), log);
    }
}
