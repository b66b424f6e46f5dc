package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.BulkMessage;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.runtime.Environment.Worker;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.Transport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The snapshots that come in to a host, on a worker of their own, a few groups at a time. */
final class SnapshotReceivers {
    private static final Logger LOG = System.getLogger(SnapshotReceivers.class.getName());

    /** Groups that receive at the same time; each holds a window of chunks in memory. */
    private static final int ACTIVE_MAX = 4;

    /** Answers that wait for the worker: twice what all windows together ask for. */
    private static final int QUEUED_MAX = 32;

    private final Environment environment;
    private final Transport transport;
    private final Worker worker;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queuedAnswers = new AtomicInteger();

    /** In the order of arrival. The worker's only. */
    private final Map<GroupId, SnapshotReceiver> receivers = new LinkedHashMap<>();

    SnapshotReceivers(Environment environment, String name, Transport transport) {
        this.environment = environment;
        this.transport = transport;
        this.worker = environment.worker(name, this::work);
    }

    /** Pulls a snapshot, in the place of what was pulled for the group before. Any thread. */
    void fetch(
            GroupId group,
            SnapshotStore store,
            NodeId from,
            SnapshotInfo info,
            SnapshotReceiver.Listener listener) {
        execute(() -> begin(group, store, from, info, listener));
    }

    /** Pulls no more for a group, then lets something happen. Any thread. */
    void forget(GroupId group, Runnable then) {
        execute(
                () -> {
                    drop(group);
                    then.run();
                });
    }

    /** A peer answered. Any thread. */
    void onAnswer(NodeId from, BulkMessage answer) {
        if (queuedAnswers.incrementAndGet() > QUEUED_MAX) {
            queuedAnswers.decrementAndGet(); // It is asked for again.
            return;
        }
        execute(
                () -> {
                    queuedAnswers.decrementAndGet();
                    take(from, answer);
                });
    }

    /** Ends the worker; groups were forgotten before. */
    void close() {
        worker.close();
        work();
    }

    private void execute(Runnable task) {
        tasks.add(task);
        worker.wake();
    }

    // Everything below runs on the worker.

    @SuppressWarnings("CatchingUnchecked")
    private void work() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
        long now = environment.nanoTime();
        for (SnapshotReceiver receiver : new ArrayList<>(receivers.values())) {
            guarded(() -> receiver.tick(now));
        }
        beginWaiting(now);
        long deadline = Long.MAX_VALUE;
        for (SnapshotReceiver receiver : receivers.values()) {
            deadline = Math.min(deadline, receiver.deadlineNanos());
        }
        if (deadline != Long.MAX_VALUE) { // The first run may come before there is a worker here.
            worker.wakeAt(deadline);
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable cause) {
            LOG.log(Level.WARNING, "receiving a snapshot failed", cause);
        }
    }

    private void begin(
            GroupId group,
            SnapshotStore store,
            NodeId from,
            SnapshotInfo info,
            SnapshotReceiver.Listener listener) {
        SnapshotReceiver present = receivers.get(group);
        if (present != null && present.info().equals(info)) {
            present.goOnFrom(from, environment.nanoTime());
            return;
        }
        drop(group);
        receivers.put(group, new SnapshotReceiver(group, store, transport, listener, info, from));
    }

    private void beginWaiting(long now) {
        receivers.values().removeIf(SnapshotReceiver::hasEnded);
        long active = receivers.values().stream().filter(SnapshotReceiver::hasBegun).count();
        Iterator<SnapshotReceiver> each = new ArrayList<>(receivers.values()).iterator();
        while (each.hasNext() && active < ACTIVE_MAX) {
            SnapshotReceiver receiver = each.next();
            if (!receiver.hasBegun()) {
                guarded(() -> receiver.begin(now));
                active++;
            }
        }
        receivers.values().removeIf(SnapshotReceiver::hasEnded);
    }

    private void take(NodeId from, BulkMessage answer) {
        SnapshotReceiver receiver = receivers.get(answer.group());
        if (receiver == null) {
            return;
        }
        long now = environment.nanoTime();
        if (answer instanceof Chunk chunk) {
            receiver.onChunk(chunk, now);
        } else if (answer instanceof ChunkRefused refused) {
            receiver.onRefused(from, refused, now);
        }
        if (receiver.hasEnded()) {
            receivers.remove(answer.group());
        }
    }

    private void drop(GroupId group) {
        SnapshotReceiver present = receivers.remove(group);
        if (present != null) {
            present.end();
        }
    }
}
