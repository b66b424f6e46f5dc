package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LoopThread;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.TransportException;
import io.jangada.raft.spi.TransportListener;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A transport between start and close: the port, the threads, the links to the peers. */
final class Running {
    /** Threads for what may block; they end when there is nothing to wait for. */
    private static final int WAITING_THREADS = 2;

    private static final long WAITING_THREAD_LINGER_SECONDS = 5;
    private static final long CLOSE_WAIT_SECONDS = 1;

    private final TransportContext context;
    private final ThreadPoolExecutor deciders;
    private final ThreadPoolExecutor resolvers;
    private final ThreadPoolExecutor bulkTakers;
    private final Acceptor acceptor;
    private final ConcurrentMap<NodeId, PeerLinks> links = new ConcurrentHashMap<>();
    private int port;
    private boolean closed;

    private Running(Settings settings, PeerIdentity self, TransportListener listener) {
        String name = "raft-transport-" + self.node();
        this.deciders = waitingThreads(name + "-hello");
        this.resolvers = waitingThreads(name + "-resolve");
        this.bulkTakers = threadsOnDemand(name + "-bulk-in");
        IoThreads io = new IoThreads(name, settings.ioThreads(), settings.nativeIo());
        this.context =
                new TransportContext(
                        settings,
                        new AtomicReference<>(self),
                        listener,
                        io,
                        deciders,
                        bulkTakers,
                        resolvers);
        this.acceptor = new Acceptor(context, this::onPeerUp);
    }

    static Running start(Settings settings, PeerIdentity self, TransportListener listener) {
        Running running = new Running(settings, self, listener);
        try {
            running.bind(settings.bindAddress());
            return running;
        } catch (RuntimeException | Error e) {
            running.close();
            throw e;
        }
    }

    private static ThreadPoolExecutor waitingThreads(String name) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(
                        WAITING_THREADS,
                        WAITING_THREADS,
                        WAITING_THREAD_LINGER_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        new DefaultThreadFactory(name, true));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** One for each connection that has something to take at the moment. */
    private static ThreadPoolExecutor threadsOnDemand(String name) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                WAITING_THREAD_LINGER_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new DefaultThreadFactory(name, true));
    }

    private void bind(HostPort address) {
        ChannelFuture binding =
                new ServerBootstrap()
                        .group(context.io().loops())
                        .channel(context.io().serverChannel())
                        .handler(context.io().initializer(channel -> {}))
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, context.settings().allocator())
                        .childHandler(context.io().initializer(this::addHandler))
                        .bind(resolve(address))
                        .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw cannotListen(
                    address,
                    binding.cause().getMessage() + "; free the port or choose another address",
                    binding.cause());
        }
        InetSocketAddress bound = (InetSocketAddress) binding.channel().localAddress();
        port = bound.getPort();
        if (!bound.getAddress().isLoopbackAddress()) {
            context.log(
                    Level.WARNING,
                    "listens on "
                            + address
                            + " without encryption: whoever reaches this port can read and change"
                            + " everything");
        }
    }

    private static InetSocketAddress resolve(HostPort address) {
        try {
            return address.resolve(0);
        } catch (IOException e) {
            throw cannotListen(
                    address, "the name is not known; bind to an address of this machine", e);
        }
    }

    private static TransportException cannotListen(HostPort on, String why, Throwable cause) {
        return new TransportException("cannot listen on " + on + ": " + why, cause);
    }

    private void addHandler(Channel channel) {
        channel.pipeline().addLast(new AcceptedConnection(context, acceptor, channel));
    }

    private void onPeerUp(NodeId peer) {
        PeerLinks link = links.get(peer);
        if (link != null) {
            link.peerIsUp();
        }
    }

    LoopThread loopThread() {
        return new LentLoop(context.io().next());
    }

    EventLoop bulkLoop() {
        return context.io().bulkLoop();
    }

    void identify(PeerIdentity self) {
        PeerIdentity before = context.self();
        if (!self.in(before.clusterId()).equals(before)) {
            throw new IllegalArgumentException(
                    "only the cluster id may change: " + before + " cannot become " + self);
        }
        context.identity().set(self);
    }

    int port() {
        return port;
    }

    synchronized void connect(NodeId peer, HostPort address) {
        if (peer.equals(context.self().node())) {
            throw new IllegalArgumentException(peer + " is this node itself");
        }
        if (closed) {
            return;
        }
        links.computeIfAbsent(peer, id -> new PeerLinks(context, id)).connect(address);
    }

    void disconnect(NodeId peer) {
        PeerLinks link = links.remove(peer);
        if (link != null) {
            link.forget();
        }
        acceptor.disconnect(peer);
    }

    @Nullable PeerLinks links(NodeId peer) {
        return links.get(peer);
    }

    void close() {
        synchronized (this) {
            closed = true;
        }
        links.values().forEach(PeerLinks::forget);
        context.io().close();
        end(deciders);
        end(resolvers);
        end(bulkTakers);
        links.values().forEach(PeerLinks::discard);
    }

    /** Interrupts nobody: a listener that is writing to a file would find the file closed. */
    private static void end(ThreadPoolExecutor threads) {
        threads.getQueue().clear();
        threads.shutdown();
        try {
            threads.awaitTermination(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
