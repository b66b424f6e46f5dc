package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One life's door to the simulated network. */
final class SimTransport implements Transport {
    private static final int FRAME_BYTES_MAX = 16 << 20;
    private static final long DIAL_NANOS = 10_000_000;

    private final Life life;
    private final SimNetwork network;
    private final Set<NodeId> peers = new HashSet<>();

    /** Lives of peers that have introduced themselves and were accepted. */
    private final Set<PeerIdentity> accepted = new HashSet<>();

    /** Lives of peers that have accepted this one, too: what they sent may outlive them. */
    private final Set<PeerIdentity> met = new HashSet<>();

    private @Nullable PeerIdentity self;
    private @Nullable TransportListener listener;
    private boolean closed;

    SimTransport(Life life, SimNetwork network) {
        this.life = life;
        this.network = network;
    }

    @Override
    public void start(PeerIdentity identity, TransportListener hearer) {
        self = identity;
        listener = hearer;
    }

    @Override
    public void identify(PeerIdentity identity) {
        self = identity;
    }

    @Override
    public void connect(NodeId peer, String address) {
        if (peers.add(peer)) {
            dial(peer);
        }
    }

    /** Peers meet before they have anything to tell each other. */
    private void dial(NodeId peer) {
        life.schedule(
                DIAL_NANOS,
                () -> {
                    if (!closed && peers.contains(peer) && !meet(peer)) {
                        dial(peer);
                    }
                });
    }

    /** Whether a connection came about, accepted or refused. */
    private boolean meet(NodeId peer) {
        SimTransport other = network.transport(peer);
        PeerIdentity own = self;
        PeerIdentity theirs = other == null ? null : other.self;
        if (other == null || own == null || theirs == null) {
            return false;
        }
        if (!network.isWhole(own.node(), peer)) {
            return false;
        }
        if (other.hears(own) && hears(theirs)) {
            met.add(theirs);
            other.met.add(own);
        }
        return true;
    }

    @Override
    public void disconnect(NodeId peer) {
        peers.remove(peer);
    }

    @Override
    public boolean send(NodeId to, OutboundFrame frame) {
        if (frame.size() > FRAME_BYTES_MAX) {
            throw new IllegalArgumentException("a frame of " + frame.size() + " B is too large");
        }
        PeerIdentity sender = self;
        if (sender == null || !reaches(to)) {
            return false;
        }
        network.send(sender, life.node(), to, frame);
        return true;
    }

    @Override
    public boolean sendBulk(NodeId to, OutboundFrame frame) {
        if (frame.size() > FRAME_BYTES_MAX) {
            throw new IllegalArgumentException("a frame of " + frame.size() + " B is too large");
        }
        PeerIdentity sender = self;
        if (sender == null || !reaches(to)) {
            return false;
        }
        network.sendBulk(sender, to, frame);
        return true;
    }

    private boolean reaches(NodeId to) {
        return !closed && !life.isOver() && peers.contains(to);
    }

    @Override
    public int frameBytesMax() {
        return FRAME_BYTES_MAX;
    }

    @Override
    public void close() {
        closed = true;
    }

    /** A message arrives; a peer that is not known yet has to introduce itself first. */
    void receive(InFlight message) {
        TransportListener hearer = listener;
        if (hearer != null && accepts(hearer, message.sender())) {
            hearer.onFrame(message.from(), message.frame());
        }
    }

    void receive(BulkInFlight frame) {
        TransportListener hearer = listener;
        if (hearer != null && accepts(hearer, frame.sender())) {
            hearer.onBulkFrame(frame.from(), frame.frame());
        }
    }

    private boolean accepts(TransportListener hearer, PeerIdentity sender) {
        if (closed || !isAccepted(hearer, sender)) {
            return false;
        }
        SimTransport other = network.transport(sender.node());
        PeerIdentity own = self;
        boolean fine = other == null || own == null ? met.contains(sender) : other.hears(own);
        if (fine) {
            met.add(sender);
        }
        return fine;
    }

    /** A connection has two ends, and either may refuse it. */
    private boolean hears(PeerIdentity peer) {
        TransportListener hearer = listener;
        return hearer == null || isAccepted(hearer, peer);
    }

    private boolean isAccepted(TransportListener hearer, PeerIdentity peer) {
        if (accepted.contains(peer)) {
            return true;
        }
        boolean fine = hearer.onHello(peer).isEmpty();
        if (fine) {
            accepted.add(peer);
        }
        return fine;
    }
}
