package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.BulkCodec;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRequest;
import io.jangada.raft.impl.codec.BulkMessage.Refusal;
import io.jangada.raft.impl.runtime.Environment.Worker;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.Transport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands out chunks of this node's snapshots to whoever asks, on a worker of its own, at a bounded
 * rate, and to few receivers at a time. Remembers nothing but open files and who was served last:
 * receivers know how far they are.
 */
final class SnapshotSender {
    private static final Logger LOG = System.getLogger(SnapshotSender.class.getName());

    private static final int RECEIVERS_MAX = 2;
    private static final int QUEUED_MAX = 256;

    /** A receiver that does not ask for so long makes room, and its file is closed. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A worker that wakes late makes up for that, but not for longer pauses. */
    private static final long CREDIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** How long a full queue of the transport is given to drain before the next try. */
    private static final long FULL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** A chunk that the transport does not take for so long is dropped; it is asked for again. */
    private static final int TRIES_MAX = 100;

    private record Arrived(NodeId from, ChunkRequest request) {}

    private record Receiver(NodeId node, GroupId group) {}

    /** The same chunk asked for twice is sent once. */
    private record Wanted(Receiver receiver, String hash, long position) {}

    private static final class Open {
        private final SnapshotFile file;
        private long usedNanos;

        Open(SnapshotFile file) {
            this.file = file;
        }
    }

    private final Environment environment;
    private final Transport transport;
    private final Function<GroupId, @Nullable SnapshotStore> stores;
    private final Consumer<GroupId> unreadable;
    private final long bytesPerSecond;
    private final Worker worker;

    private final Queue<Arrived> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicInteger arrivedCount = new AtomicInteger();
    private final Queue<GroupId> closedGroups = new ConcurrentLinkedQueue<>();

    // The worker's only.

    private final Map<Wanted, ChunkRequest> wanted = new LinkedHashMap<>();
    private final Map<Receiver, Long> served = new LinkedHashMap<>();
    private final Map<String, Open> open = new LinkedHashMap<>();
    private long notBeforeNanos = Long.MIN_VALUE;
    private int tries;

    /**
     * A sender.
     *
     * @param stores where a group's snapshots are, null if the group is not open here
     * @param unreadable told of a group whose snapshot is damaged, so that it takes another one
     */
    SnapshotSender(
            Environment environment,
            String name,
            Transport transport,
            Function<GroupId, @Nullable SnapshotStore> stores,
            Consumer<GroupId> unreadable,
            long bytesPerSecond) {
        this.environment = environment;
        this.transport = transport;
        this.stores = stores;
        this.unreadable = unreadable;
        this.bytesPerSecond = bytesPerSecond;
        this.worker = environment.worker(name, this::work);
    }

    /** A peer wants a chunk. Any thread. */
    void onRequest(NodeId from, ChunkRequest request) {
        if (arrivedCount.incrementAndGet() > QUEUED_MAX) {
            arrivedCount.decrementAndGet(); // It will ask again.
            return;
        }
        arrived.add(new Arrived(from, request));
        worker.wake();
    }

    /** A group ended: its files are closed soon. Any thread. */
    void forget(GroupId group) {
        closedGroups.add(group);
        worker.wake();
    }

    /** Ends the worker and closes what is open. */
    void close() {
        worker.close();
        open.values().forEach(each -> each.file.close());
        open.clear();
    }

    // Everything below runs on the worker.

    @SuppressWarnings("CatchingUnchecked")
    private void work() {
        try {
            serveAll(environment.nanoTime());
        } catch (Throwable cause) {
            // Receivers ask again; what is broken for good shows there, by name.
            LOG.log(Level.WARNING, "sending snapshots failed", cause);
            wanted.clear();
        }
    }

    private void serveAll(long now) {
        takeArrived();
        dropIdle(now);
        while (!wanted.isEmpty()) {
            if (now < notBeforeNanos) {
                worker.wakeAt(notBeforeNanos);
                return;
            }
            Iterator<Map.Entry<Wanted, ChunkRequest>> first = wanted.entrySet().iterator();
            Map.Entry<Wanted, ChunkRequest> next = first.next();
            if (serve(next.getKey().receiver(), next.getValue(), now) || ++tries > TRIES_MAX) {
                tries = 0;
                first.remove();
            } else {
                notBeforeNanos = now + FULL_PAUSE_NANOS;
            }
        }
        if (!served.isEmpty() || !open.isEmpty()) {
            worker.wakeAt(now + IDLE_NANOS);
        }
    }

