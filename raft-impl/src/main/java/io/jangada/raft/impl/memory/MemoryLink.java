package io.jangada.raft.impl.memory;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The way from one transport to one peer: a bounded queue, and at most one task at a time that
 * makes the connection or delivers what is queued. The monitor guards every field; no listener is
 * called with it held.
 */
final class MemoryLink {
    private static final System.Logger LOG = System.getLogger(MemoryLink.class.getName());
    private static final int QUEUED_FRAMES_MAX = 4096;
    private static final long QUEUED_BYTES_MAX = 64 << 20;

    private final MemoryTransport sender;
    private final NodeId peer;
    private final String address;
    private final Queue<ByteBuffer> queue = new ArrayDeque<>();
    private long queuedBytes;

    /** Where frames go, once both sides have accepted each other; else null. */
    private @Nullable MemoryTransport target;

    private boolean busy;
    private boolean closed;

    MemoryLink(MemoryTransport sender, NodeId peer, String address) {
        this.sender = sender;
        this.peer = peer;
        this.address = address;
    }

    String address() {
        return address;
    }

    synchronized @Nullable MemoryTransport target() {
        return target;
    }

    /** Makes the connection in the background unless it is there or being made. */
    synchronized void introduce() {
        if (!isConnected() && !busy && !closed) {
            busy = sender.execute(this::work);
        }
    }

    synchronized boolean send(OutboundFrame frame, int size) {
        if (closed || !isConnected()) {
            reset();
            introduce();
            return false;
        }
        if (queue.size() == QUEUED_FRAMES_MAX || queuedBytes + size > QUEUED_BYTES_MAX) {
            return false;
        }
        ByteBuffer written = ByteBuffer.allocate(size);
        frame.writeTo(written);
        queue.add(written.flip().asReadOnlyBuffer());
        queuedBytes += size;
        if (!busy) {
            busy = sender.execute(this::work);
        }
        return true;
    }

    /** Drops the connection and what is queued; the next frame makes a new one. */
    synchronized void reset() {
        target = null;
        queue.clear();
        queuedBytes = 0;
    }

    synchronized void close() {
        closed = true;
        reset();
    }

    private boolean isConnected() {
        return target != null && target.isRunning();
    }

    private void work() {
        MemoryTransport to = target();
        if (to == null) {
            meet();
        }
        for (Delivery next = next(); next != null; next = next()) {
            deliver(next);
        }
    }

    private void meet() {
        MemoryTransport found = sender.network().at(address);
        boolean accepted = found != null && MemoryTransport.introduce(sender, peer, found);
        synchronized (this) {
            if (accepted && !closed) {
                target = found;
            }
        }
    }

    private record Delivery(MemoryTransport to, ByteBuffer frame) {}

    /** The next frame to deliver; null if there is none, and then this task has ended. */
    private synchronized @Nullable Delivery next() {
        ByteBuffer frame = queue.poll();
        if (frame == null || target == null) {
            busy = false;
            return null;
        }
        queuedBytes -= frame.remaining();
        return new Delivery(target, frame);
    }

    private void deliver(Delivery delivery) {
        try {
            delivery.to().receive(sender, delivery.frame());
        } catch (IllegalArgumentException e) {
            LOG.log(
                    Level.WARNING,
                    "connection to {0} closed, it cannot take this frame: {1}",
                    peer,
                    e.getMessage());
            reset();
        }
    }
}
