package io.jangada.raft.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A transport with a listener that writes everything down. One monitor guards the notes. */
final class TestNode implements TransportListener {
    /** What to do with a frame after it was written down; may block and may throw. */
    interface FrameHandler {
        void onFrame(NodeId from, byte[] frame);
    }

    /** A copy of a frame as it arrived, from position 0 to its capacity. */
    record Received(NodeId from, ByteBuffer bytes) {
        int length() {
            return bytes.capacity();
        }
    }

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);
    private static final long RESEND_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    private volatile PeerIdentity identity;
    private final String address;
    private final Transport transport;
    private final List<PeerIdentity> hellos = new ArrayList<>();
    private final List<Received> received = new ArrayList<>();
    private final Set<NodeId> accepted = new HashSet<>();
    private final Map<NodeId, String> refusals = new HashMap<>();
    private final List<String> breaches = new ArrayList<>();
    private final List<Received> bulkReceived = new ArrayList<>();
    private FrameHandler handler = (from, frame) -> {};
    private FrameHandler bulkHandler = (from, frame) -> {};
    private int callsUnderWay;
    private int bulkCallsUnderWay;

    TestNode(String id, String address, Transport transport, int life) {
        this("testers", id, address, transport, life);
    }

    TestNode(String cluster, String id, String address, Transport transport, int life) {
        this.identity =
                new PeerIdentity(cluster, NodeId.of(id), StoreId.of(7, id.hashCode()), life);
        this.address = address;
        this.transport = transport;
    }

    void start() {
        transport.start(identity, this);
    }

    /** Shows another cluster id from now on. */
    void identify(String cluster) {
        identity = identity.in(cluster);
        transport.identify(identity);
    }

    void close() {
        transport.close();
        synchronized (this) {
            assertEquals(List.of(), breaches, "rules that the transport broke");
        }
    }

    NodeId id() {
        return identity.node();
    }

    PeerIdentity identity() {
        return identity;
    }

    String address() {
        return address;
    }

    Transport transport() {
        return transport;
    }

    void connect(TestNode peer) {
        transport.connect(peer.id(), peer.address());
    }

    boolean send(TestNode to, byte[] frame) {
        return transport.send(to.id(), new BytesFrame(frame));
    }

    boolean sendBulk(TestNode to, byte[] frame) {
        return transport.sendBulk(to.id(), new BytesFrame(frame));
    }

    /** Sends a frame of bulk data again and again until it arrives as such. */
    void deliverBulk(TestNode to, byte[] frame) {
        sendUntil(to, () -> sendBulk(to, frame), () -> to.receivedBulk(this, frame));
    }

    /** Sends a frame again and again until it arrives, and returns what arrived. */
    byte[] deliver(TestNode to, byte[] frame) {
        sendUntil(to, frame, () -> to.received(this, frame));
        return frame;
    }

    void sendUntil(TestNode to, byte[] frame, BooleanSupplier done) {
        sendUntil(to, () -> send(to, frame), done);
    }

    /**
     * Repeats {@code send} until {@code done}, which is asked whenever something happens at a node.
     */
    void sendUntil(TestNode to, Runnable send, BooleanSupplier done) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "no frame got through to " + to.id());
            send.run();
            to.awaitUntil(done, RESEND_NANOS);
        }
    }

    /** Sends frames that begin with their number until all arrived, whatever is lost on the way. */
    void deliverAll(TestNode to, List<byte[]> frames) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        List<Integer> missing = to.missing(this, frames);
        while (!missing.isEmpty()) {
            int count = missing.size();
            assertTrue(System.nanoTime() < deadline, () -> count + " frames never arrived");
            missing.forEach(number -> send(to, frames.get(number)));
            to.awaitUntil(() -> to.missing(this, frames).isEmpty(), 4 * RESEND_NANOS);
            missing = to.missing(this, frames);
        }
    }

    /** Who introduced itself first. */
    PeerIdentity awaitHello() {
        awaitUntil(() -> !hellos().isEmpty(), PATIENCE_NANOS);
        assertTrue(!hellos().isEmpty(), () -> "nobody introduced itself to " + id());
        return hellos().get(0);
    }

    void awaitHello(PeerIdentity peer) {
        awaitUntil(() -> hellos().contains(peer), PATIENCE_NANOS);
        assertTrue(hellos().contains(peer), () -> peer + " did not introduce itself: " + hellos());
    }

    /** How often a node introduced itself. */
    long hellosOf(TestNode peer) {
        return hellos().stream().filter(peer.identity()::equals).count();
    }

    synchronized void refuse(TestNode peer, String reason) {
        refusals.put(peer.id(), reason);
    }

    synchronized void accept(TestNode peer) {
        refusals.remove(peer.id());
    }

    synchronized void onFrame(FrameHandler newHandler) {
        handler = newHandler;
    }

    synchronized void onBulkFrame(FrameHandler newHandler) {
        bulkHandler = newHandler;
    }

    synchronized boolean received(TestNode from, byte[] frame) {
        return received.contains(new Received(from.id(), ByteBuffer.wrap(frame)));
    }

    synchronized boolean receivedBulk(TestNode from, byte[] frame) {
        return bulkReceived.contains(new Received(from.id(), ByteBuffer.wrap(frame)));
    }

    synchronized List<Received> allReceived() {
        return List.copyOf(received);
    }

    synchronized List<Received> allBulkReceived() {
        return List.copyOf(bulkReceived);
    }

    /** Whether a call of {@link #onBulkFrame(NodeId, ByteBuffer)} is under way. */
    synchronized boolean isBusyWithBulk() {
        return bulkCallsUnderWay > 0;
    }

    /** Whether a call of {@link #onFrame(NodeId, ByteBuffer)} is under way. */
    synchronized boolean isBusy() {
        return callsUnderWay > 0;
    }

    @Override
    public synchronized Optional<String> onHello(PeerIdentity peer) {
        hellos.add(peer);
        if (!refusals.containsKey(peer.node())) {
            accepted.add(peer.node());
        }
        notifyAll();
        return Optional.ofNullable(refusals.get(peer.node()));
    }

    @Override
    public void onFrame(NodeId from, ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        FrameHandler current;
        synchronized (this) {
            received.add(new Received(from, ByteBuffer.wrap(bytes)));
            callsUnderWay++;
            if (!accepted.contains(from)) {
                breaches.add("a frame from " + from + ", which was not accepted");
            }
            current = handler;
            notifyAll();
        }
        try {
            current.onFrame(from, bytes);
        } finally {
            synchronized (this) {
                callsUnderWay--;
            }
        }
    }

    @Override
    public void onBulkFrame(NodeId from, ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        FrameHandler current;
        synchronized (this) {
            bulkReceived.add(new Received(from, ByteBuffer.wrap(bytes)));
            bulkCallsUnderWay++;
            if (!accepted.contains(from)) {
                breaches.add("bulk data from " + from + ", which was not accepted");
            }
            current = bulkHandler;
            notifyAll();
        }
        try {
            current.onFrame(from, bytes);
        } finally {
            synchronized (this) {
                bulkCallsUnderWay--;
            }
        }
    }

    private synchronized List<PeerIdentity> hellos() {
        return List.copyOf(hellos);
    }

    /** Which frames from a node have not arrived; fails if one arrived changed. */
    private synchronized List<Integer> missing(TestNode from, List<byte[]> frames) {
        boolean[] arrived = new boolean[frames.size()];
        for (Received frame : received) {
            if (frame.from().equals(from.id())) {
                int number = frame.bytes().getInt(0);
                assertArrayEquals(frames.get(number), frame.bytes().array(), "frame " + number);
                arrived[number] = true;
            }
        }
        List<Integer> missing = new ArrayList<>();
        for (int number = 0; number < arrived.length; number++) {
            if (!arrived[number]) {
                missing.add(number);
            }
        }
        return missing;
    }

    /** Waits for something to happen here, until a condition holds or time is up. */
    private void awaitUntil(BooleanSupplier condition, long nanos) {
        long deadline = System.nanoTime() + nanos;
        synchronized (this) {
            while (!condition.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted while waiting", e);
                }
            }
        }
    }
}
