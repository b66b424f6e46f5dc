package io.jangada.raft.impl.memory;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The way from one transport to one peer: a connection with two lanes, and for each lane at most
 * one task at a time that delivers what is queued; the one of the main lane makes the connection
 * too. The monitor guards every field; no listener is called with it held.
 */
final class MemoryLink {
    private static final System.Logger LOG = System.getLogger(MemoryLink.class.getName());
    private static final long MAIN_BYTES_MAX = 64 << 20;

    private final MemoryTransport sender;
    private final NodeId peer;
    private final String address;
    private final MemoryLane main = new MemoryLane(false, MAIN_BYTES_MAX);
    private final MemoryLane bulk = new MemoryLane(true, MemoryTransport.FRAME_BYTES_MAX);

    /** Where frames go, once both sides have accepted each other; else null. */
    private @Nullable MemoryTransport target;

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
        if (!isConnected() && !closed) {
            wake(main);
        }
    }

    boolean send(OutboundFrame frame, int size) {
        return send(main, frame, size);
    }

    boolean sendBulk(OutboundFrame frame, int size) {
        return send(bulk, frame, size);
    }

    private synchronized boolean send(MemoryLane lane, OutboundFrame frame, int size) {
        if (closed || !isConnected()) {
            reset();
            introduce();
            return false;
        }
        if (!lane.hasRoomFor(size)) {
            return false;
        }
        ByteBuffer written = ByteBuffer.allocate(size);
        frame.writeTo(written);
        lane.add(written.flip().asReadOnlyBuffer());
        wake(lane);
        return true;
    }

    /** Drops the connection and what is queued; the next frame makes a new one. */
    synchronized void reset() {
        target = null;
        main.clear();
        bulk.clear();
    }

    synchronized void close() {
        closed = true;
        reset();
    }

    private boolean isConnected() {
        return target != null && target.isRunning();
    }

    private void wake(MemoryLane lane) {
        if (!lane.busy) {
            lane.busy = sender.execute(() -> work(lane));
        }
    }

    private void work(MemoryLane lane) {
        if (!lane.bulk && target() == null) {
            meet();
        }
        for (Delivery next = next(lane); next != null; next = next(lane)) {
            deliver(lane, next);
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
    private synchronized @Nullable Delivery next(MemoryLane lane) {
        ByteBuffer frame = lane.poll();
        if (frame == null || target == null) {
            lane.busy = false;
            return null;
        }
        return new Delivery(target, frame);
    }

    private void deliver(MemoryLane lane, Delivery delivery) {
        try {
            delivery.to().receive(sender, lane.bulk, delivery.frame());
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
