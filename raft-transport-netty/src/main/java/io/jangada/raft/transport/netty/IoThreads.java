package io.jangada.raft.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The event loops of one transport: native epoll where its library is there, NIO else. */
final class IoThreads {
    private static final long CLOSE_WAIT_SECONDS = 5;

    private final EventLoopGroup loops;

    /** One thread for all bulk data, so that the others never wait behind a large copy. */
    private final EventLoopGroup bulkLoops;

    private final boolean epoll;

    /** All open channels. Once closed it closes whatever comes later as well. */
    private final ChannelGroup channels =
            new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

    IoThreads(String name, int threads, boolean nativeIo) {
        this.epoll = nativeIo && Epoll.isAvailable();
        this.loops = newLoops(name, threads);
        this.bulkLoops = newLoops(name + "-bulk", 1);
    }

    /** Its threads start when they are first needed. */
    private EventLoopGroup newLoops(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    EventLoopGroup loops() {
        return loops;
    }

    EventLoop next() {
        return loops.next();
    }

    EventLoop bulkLoop() {
        return bulkLoops.next();
    }

    /**
     * Takes a channel from its loop to that of bulk data. Called on the old loop; nothing may be
     * written meanwhile.
     *
     * @param then called on the new loop; not at all if the channel was closed on the way
     */
    void moveToBulkLoop(Channel channel, Runnable then) {
        channel.deregister()
                .addListener(
                        left -> {
                            if (left.isSuccess()) {
                                bulkLoop().register(channel).addListener(arrived(channel, then));
                            } else {
                                channel.close();
                            }
                        });
    }

    private static ChannelFutureListener arrived(Channel channel, Runnable then) {
        return registered -> {
            if (registered.isSuccess() && channel.isActive()) {
                then.run();
            } else {
                channel.close();
            }
        };
    }

    Class<? extends ServerChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends Channel> clientChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** Sets a new channel up, and keeps it to be closed at the end. */
    ChannelHandler initializer(Consumer<Channel> setup) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channels.add(channel);
                setup.accept(channel);
            }
        };
    }

    /** Runs a task on a loop, or nowhere if the transport has closed meanwhile. */
    static void execute(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException closed) {
            // The loop has closed its channels and nothing is left for the task to do.
        }
    }

    /**
     * Closes all channels and ends the threads; waits for that unless called from one of them. The
     * channels come first: a loop that is told to end without a quiet period may do so and leave
     * them open.
     */
    void close() {
        boolean mayWait = true;
        for (EventLoopGroup group : List.of(loops, bulkLoops)) {
            for (EventExecutor loop : group) {
                mayWait &= !loop.inEventLoop();
            }
        }
        ChannelGroupFuture closing = channels.close();
        if (mayWait) {
            closing.awaitUninterruptibly(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        }
        for (EventLoopGroup group : List.of(loops, bulkLoops)) {
            Future<?> ending = group.shutdownGracefully(0, CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
            if (mayWait) {
                ending.awaitUninterruptibly(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
            }
        }
    }
}
