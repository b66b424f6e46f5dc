package io.jangada.examples.kv.resp;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.examples.kv.KvStateMachine;
import io.jangada.raft.api.RaftGroup;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.redis.FixedRedisMessagePool;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for Redis clients and serves them from a {@link RaftGroup}.
 *
 * <p>Bound first and served later, so that a port that is taken is noticed before anything else is
 * started; clients that connect in between wait. All methods may be called from any thread.
 */
public final class RespServer implements AutoCloseable {
    /** The longest line that a person may type. */
    private static final int LINE_BYTES_MAX = 64 << 10;

    private static final int THREADS =
            Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));

    /** How long {@link #close} waits for requests under way to be answered. */
    private static final long DRAIN_MILLIS = 1000;

    private final RespConfig config;
    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Semaphore seats;
    private final Channel listener;
    private volatile @Nullable RespNode node;

    private RespServer(InetSocketAddress address, RespConfig config) throws IOException {
        this.config = config;
        this.seats = new Semaphore(config.clientsMax());
        DefaultThreadFactory threads = new DefaultThreadFactory("kv-resp", true);
        boolean epoll = Epoll.isAvailable();
        this.loops =
                new MultiThreadIoEventLoopGroup(
                        THREADS,
                        threads,
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loops)
                        .channel(
                                epoll
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(64 << 10, 256 << 10))
                        .childHandler(new Connect())
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw new IOException("cannot listen on " + address, bound.cause());
        }
        this.listener = bound.channel();
    }

    /**
     * Takes a port without serving it yet.
     *
     * @param address where to listen; port 0 for any free one
     * @param config the settings
     * @return the server, to be closed by the caller
     * @throws IOException if the port cannot be had
     */
    public static RespServer bind(InetSocketAddress address, RespConfig config) throws IOException {
        return new RespServer(address, config);
    }

    /**
     * Starts to serve. Once only.
     *
     * @param group the replicated map; the caller closes it, after this server
     * @param backups a folder for the copies that {@code RAFT.BACKUP} makes, emptied now and when
     *     this server is closed; or null to refuse to make any
     */
    public void serve(
            RaftGroup<KvStateMachine, KvCommand, KvResult> group, @Nullable Path backups) {
        node = RespNode.create(group, config, port(), backups);
        listener.config().setAutoRead(true);
    }

    /**
     * Where it listens.
     *
     * @return the port
     */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /**
     * Takes no more connections and requests, waits up to a second for requests under way to be
     * answered, then closes all connections.
     */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        for (Channel channel : connections) {
            ClientConnection connection = channel.pipeline().get(ClientConnection.class);
            if (connection != null) {
                channel.eventLoop().execute(connection::end);
            }
        }
        connections.newCloseFuture().awaitUninterruptibly(DRAIN_MILLIS);
        connections.close().awaitUninterruptibly(DRAIN_MILLIS);
        loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).awaitUninterruptibly(DRAIN_MILLIS);
        RespNode served = node;
        if (served != null) {
            served.backups().close();
        }
    }

    private final class Connect extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            RespNode serving = node;
            if (serving == null) {
                channel.close();
                return;
            }
            if (!seats.tryAcquire()) {
                serving.stats().rejectedConnections.increment();
                channel.writeAndFlush(
                                ByteBufUtil.writeAscii(
                                        channel.alloc(), "-ERR max number of clients reached\r\n"))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            channel.closeFuture().addListener(closed -> seats.release());
            connections.add(channel);
            long id = serving.stats().connections.incrementAndGet();
            Client client = new Client(serving, id, addressOf(channel));
            serving.clients().put(id, client);
            channel.pipeline()
                    .addLast(new LineEnds())
                    .addLast(new RedisDecoder(LINE_BYTES_MAX, FixedRedisMessagePool.INSTANCE, true))
                    .addLast(new RequestAggregator(client))
                    .addLast(new ClientConnection(client, channel));
        }

        private String addressOf(Channel channel) {
            // Null for a client that is gone already.
            InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
            return remote == null
                    ? "?"
                    : remote.getAddress().getHostAddress() + ":" + remote.getPort();
        }
    }
}