    private void takeArrived() {
        for (Arrived next = arrived.poll(); next != null; next = arrived.poll()) {
            arrivedCount.decrementAndGet();
            ChunkRequest request = next.request();
            Receiver receiver = new Receiver(next.from(), request.group());
            wanted.put(new Wanted(receiver, request.hash(), request.position()), request);
        }
        for (GroupId group = closedGroups.poll(); group != null; group = closedGroups.poll()) {
            GroupId closed = group;
            wanted.keySet().removeIf(each -> each.receiver().group().equals(closed));
            closeFiles(key -> key.startsWith(closed.value() + "/"));
        }
    }

    private void dropIdle(long now) {
        served.values().removeIf(lastNanos -> now - lastNanos >= IDLE_NANOS);
        closeFiles(key -> now - openAt(key).usedNanos >= IDLE_NANOS);
    }

    private Open openAt(String key) {
        Open found = open.get(key);
        if (found == null) {
            throw new IllegalStateException("no file is open for " + key);
        }
        return found;
    }

    private void closeFiles(Predicate<String> which) {
        open.entrySet()
                .removeIf(
                        each -> {
                            boolean close = which.test(each.getKey());
                            if (close) {
                                each.getValue().file.close();
                            }
                            return close;
                        });
    }

    /** Answers one request; false if the transport cannot take the answer now. */
    private boolean serve(Receiver receiver, ChunkRequest request, long now) {
        if (!served.containsKey(receiver) && served.size() >= RECEIVERS_MAX) {
            return refuse(receiver, request, Refusal.BUSY);
        }
        try {
            Open file = open(request);
            if (file == null) {
                return refuse(receiver, request, Refusal.GONE);
            }
            file.usedNanos = now;
            byte[] content = read(file.file, request);
            return content.length == 0 || send(receiver, request, content, file, now);
        } catch (StoreException e) {
            LOG.log(
                    Level.WARNING,
                    "group={0}: a snapshot cannot be sent to {1}: {2}",
                    request.group(),
                    receiver.node(),
                    e.getMessage());
            closeFiles(key -> key.equals(key(request)));
            unreadable.accept(request.group());
            return refuse(receiver, request, Refusal.UNREADABLE);
        }
    }

    private boolean refuse(Receiver receiver, ChunkRequest request, Refusal refusal) {
        transport.sendBulk(
                receiver.node(),
                BulkCodec.encode(
                        new ChunkRefused(
                                request.group(),
                                request.index(),
                                request.hash(),
                                request.position(),
                                refusal)));
        return true;
    }

    private static String key(ChunkRequest request) {
        return request.group().value() + "/" + request.hash();
    }

    /** The file asked for, which stays readable while newer ones replace it; null if it is gone. */
    private @Nullable Open open(ChunkRequest request) {
        Open known = open.get(key(request));
        if (known != null) {
            return known;
        }
        SnapshotStore store = stores.apply(request.group());
        boolean there =
                store != null
                        && store.latest()
                                .filter(latest -> latest.hash().equals(request.hash()))
                                .isPresent();
        if (!there) {
            return null;
        }
        SnapshotFile file = store.open();
        if (!file.info().hash().equals(request.hash())) {
            file.close();
            return null;
        }
        Open opened = new Open(file);
        open.put(key(request), opened);
        return opened;
    }

    private static byte[] read(SnapshotFile file, ChunkRequest request) {
        long rest = Math.max(0, file.info().bytes() - request.position());
        int length = (int) Math.min(rest, request.length());
        ByteBuffer content = ByteBuffer.allocate(length);
        while (content.hasRemaining()) {
            int count = file.read(request.position() + content.position(), content);
            if (count <= 0) {
                throw new StoreException(
                        "the snapshot ends at "
                                + (request.position() + content.position())
                                + " instead of "
                                + file.info().bytes(),
                        null);
            }
        }
        return content.array();
    }

    private boolean send(
            Receiver receiver, ChunkRequest request, byte[] content, Open file, long now) {
        Chunk chunk =
                new Chunk(
                        request.group(),
                        request.index(),
                        request.hash(),
                        request.position(),
                        content);
        if (!transport.sendBulk(receiver.node(), BulkCodec.encode(chunk))) {
            return false;
        }
        if (request.position() + content.length == file.file.info().bytes()) {
            served.remove(receiver);
        } else {
            served.put(receiver, now);
        }
        long nanos = content.length * TimeUnit.SECONDS.toNanos(1) / Math.max(1, bytesPerSecond);
        notBeforeNanos = Math.max(notBeforeNanos, now - CREDIT_NANOS) + nanos;
        return true;
    }
}
