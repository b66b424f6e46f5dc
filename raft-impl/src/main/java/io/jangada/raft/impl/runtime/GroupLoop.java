package io.jangada.raft.impl.runtime;

import io.jangada.raft.impl.runtime.Environment.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    private final List<GroupDriver> touched = new ArrayList<>();
    private final Worker worker;

    GroupLoop(Environment environment, String name, int mailboxCapacity, PeerOutbox outbox) {
        this.environment = environment;
        this.outbox = outbox;
        this.mailbox = new MpscArrayQueue<>(mailboxCapacity);
        this.worker = environment.worker(name, this::round);
    }

    /** Leaves a task; false if the mailbox is full and nothing was left. Any thread. */
    boolean offer(LoopTask task) {
        if (!mailbox.offer(task)) {
            return false;
        }
        worker.wake();
        return true;
    }

    /** Leaves a task that cannot be refused. Any thread. */
    void execute(LoopTask task) {
        control.add(task);
        worker.wake();
    }

    /**
     * A group has new facts; the caller makes sure that it is not already signalled. Any thread.
     */
    void signal(GroupDriver group) {
        signalled.add(group);
        worker.wake();
    }

    void close() {
        worker.close();
    }

    // Everything below runs on the loop.

    void add(GroupDriver group) {
        groups.add(group);
        touch(group);
    }

    void remove(GroupDriver group) {
        groups.remove(group);
    }

    /** The group has effects to carry out at the end of this round. */
    void touch(GroupDriver group) {
        if (group.touch()) {
            touched.add(group);
        }
    }

    private void round() {
        runAll(control);
        for (GroupDriver group = signalled.poll(); group != null; group = signalled.poll()) {
            group.onSignal(environment.nanoTime());
            touch(group);
        }
        // Messages before timers: what waited in the mailbox may be the heartbeat that a timer
        // misses.
        boolean more = drainMailbox();
        long nextDeadline = runTimers();
        for (GroupDriver group : touched) {
            group.carryOut();
            nextDeadline = Math.min(nextDeadline, group.nextDeadlineNanos());
        }
        touched.clear();
        outbox.flush();
        if (more) {
            worker.wake();
        } else {
            worker.wakeAt(nextDeadline);
        }
    }

    private void runAll(Queue<LoopTask> tasks) {
        for (LoopTask task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run(environment.nanoTime());
        }
    }

    private boolean drainMailbox() {
        for (int taken = 0; taken < ROUND_TASKS_MAX; taken++) {
            LoopTask task = mailbox.relaxedPoll();
            if (task == null) {
                return !mailbox.isEmpty();
            }
            task.run(environment.nanoTime());
        }
        return true;
    }

    private long runTimers() {
        long now = environment.nanoTime();
        long next = Long.MAX_VALUE;
        for (GroupDriver group : groups) {
            if (now >= group.nextDeadlineNanos()) {
                group.onTick(now);
                touch(group);
            }
            next = Math.min(next, group.nextDeadlineNanos());
        }
        return next;
    }
}
