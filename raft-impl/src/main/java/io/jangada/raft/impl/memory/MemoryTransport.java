package io.jangada.raft.impl.memory;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A transport between nodes of one process. Frames to one peer are delivered one by one and in
 * order; those to different peers, and bulk data, side by side with them. A connection that could
 * not be made is tried again with the next frame, or as soon as somebody listens at the address.
 */
public final class MemoryTransport implements Transport {
    static final int FRAME_BYTES_MAX = 16 << 20;

    private final MemoryNetwork network;
    private final String address;
    private final Executor executor;
    private final Map<NodeId, MemoryLink> links = new ConcurrentHashMap<>();

    /** The executor if it is this transport's to end. */
    private final @Nullable ExecutorService ownExecutor;

    private volatile @Nullable Running running;

    private boolean closed;

    /** Who this node is and who hears of frames, from start to close. */
    private record Running(PeerIdentity self, TransportListener listener) {}

    /**
     * A transport with threads of its own, which end when there is nothing to do.
     *
     * @param network where its peers are
     * @param address what peers call it by; any text
     */
    public MemoryTransport(MemoryNetwork network, String address) {
        this.network = Objects.requireNonNull(network, "network");
        this.address = Objects.requireNonNull(address, "address");
        this.ownExecutor = newExecutor(address);
        this.executor = ownExecutor;
    }

    /**
     * A transport that calls listeners through an executor.
     *
     * @param network where its peers are
     * @param address what peers call it by; any text
     * @param executor runs introductions and deliveries, never from within {@code execute}; a
     *     listener that blocks holds its thread. Not ended by the transport
     */
    public MemoryTransport(MemoryNetwork network, String address, Executor executor) {
        this.network = Objects.requireNonNull(network, "network");
        this.address = Objects.requireNonNull(address, "address");
        this.executor = Objects.requireNonNull(executor, "executor");
        this.ownExecutor = null;
    }

    @Override
    public synchronized void start(PeerIdentity self, TransportListener listener) {
        running = new Running(self, listener);
        try {
            network.bind(address, this);
        } catch (RuntimeException e) {
            running = null;
            throw e;
        }
    }

    @Override
    public synchronized void identify(PeerIdentity self) {
        Running now = running;
        if (now == null && !closed) {
            throw new IllegalStateException("the transport was not started");
        }
        if (now != null && !self.in(now.self().clusterId()).equals(now.self())) {
            throw new IllegalArgumentException(
                    "only the cluster id may change: " + now.self() + " cannot become " + self);
        }
        if (now != null) {
            running = new Running(self, now.listener());
        }
    }

    @Override
    public void connect(NodeId peer, String peerAddress) {
        MemoryLink link =
                links.compute(
                        peer,
                        (id, old) -> {
                            if (old != null && old.address().equals(peerAddress)) {
                                return old;
                            }
                            if (old != null) {
                                old.close();
                            }
                            return new MemoryLink(this, id, peerAddress);
                        });
        link.introduce();
    }

    @Override
    public void disconnect(NodeId peer) {
        MemoryLink link = links.remove(peer);
        if (link != null) {
            MemoryTransport other = link.target();
            link.close();
            if (other != null) {
                other.hangUp(this);
            }
        }
    }

    @Override
    public boolean send(NodeId to, OutboundFrame frame) {
        int size = checkedSize(frame);
        MemoryLink link = links.get(to);
        return link != null && running != null && link.send(frame, size);
    }

    @Override
    public boolean sendBulk(NodeId to, OutboundFrame frame) {
        int size = checkedSize(frame);
        MemoryLink link = links.get(to);
        return link != null && running != null && link.sendBulk(frame, size);
    }

    private static int checkedSize(OutboundFrame frame) {
        int size = frame.size();
        if (size > FRAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a frame of " + size + " B exceeds the limit of " + FRAME_BYTES_MAX + " B");
        }
        return size;
    }

    @Override
    public int frameBytesMax() {
        return FRAME_BYTES_MAX;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            running = null;
        }
        network.unbind(address, this);
        links.values().forEach(MemoryLink::close);
        links.clear();
        if (ownExecutor != null) {
            ownExecutor.shutdown();
        }
    }

    /** Somebody began to listen. */
    void onListening(String peerAddress) {
        for (MemoryLink link : links.values()) {
            if (link.address().equals(peerAddress)) {
                link.introduce();
            }
        }
    }

    MemoryNetwork network() {
        return network;
    }

    boolean isRunning() {
        return running != null;
    }

    /** Runs a task some time; returns false if it never will. */
    boolean execute(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Introduces two nodes to each other. Returns whether both want to talk. */
    static boolean introduce(MemoryTransport caller, NodeId wanted, MemoryTransport called) {
        Running from = caller.running;
        Running to = called.running;
        if (from == null || to == null || !to.self().node().equals(wanted)) {
            return false;
        }
        Optional<String> refusal = to.listener().onHello(from.self());
        return refusal.isEmpty() && from.listener().onHello(to.self()).isEmpty();
    }

    /**
     * Hands a frame of another transport to this one's listener.
     *
     * @throws IllegalArgumentException if the listener does not want to hear of that sender any
     *     more
     */
    void receive(MemoryTransport sender, boolean bulk, ByteBuffer frame) {
        Running to = running;
        Running from = sender.running;
        if (to == null || from == null) {
            return;
        }
        if (bulk) {
            to.listener().onBulkFrame(from.self().node(), frame);
        } else {
            to.listener().onFrame(from.self().node(), frame);
        }
    }

    /** The other side forgot this node: its connection has to be made anew. */
    private void hangUp(MemoryTransport other) {
        links.values().stream().filter(link -> link.target() == other).forEach(MemoryLink::reset);
    }

    private static ExecutorService newExecutor(String address) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "memory-transport-" + address);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
