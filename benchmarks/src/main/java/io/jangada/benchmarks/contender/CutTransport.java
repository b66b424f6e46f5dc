package io.jangada.benchmarks.contender;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LoopThread;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A transport whose frames are all lost, in both directions, while it is cut or once it is dead.
 */
final class CutTransport implements Transport {
    private final Transport transport;
    private final Set<NodeId> peers = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile boolean killed;

    CutTransport(Transport transport) {
        this.transport = transport;
    }

    void cut(boolean value) {
        cut = value;
    }

    boolean isCut() {
        return cut;
    }

    /** Closes all connections for good, as the end of a process does. */
    void kill() {
        killed = true;
        cut = true;
        peers.forEach(transport::disconnect);
    }

    boolean isKilled() {
        return killed;
    }

    @Override
    public void start(PeerIdentity self, TransportListener listener) {
        transport.start(
                self,
                new TransportListener() {
                    @Override
                    public Optional<String> onHello(PeerIdentity peer) {
                        return killed ? Optional.of("killed") : listener.onHello(peer);
                    }

                    @Override
                    public void onFrame(NodeId from, ByteBuffer frame) {
                        if (!cut) {
                            listener.onFrame(from, frame);
                        }
                    }

                    @Override
                    public void onBulkFrame(NodeId from, ByteBuffer frame) {
                        if (!cut) {
                            listener.onBulkFrame(from, frame);
                        }
                    }
                });
    }

    @Override
    public void identify(PeerIdentity self) {
        transport.identify(self);
    }

    @Override
    public void connect(NodeId peer, String address) {
        if (!killed) {
            peers.add(peer);
            transport.connect(peer, address);
        }
    }

    @Override
    public void disconnect(NodeId peer) {
        peers.remove(peer);
        transport.disconnect(peer);
    }

    @Override
    public boolean send(NodeId to, OutboundFrame frame) {
        return !cut && transport.send(to, frame);
    }

    @Override
    public boolean sendBulk(NodeId to, OutboundFrame frame) {
        return !cut && transport.sendBulk(to, frame);
    }

    @Override
    public Optional<LoopThread> lendThread() {
        return transport.lendThread();
    }

    @Override
    public int frameBytesMax() {
        return transport.frameBytesMax();
    }

    @Override
    public void close() {
        transport.close();
    }
}
