package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LoopThread;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.Transport;
import io.jangada.raft.spi.TransportListener;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Frames over TCP: native epoll on Linux where Netty's library for it is on the class path, NIO
 * else. One thread does the I/O of all peers unless told otherwise.
 *
 * <p>Frames are dropped, never queued, while there is no connection: what a peer missed is sent
 * again by the protocol above, and old news would only delay it.
 *
 * <p>The connections are neither encrypted nor authenticated: whoever reaches the port can take
 * part.
 */
public final class NettyTransport implements Transport {
    static final int DEFAULT_FRAME_BYTES_MAX = 16 << 20;
    static final long DEFAULT_QUEUE_BYTES_MAX = 64L << 20;

    private final Settings settings;

    /** Null before the start. */
    private volatile @Nullable Running running;

    private boolean closed;

    private NettyTransport(Settings settings) {
        this.settings = settings;
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the cluster id is longer than 255 bytes
     * @throws IllegalStateException if it was started or closed before
     */
    @Override
    public synchronized void start(PeerIdentity self, TransportListener listener) {
        Objects.requireNonNull(listener, "listener");
        checkClusterId(self);
        if (running != null || closed) {
            throw new IllegalStateException(
                    "a transport is started once, and not after it is closed");
        }
        running = Running.start(settings, self, listener);
    }

    private static void checkClusterId(PeerIdentity self) {
        int bytes = self.clusterId().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Hello.CLUSTER_ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "cluster id of "
                            + bytes
                            + " bytes is longer than "
                            + Hello.CLUSTER_ID_BYTES_MAX);
        }
    }

    @Override
    public void identify(PeerIdentity self) {
        checkClusterId(self);
        started().identify(self);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if {@code address} has another form, or {@code peer} is this
     *     node
     * @throws IllegalStateException if it was not started
     */
    @Override
    public void connect(NodeId peer, String address) {
        started().connect(peer, HostPort.parse(address, 1));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if it was not started
     */
    @Override
    public void disconnect(NodeId peer) {
        started().disconnect(peer);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if it was not started
     */
    @Override
    public boolean send(NodeId to, OutboundFrame frame) {
        int size = checkedSize(frame);
        PeerLinks links = started().links(to);
        return links != null && links.send(frame, size);
    }

    /**
     * {@inheritDoc} The lane is a second connection, which is opened for the first frame and closed
     * when none was sent for five idle timeouts. Its queue takes one frame of the largest size and
     * 4 MiB more.
     *
     * @throws IllegalStateException if it was not started
     */
    @Override
    public boolean sendBulk(NodeId to, OutboundFrame frame) {
        int size = checkedSize(frame);
        PeerLinks links = started().links(to);
        return links != null && links.sendBulk(frame, size);
    }

    private int checkedSize(OutboundFrame frame) {
        int size = frame.size();
        if (size < 0 || size > settings.frameBytesMax()) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes; the limit is " + settings.frameBytesMax());
        }
        return size;
    }

    /**
     * Its first event loop: frames arrive there, and what is sent from there is not handed over.
     */
    @Override
    public Optional<LoopThread> lendThread() {
        return Optional.of(started().loopThread());
    }

    /** Tests hold it up. */
    EventLoop bulkLoop() {
        return started().bulkLoop();
    }

    @Override
    public int frameBytesMax() {
        return settings.frameBytesMax();
    }

    /**
     * Where it listens, which tells the port if it was asked for port 0.
     *
     * @return the port
     * @throws IllegalStateException if it was not started
     */
    public int port() {
        return started().port();
    }

    /**
     * How many frames for a peer were dropped since it was named first, bulk data included, because
     * there was no connection or because its queue was full.
     *
     * @param peer the peer
     * @return a count; 0 if the peer is unknown
     */
    public long droppedFrames(NodeId peer) {
        PeerLinks links = started().links(peer);
        return links == null ? 0 : links.droppedCount();
    }

    @Override
    public void close() {
        Running toClose;
        synchronized (this) {
            toClose = closed ? null : running;
            closed = true;
        }
        // Not under the lock: what we wait for may be a call that closes this transport as well.
        if (toClose != null) {
            toClose.close();
        }
    }

    private Running started() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("the transport was not started");
        }
        return now;
    }

    /** Collects settings; {@link #build()} checks them together. Not thread-safe. */
    public static final class Builder {
        private String bindAddress = "127.0.0.1:0";
        private int frameBytesMax = DEFAULT_FRAME_BYTES_MAX;
        private long queueBytesMax = DEFAULT_QUEUE_BYTES_MAX;
        private Duration connectTimeout = Duration.ofSeconds(3);
        private Duration handshakeTimeout = Duration.ofSeconds(5);
        private Duration idleTimeout = Duration.ofSeconds(6);
        private Duration backoffMin = Duration.ofMillis(50);
        private Duration backoffMax = Duration.ofSeconds(2);
        private int ioThreads = 1;
        private boolean nativeIo = true;
        private ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;

        private Builder() {}

        /**
         * Where to listen. Default: any free port on the loopback address.
         *
         * @param address {@code HOST:PORT}; port 0 takes a free one
         * @return this
         */
        public Builder bindAddress(String address) {
            bindAddress = Objects.requireNonNull(address, "address");
            return this;
        }

        /**
         * The largest frame. Default 16 MiB. All nodes should use the same: a larger frame than the
         * receiver takes costs the connection. Too large: a faulty peer makes this node reserve
         * that much.
         *
         * @param bytes from 1 KiB to 1 GiB
         * @return this
         */
        public Builder frameBytesMax(int bytes) {
            frameBytesMax = bytes;
            return this;
        }

        /**
         * How much may wait for one peer before frames for it are dropped, with 268 bytes added per
         * frame. Default 64 MiB. Too small: frames are lost in bursts. Too large: a slow peer costs
         * that much memory, and gets old frames.
         *
         * @param bytes enough for one frame of {@link #frameBytesMax(int)}
         * @return this
         */
        public Builder queueBytesMax(long bytes) {
            queueBytesMax = bytes;
            return this;
        }

        /**
         * How long to wait for a TCP connection. Default 3 s.
         *
         * @param timeout from 1 ms to 1 day
         * @return this
         */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = timeout;
            return this;
        }

        /**
         * How long both sides may take to introduce themselves and to decide. Default 5 s. Too
         * small: a slow disk keeps nodes apart. Too large: a peer that accepts and never answers is
         * tried seldom.
         *
         * @param timeout from 1 ms to 1 day
         * @return this
         */
        public Builder handshakeTimeout(Duration timeout) {
            handshakeTimeout = timeout;
            return this;
        }

        /**
         * After how long without a sign of life a connection is given up and made anew. A quiet one
         * is pinged after a third of it. Default 6 s; nodes should not differ by more than a factor
         * of 5. Too small: pauses cost connections. Too large: it takes longer to notice that a
         * peer's machine or the network between died.
         *
         * @param timeout from 1 ms to 1 day
         * @return this
         */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = timeout;
            return this;
        }

        /**
         * How long to wait before dialling again. Defaults 50 ms and 2 s; doubles from the one to
         * the other.
         *
         * @param min the first wait, from 1 ms
         * @param max the longest wait, up to 1 day
         * @return this
         */
        public Builder backoff(Duration min, Duration max) {
            backoffMin = min;
            backoffMax = max;
            return this;
        }

        /**
         * Threads that do the I/O, and call the listener with frames. Default 1, which serves many
         * peers.
         *
         * @param threads from 1 to 64
         * @return this
         */
        public Builder ioThreads(int threads) {
            ioThreads = threads;
            return this;
        }

        /** Tests run both kinds of event loop. */
        Builder nativeIo(boolean allowed) {
            nativeIo = allowed;
            return this;
        }

        /** Tests count what is taken and given back. */
        Builder allocator(ByteBufAllocator counted) {
            allocator = counted;
            return this;
        }

        /**
         * Checks all settings and their relations. Binds nothing yet.
         *
         * @return a transport to be started
         * @throws IllegalArgumentException if one is out of range or two contradict each other; the
         *     message names them with their values
         */
        public NettyTransport build() {
            within("connectTimeout", connectTimeout);
            within("handshakeTimeout", handshakeTimeout);
            within("idleTimeout", idleTimeout);
            within("backoff min", backoffMin);
            within("backoff max", backoffMax);
            require(
                    frameBytesMax >= 1 << 10 && frameBytesMax <= 1 << 30,
                    "frameBytesMax " + frameBytesMax + " is not from 1 KiB to 1 GiB");
            require(
                    queueBytesMax >= Outbox.cost(frameBytesMax),
                    "queueBytesMax "
                            + queueBytesMax
                            + " has no room for a frame of frameBytesMax "
                            + frameBytesMax);
            require(
                    backoffMin.compareTo(backoffMax) <= 0,
                    "backoff min " + backoffMin + " is more than max " + backoffMax);
            require(
                    ioThreads >= 1 && ioThreads <= 64,
                    "ioThreads " + ioThreads + " is not from 1 to 64");
            return new NettyTransport(
                    new Settings(
                            HostPort.parse(bindAddress, 0),
                            frameBytesMax,
                            queueBytesMax,
                            connectTimeout,
                            handshakeTimeout,
                            idleTimeout,
                            backoffMin,
                            backoffMax,
                            ioThreads,
                            nativeIo,
                            allocator));
        }

        private static void within(String name, Duration value) {
            require(
                    value.compareTo(Duration.ofMillis(1)) >= 0
                            && value.compareTo(Duration.ofDays(1)) <= 0,
                    name + " " + value + " is not from 1 ms to 1 day");
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
