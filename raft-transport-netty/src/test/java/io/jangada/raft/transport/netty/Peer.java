package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.TransportListener;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A started transport whose listener keeps what it hears. */
final class Peer implements TransportListener, AutoCloseable {
    static final String CLUSTER = "c1";
    static final long PATIENCE_SECONDS = 20;

    /** A copy of a frame, and who sent it. */
    static final class Arrived {
        private final NodeId from;
        private final byte[] bytes;

        Arrived(NodeId from, byte[] bytes) {
            this.from = from;
            this.bytes = bytes;
        }

        NodeId from() {
            return from;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    final NettyTransport transport;
    final PeerIdentity identity;
    final BlockingQueue<PeerIdentity> hellos = new LinkedBlockingQueue<>();
    final BlockingQueue<Arrived> frames = new LinkedBlockingQueue<>();

    final BlockingQueue<Arrived> bulkFrames = new LinkedBlockingQueue<>();

    /** Decides about peers; accepts all unless a test says otherwise. */
    volatile Function<PeerIdentity, Optional<String>> decision = peer -> Optional.empty();

    /** Takes frames; keeps copies unless a test says otherwise. */
    volatile BiConsumer<NodeId, ByteBuffer> onFrame = (from, frame) -> keep(frames, from, frame);

    volatile BiConsumer<NodeId, ByteBuffer> onBulkFrame =
            (from, frame) -> keep(bulkFrames, from, frame);

    Peer(String id, NettyTransport.Builder builder) {
        this(identity(id, CLUSTER), builder);
    }

    Peer(PeerIdentity identity, NettyTransport.Builder builder) {
        this.identity = identity;
        this.transport = builder.build();
        transport.start(identity, this);
    }

    static PeerIdentity identity(String id, String cluster) {
        return new PeerIdentity(cluster, NodeId.of(id), StoreId.of(0, id.hashCode()), 1);
    }

    static OutboundFrame frame(byte[] bytes) {
        return new OutboundFrame() {
            @Override
            public int size() {
                return bytes.length;
            }

            @Override
            public void writeTo(ByteBuffer target) {
                target.put(bytes);
            }
        };
    }

    NodeId id() {
        return identity.node();
    }

    String address() {
        return "127.0.0.1:" + transport.port();
    }

    void connect(Peer to) {
        transport.connect(to.id(), to.address());
    }

    boolean send(Peer to, byte[] bytes) {
        return send(to.id(), bytes);
    }

    boolean send(NodeId to, byte[] bytes) {
        return transport.send(to, frame(bytes));
    }

    /** Sends until the transport takes it: the connection may still be on its way. */
    void sendOnceConnected(Peer to, byte[] bytes) throws InterruptedException {
        sendOnceConnected(to.id(), bytes);
    }

    void sendOnceConnected(NodeId to, byte[] bytes) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!send(to, bytes)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(id() + " never connected to " + to);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Connects and waits until frames get through. */
    void meet(Peer other) throws InterruptedException {
        connect(other);
        sendOnceConnected(other, new byte[] {1});
        other.next();
    }

    boolean sendBulk(NodeId to, byte[] bytes) {
        return transport.sendBulk(to, frame(bytes));
    }

    void sendBulkOnceConnected(NodeId to, byte[] bytes) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!sendBulk(to, bytes)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(id() + " never took bulk data for " + to);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    Arrived next() throws InterruptedException {
        return next(frames);
    }

    Arrived nextBulk() throws InterruptedException {
        return next(bulkFrames);
    }

    private Arrived next(BlockingQueue<Arrived> where) throws InterruptedException {
        Arrived frame = where.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no frame arrived at " + id());
        }
        return frame;
    }

    PeerIdentity nextHello() throws InterruptedException {
        PeerIdentity hello = hellos.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (hello == null) {
            throw new AssertionError("nobody introduced itself to " + id());
        }
        return hello;
    }

    @Override
    public Optional<String> onHello(PeerIdentity peer) {
        hellos.add(peer);
        return decision.apply(peer);
    }

    @Override
    public void onFrame(NodeId from, ByteBuffer frame) {
        onFrame.accept(from, frame);
    }

    @Override
    public void onBulkFrame(NodeId from, ByteBuffer frame) {
        onBulkFrame.accept(from, frame);
    }

    private static void keep(BlockingQueue<Arrived> where, NodeId from, ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        where.add(new Arrived(from, bytes));
    }

    @Override
    public void close() {
        transport.close();
    }
}
