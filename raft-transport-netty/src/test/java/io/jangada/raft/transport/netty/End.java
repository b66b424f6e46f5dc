package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.TransportListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** One end of a connection without a network, and what it took of memory. */
final class End {
    static final PeerIdentity SELF = Peer.identity("self", Peer.CLUSTER);
    static final NodeId OTHER = NodeId.of("other");

    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    final EmbeddedChannel channel;
    int frames;
    int acceptedHellos;

    private End(
            IoThreads io,
            Function<TransportContext, Function<Channel, ChannelHandler>> end,
            boolean accepts) {
        Settings settings =
                new Settings(
                        HostPort.parse("127.0.0.1:0", 0),
                        4096,
                        1 << 20,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        1,
                        false,
                        allocator);
        TransportListener listener =
                new TransportListener() {
                    @Override
                    public Optional<String> onHello(PeerIdentity peer) {
                        acceptedHellos += accepts ? 1 : 0;
                        return accepts ? Optional.empty() : Optional.of("no");
                    }

                    @Override
                    public void onFrame(NodeId from, ByteBuffer frame) {
                        frames++;
                    }

                    @Override
                    public void onBulkFrame(NodeId from, ByteBuffer frame) {
                        frames++;
                    }
                };
        TransportContext context =
                new TransportContext(
                        settings,
                        new AtomicReference<>(SELF),
                        listener,
                        io,
                        Runnable::run,
                        Runnable::run,
                        Runnable::run);
        Function<Channel, ChannelHandler> handler = end.apply(context);
        this.channel =
                new EmbeddedChannel(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel created) {
                                created.config().setAllocator(allocator);
                                created.pipeline().addLast(handler.apply(created));
                            }
                        });
    }

    static End accepting(IoThreads io, boolean accepts) {
        return new End(
                io,
                context ->
                        channel ->
                                new AcceptedConnection(
                                        context, new Acceptor(context, peer -> {}), channel),
                accepts);
    }

    static End dialing(IoThreads io, boolean accepts) {
        return new End(
                io,
                context ->
                        channel ->
                                new DialedConnection(
                                        context,
                                        new PeerLink(
                                                context, OTHER, Lane.MAIN, channel.eventLoop()),
                                        OTHER,
                                        channel),
                accepts);
    }

    void feed(byte[] bytes, Random pieces) {
        for (int from = 0; from < bytes.length && channel.isOpen(); ) {
            int length = Math.min(bytes.length - from, 1 + pieces.nextInt(100));
            channel.writeInbound(channel.alloc().buffer(length).writeBytes(bytes, from, length));
            channel.runPendingTasks();
            from += length;
        }
        channel.checkException();
        release();
        long held = allocator.metric().usedDirectMemory();
        assertTrue(held <= 4096, "memory " + held);
    }

    private void release() {
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            out.release();
        }
    }

    void end() {
        for (int round = 0; round < 40 && channel.isOpen(); round++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
            release();
        }
        assertFalse(channel.isOpen(), "whoever says nothing more is cut off");
        channel.finishAndReleaseAll();
        assertEquals(0, allocator.metric().usedDirectMemory(), "leak");
        assertEquals(0, allocator.metric().usedHeapMemory(), "leak");
    }
}
