package io.jangada.raft.spi;

import io.jangada.raft.api.NodeId;
import java.util.Optional;

/**
 * Moves opaque frames between nodes, best effort. One connection per direction and pair of hosts
 * carries all groups; bulk data has a lane beside it.
 *
 * <p><b>Threading.</b> Any thread, concurrently. {@code send} never blocks and never throws for
 * reasons of the network.
 *
 * <p><b>Ownership.</b> A frame is written out before {@code send} returns; the buffer handed to
 * {@link TransportListener#onFrame} or {@link TransportListener#onBulkFrame} is valid during that
 * call only.
 *
 * <p><b>Ordering.</b> None promised: frames may be lost, repeated and reordered. They arrive whole
 * and unchanged or not at all.
 *
 * <p><b>Durability.</b> None.
 *
 * <p><b>Failure.</b> Broken connections are made again with back-off, for ever. Frames for a peer
 * that cannot take them are dropped once a bounded queue is full.
 */
public interface Transport extends AutoCloseable {
    /**
     * Binds and begins to accept. Called once, first.
     *
     * @param self shown to peers
     * @param listener hears of peers and frames
     * @throws TransportException if the address cannot be bound
     */
    void start(PeerIdentity self, TransportListener listener);

    /**
     * Shows another cluster id from now on: a node that waited to be added has learnt which cluster
     * it belongs to. Connections that stand stay as they are; those made later show the new
     * identity. After the close it does nothing.
     *
     * @param self differs from the identity shown before in its cluster id only
     * @throws IllegalArgumentException if anything else differs, or the cluster id is too long
     * @throws IllegalStateException if it was not started
     */
    void identify(PeerIdentity self);

    /**
     * Makes a peer reachable, or changes its address. Returns at once; connects in the background.
     *
     * @param peer the peer
     * @param address {@code HOST:PORT}, resolved at each connect
     */
    void connect(NodeId peer, String address);

    /**
     * Forgets a peer and closes the connections with it. Does nothing if it is unknown.
     *
     * @param peer the peer
     */
    void disconnect(NodeId peer);

    /**
     * Sends a frame, or drops it.
     *
     * @param to a peer named to {@link #connect} before
     * @param frame at most {@link #frameBytesMax()} long
     * @return false if it was dropped here and now
     * @throws IllegalArgumentException if the frame is too large
     */
    boolean send(NodeId to, OutboundFrame frame);

    /**
     * Sends a frame of bulk data, or drops it: on a lane of its own, so that nothing sent by {@link
     * #send} ever queues behind it. It arrives at {@link TransportListener#onBulkFrame}. The lane
     * is made when it is first needed, and only to a peer that {@link #send} reaches; its queue has
     * room for one frame of the largest size at least.
     *
     * @param to a peer named to {@link #connect} before
     * @param frame at most {@link #frameBytesMax()} long
     * @return false if it was dropped here and now
     * @throws IllegalArgumentException if the frame is too large
     */
    boolean sendBulk(NodeId to, OutboundFrame frame);

    /**
     * One of its own threads, to drive groups on. Asked for once, after the start.
     *
     * @return empty if it lends none, which is the default
     */
    default Optional<LoopThread> lendThread() {
        return Optional.empty();
    }

    /**
     * The largest frame it can carry.
     *
     * @return bytes
     */
    int frameBytesMax();

    /** Closes all connections and the port. Blocks briefly. Calling it again does nothing. */
    @Override
    void close();
}
