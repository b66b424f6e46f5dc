package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.BulkCodec;
import io.jangada.raft.impl.codec.BulkMessage;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRequest;
import io.jangada.raft.impl.codec.BulkMessage.Refusal;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.Transport;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Pulls one group's snapshot, chunk by chunk: a few are asked for ahead, what is lost is asked for
 * again, and what is here stays here, whoever sends the rest. Runs on the worker of {@link
 * SnapshotReceivers}.
 */
final class SnapshotReceiver {
    /** Hears how it goes. Called on the worker. */
    interface Listener {
        /** So much of it is here. */
        void fetched(NodeId from, SnapshotInfo info, long bytes);

        /** All of it is here, verified and durable. */
        void received(NodeId from, SnapshotInfo info);

        /** Given up; what is here is kept if it may still be of use. */
        void failed(SnapshotInfo info, String why);

        /** Whether nobody needs it any more. */
        boolean isObsolete(SnapshotInfo info);
    }

    /** Chunks that are asked for or wait for an earlier one: what all of it holds in memory. */
    private static final int WINDOW = 4;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BUSY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final GroupId group;
    private final SnapshotStore store;
    private final Transport transport;
    private final Listener listener;
    private final SnapshotInfo info;
    private NodeId from;

    /** Where the content goes; null before the beginning and after the end. */
    private @Nullable SnapshotSink sink;

    private boolean ended;

    /** Why it ended, if that is to be told later. */
    private @Nullable String failure;

    /** What was asked for and is not here. Positions, for the time being without values. */
    private final TreeMap<Long, Boolean> asked = new TreeMap<>();

    /** What came before its turn. */
    private final TreeMap<Long, byte[]> early = new TreeMap<>();

    private long progressNanos;
    private long retryNanos;

    SnapshotReceiver(
            GroupId group,
            SnapshotStore store,
            Transport transport,
            Listener listener,
            SnapshotInfo info,
            NodeId from) {
        this.group = group;
        this.store = store;
        this.transport = transport;
        this.listener = listener;
        this.info = info;
        this.from = from;
    }

    SnapshotInfo info() {
        return info;
    }

    boolean hasBegun() {
        return sink != null || ended;
    }

    boolean hasEnded() {
        return ended && failure == null;
    }

    /** When {@link #tick} has something to do. */
    long deadlineNanos() {
        return sink == null && failure == null ? Long.MAX_VALUE : retryNanos;
    }

    void begin(long now) {
        progressNanos = now;
        try {
            SnapshotSink opened = store.receive(info);
            sink = opened;
            listener.fetched(from, info, opened.position());
            goOn(opened, now);
        } catch (StoreException e) {
            failLater(String.valueOf(e.getMessage()), now);
        }
    }

    /** Another node has it, and perhaps the one before does not any more. */
    void goOnFrom(NodeId node, long now) {
        if (!node.equals(from)) {
            from = node;
            progressNanos = now;
            askAgain(now);
        }
    }

    void onChunk(Chunk chunk, long now) {
        SnapshotSink to = sink;
        if (to == null || !chunk.hash().equals(info.hash())) {
            return;
        }
        if (chunk.content().length != lengthAt(chunk.position())
                || asked.remove(chunk.position()) == null) {
            return;
        }
        early.put(chunk.position(), chunk.content());
        try {
            takeEarly(to, now);
            goOn(to, now);
        } catch (StoreException e) {
            failLater(String.valueOf(e.getMessage()), now);
        }
    }

    private void takeEarly(SnapshotSink to, long now) {
        boolean moved = false;
        for (byte[] next = early.remove(to.position());
                next != null;
                next = early.remove(to.position())) {
            to.write(ByteBuffer.wrap(next));
            moved = true;
        }
        if (moved) {
            progressNanos = now;
            retryNanos = now + RETRY_NANOS;
            listener.fetched(from, info, to.position());
        }
    }

    private void goOn(SnapshotSink to, long now) {
        if (to.position() >= info.bytes()) {
            to.commit();
            end();
            listener.received(from, info);
        } else if (listener.isObsolete(info)) {
            fail("it is not needed any more");
        } else {
            fillWindow(to, now);
        }
    }

    private void fillWindow(SnapshotSink to, long now) {
        long position = to.position();
        while (asked.size() + early.size() < WINDOW && position < info.bytes()) {
            if (!asked.containsKey(position) && !early.containsKey(position)) {
                asked.put(position, true);
                ask(position);
                retryNanos = now + RETRY_NANOS;
            }
            position += lengthAt(position);
        }
    }

    private int lengthAt(long position) {
        return (int) Math.max(0, Math.min(BulkMessage.CHUNK_BYTES_MAX, info.bytes() - position));
    }

    private void ask(long position) {
        transport.sendBulk(
                from,
                BulkCodec.encode(
                        new ChunkRequest(
                                group,
                                info.meta().index(),
                                info.hash(),
                                position,
                                lengthAt(position))));
    }

    private void askAgain(long now) {
        asked.keySet().forEach(this::ask);
        retryNanos = now + RETRY_NANOS;
    }

    void onRefused(NodeId by, ChunkRefused refused, long now) {
        if (sink == null || !refused.hash().equals(info.hash()) || !by.equals(from)) {
            return;
        }
        if (refused.refusal() == Refusal.BUSY) {
            progressNanos = now;
            retryNanos = now + BUSY_PAUSE_NANOS;
        } else {
            failLater("node " + by + " has it no more, or cannot read it", now);
        }
    }

    void tick(long now) {
        if (now < retryNanos) {
            return;
        }
        String why = failure;
        if (why != null) {
            failure = null;
            listener.failed(info, why);
        } else if (sink != null) {
            lookAfter(now);
        }
    }

    private void lookAfter(long now) {
        if (listener.isObsolete(info)) {
            fail("it is not needed any more");
        } else if (now - progressNanos >= GIVE_UP_NANOS) {
            fail("node " + from + " did not send any of it for too long");
        } else {
            askAgain(now);
        }
    }

    private void fail(String why) {
        end();
        listener.failed(info, why);
    }

    /** The same may happen again at once, when it is offered again: not as fast as can be. */
    private void failLater(String why, long now) {
        end();
        failure = why;
        retryNanos = now + RETRY_NANOS;
    }

    /** Stops; what is here is kept for another time. */
    void end() {
        ended = true;
        SnapshotSink open = sink;
        sink = null;
        asked.clear();
        early.clear();
        if (open != null) {
            open.close();
        }
    }
}
