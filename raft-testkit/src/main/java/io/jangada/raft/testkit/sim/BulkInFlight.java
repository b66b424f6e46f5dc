package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import java.nio.ByteBuffer;

/** One frame of bulk data on its way: a part of a snapshot, or a request for one. */
public final class BulkInFlight {
    private final long number;
    private final PeerIdentity sender;
    private final SimNode to;
    private final ByteBuffer frame;

    BulkInFlight(long number, PeerIdentity sender, SimNode to, ByteBuffer frame) {
        this.number = number;
        this.sender = sender;
        this.to = to;
        this.frame = frame;
    }

    /**
     * Names it in a trace.
     *
     * @return counts the bulk frames of a run from 1
     */
    public long number() {
        return number;
    }

    /**
     * Who sent it.
     *
     * @return the sender
     */
    public NodeId from() {
        return sender.node();
    }

    /**
     * Who is to get it.
     *
     * @return the receiver
     */
    public NodeId to() {
        return to.id();
    }

    /**
     * How large it is.
     *
     * @return bytes
     */
    public int bytes() {
        return frame.remaining();
    }

    /** As which life of the sender it was sent. */
    PeerIdentity sender() {
        return sender;
    }

    SimNode target() {
        return to;
    }

    ByteBuffer frame() {
        return frame.duplicate();
    }

    /** As in {@code bulk #17 n1>n2 4096 B}. */
    @Override
    public String toString() {
        return "bulk #" + number + " " + from() + ">" + to() + " " + bytes() + " B";
    }
}
