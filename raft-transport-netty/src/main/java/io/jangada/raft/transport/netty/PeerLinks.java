package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import java.lang.System.Logger.Level;

/** Both lanes to one peer. Any thread. */
final class PeerLinks {
    private static final int LINES_MAX = 1;

    private final TransportContext context;
    private final NodeId peer;
    private final PeerLink main;
    private final PeerLink bulk;
    private final RepeatedLines complaints = new RepeatedLines(LINES_MAX);

    PeerLinks(TransportContext context, NodeId peer) {
        this.context = context;
        this.peer = peer;
        this.main = new PeerLink(context, peer, Lane.MAIN, context.io().next());
        this.bulk = new PeerLink(context, peer, Lane.BULK, context.io().bulkLoop());
    }

    boolean send(OutboundFrame frame, int size) {
        return main.outbox().send(frame, size);
    }

    /**
     * Takes a frame for the bulk lane or drops it. A node that knows of no lanes would take the
     * connection for a new main one, so nobody dials before the main one has shown what the peer
     * knows.
     */
    boolean sendBulk(OutboundFrame frame, int size) {
        if (main.offersBulkLane()) {
            bulk.need();
        } else if (main.outbox().isOpen()) {
            complaints
                    .next("", System.nanoTime())
                    .ifPresent(
                            count ->
                                    context.log(
                                            Level.WARNING,
                                            peer + " takes no bulk data: update it" + count));
        }
        return bulk.outbox().send(frame, size);
    }

    long droppedCount() {
        return main.outbox().droppedCount() + bulk.outbox().droppedCount();
    }

    void connect(HostPort address) {
        main.connect(address);
        bulk.connect(address);
    }

    void peerIsUp() {
        main.peerIsUp();
        bulk.peerIsUp();
    }

    void forget() {
        main.forget();
        bulk.forget();
    }

    /** Once the loops have ended: frees what came too late. */
    void discard() {
        main.outbox().discard();
        bulk.outbox().discard();
    }
}
