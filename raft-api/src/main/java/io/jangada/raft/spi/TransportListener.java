package io.jangada.raft.spi;

import io.jangada.raft.api.NodeId;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Hears of peers and frames. Called from the transport's threads, several at once; must not block
 * long.
 */
public interface TransportListener {
    /**
     * A peer introduced itself, on a connection that it or this node opened. Decides whether to
     * talk to it. May block for one durable write.
     *
     * @param peer who it says it is
     * @return empty to accept, else one sentence that says why not; the connection is then closed
     *     and both sides log it
     */
    Optional<String> onHello(PeerIdentity peer);

    /**
     * A frame arrived whole.
     *
     * @param from an accepted peer
     * @param frame valid only during the call, from position to limit
     * @throws IllegalArgumentException if the content is not what a peer would send; the connection
     *     is then closed with one log line
     */
    void onFrame(NodeId from, ByteBuffer frame);

    /**
     * A frame of the bulk lane arrived whole. May block on the disk briefly: nothing but this
     * peer's bulk lane waits for it.
     *
     * @param from an accepted peer
     * @param frame valid only during the call, from position to limit
     * @throws IllegalArgumentException if the content is not what a peer would send; the connection
     *     is then closed with one log line
     */
    void onBulkFrame(NodeId from, ByteBuffer frame);
}
