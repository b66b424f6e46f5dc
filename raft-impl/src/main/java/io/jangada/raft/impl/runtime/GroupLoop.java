package io.jangada.raft.impl.runtime;

import io.jangada.raft.impl.runtime.Environment.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jctools.queues.MpscArrayQueue;

/**
 * One thread that drives many groups. Each round takes everything that has arrived, steps it into
 * the cores, then lets each touched group carry out one batch of effects: one write, one frame per
 * peer (natural batching: nobody waits to fill a batch).
 */
final class GroupLoop {
    /** Tasks of one round: bounds how long timers and effects wait behind a full mailbox. */
    private static final int ROUND_TASKS_MAX = 4096;

    private final Environment environment;
    private final PeerOutbox outbox;
    private final MpscArrayQueue<LoopTask> mailbox;

    /** Rare work that must not be refused: opening, closing, failures. */
    private final Queue<LoopTask> control = new ConcurrentLinkedQueue<>();

    /** Groups with new facts (durable, applied); each at most once. */
    private final Queue<GroupDriver> signalled = new ConcurrentLinkedQueue<>();

    private final List<GroupDriver> groups = new ArrayList<>();
    private final Deadlines deadlines = new Deadlines();
    private final List<GroupDriver> touched = new ArrayList<>();
    private final Worker worker;
    private volatile boolean ended;

    GroupLoop(
            Environment environment,
            int mailboxCapacity,
            PeerOutbox outbox,
            Function<Runnable, Worker> workers) {
        this.environment = environment;
        this.outbox = outbox;
        this.mailbox = new MpscArrayQueue<>(mailboxCapacity);
        this.worker = workers.apply(this::round);
    }

    /** Leaves a task; false if the mailbox is full and nothing was left. Any thread. */
    boolean offer(LoopTask task) {
        if (!mailbox.offer(task)) {
            return false;
        }
        wake();
        return true;
    }

    /** Leaves a task that cannot be refused. Any thread. */
    void execute(LoopTask task) {
        control.add(task);
        wake();
    }

    private void wake() {
        worker.wake();
        if (ended) {
            runLeftovers();
        }
    }

    /**
     * A group has new facts; the caller makes sure that it is not already signalled. Any thread.
     */
    void signal(GroupDriver group) {
        signalled.add(group);
        worker.wake();
    }

    /** Ends the loop, whose groups have ended before. */
    void close() {
        worker.close();
        ended = true;
        runLeftovers();
    }

    /**
     * Tasks that no round took find their groups closed and say so to whoever waits for them. They
     * run on the thread that ends the loop, or that was late to leave one.
     */
    private synchronized void runLeftovers() {
        for (LoopTask task = control.poll(); task != null; task = control.poll()) {
            run(task);
        }
        for (LoopTask task = mailbox.poll(); task != null; task = mailbox.poll()) {
            run(task);
        }
    }

    // Everything below runs on the loop.

    void add(GroupDriver group) {
        groups.add(group);
        deadlines.add(group);
        touch(group);
    }

    void remove(GroupDriver group) {
        groups.remove(group);
        deadlines.remove(group);
    }

    /** The group has effects to carry out at the end of this round. */
    void touch(GroupDriver group) {
        if (!group.touched) {
            group.touched = true;
            touched.add(group);
        }
    }

    /** Groups answer for themselves; an error outside of them leaves none in a known state. */
    @SuppressWarnings("CatchingUnchecked")
    private void round() {
        try {
            takeAndCarryOut();
        } catch (Throwable cause) {
            List.copyOf(groups).forEach(group -> group.failed(cause));
        }
    }

    private void takeAndCarryOut() {
        for (LoopTask task = control.poll(); task != null; task = control.poll()) {
            run(task);
        }
        for (GroupDriver group = signalled.poll(); group != null; group = signalled.poll()) {
            guarded(group, group::onSignal);
            touch(group);
        }
        // Messages before timers: what waited in the mailbox may be the heartbeat that a timer
        // misses.
        boolean more = drainMailbox();
        runTimers();
        // By index, for what one carries out may touch another.
        for (int i = 0; i < touched.size(); i++) {
            GroupDriver group = touched.get(i);
            guarded(group, group::carryOut);
            group.touched = false;
            deadlines.changed(group);
        }
        touched.clear();
        outbox.flush();
        if (more) {
            worker.wake();
        } else {
            worker.wakeAt(deadlines.nextNanos());
        }
    }

    private boolean drainMailbox() {
        for (int taken = 0; taken < ROUND_TASKS_MAX; taken++) {
            LoopTask task = mailbox.relaxedPoll();
            if (task == null) {
                return !mailbox.isEmpty();
            }
            run(task);
        }
        return true;
    }

    /** Of groups that nobody touched, only those are looked at whose time has come. */
    private void runTimers() {
        long now = environment.nanoTime();
        int count = touched.size();
        for (int i = 0; i < count; i++) {
            GroupDriver group = touched.get(i);
            if (now >= group.nextDeadlineNanos()) {
                guarded(group, group::onTick);
            }
        }
        for (GroupDriver group = deadlines.takeDue(now);
                group != null;
                group = deadlines.takeDue(now)) {
            if (!group.touched) {
                touch(group);
                guarded(group, group::onTick);
            }
        }
    }

    // What a group throws stops that group, here and nowhere else.

    @SuppressWarnings("CatchingUnchecked")
    private void run(LoopTask task) {
        try {
            task.run(environment.nanoTime());
        } catch (Throwable cause) {
            task.failed(cause);
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private void guarded(GroupDriver group, LoopAction action) {
        try {
            action.run(environment.nanoTime());
        } catch (Throwable cause) {
            group.failed(cause);
        }
    }
}
