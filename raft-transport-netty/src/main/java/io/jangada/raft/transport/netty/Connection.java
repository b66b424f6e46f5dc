package io.jangada.raft.transport.netty;

import io.jangada.raft.spi.PeerIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a connection have in common: reading frames, the time limit of the
 * handshake, the watch for silence, and one reason why it was closed. Lives on its channel's event
 * loop; every method is called there.
 */
abstract class Connection extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
    /** A dead peer is noticed after this many rounds of the watch without a sign of life. */
    static final int SILENT_ROUNDS_MAX = 3;

    /** Where the handshake stands. */
    enum Stage {
        /** The other side has not introduced itself yet. */
        WAITING,
        /** It has, and the application is being asked. */
        DECIDING,
        /** Both sides agreed. */
        OPEN
    }

    protected final TransportContext context;
    protected final Channel channel;
    protected final FrameReader reader;

    /** Who this node is, as far as this connection is concerned. */
    protected final PeerIdentity self;

    protected Stage stage = Stage.WAITING;

    private @Nullable Future<?> handshakeLimit;
    private @Nullable Future<?> watch;
    private @Nullable String closeReason;

    /** Whether anything was read since the last round of the watch. */
    private boolean heard;

    private int silentRounds;

    Connection(TransportContext context, Channel channel) {
        this.context = context;
        this.channel = channel;
        this.self = context.self();
        this.reader = new FrameReader(channel.alloc(), FrameFormat.HANDSHAKE_BODY_BYTES_MAX, this);
    }

    /** The connection stands and nothing was said yet. */
    abstract void onConnected();

    /** The peer broke the rules; the connection is about to be closed. */
    abstract void onFault(String what);

    /** The connection is gone. Called once. */
    abstract void onClosed(String reason);

    /** One round of the watch is over; {@code silentRounds} in a row brought no sign of life. */
    abstract void onRound(int silentRounds);

    /** Whether bytes went out that had waited for the peer, which then must be alive. */
    boolean makesProgress() {
        return false;
    }

    @Override
    public final void channelActive(ChannelHandlerContext ctx) {
        Duration limit = context.settings().handshakeTimeout();
        Runnable tooLate = () -> fail("the handshake took longer than " + limit.toMillis() + " ms");
        handshakeLimit =
                channel.eventLoop().schedule(tooLate, limit.toNanos(), TimeUnit.NANOSECONDS);
        onConnected();
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            heard = true;
            reader.read(in);
        } catch (MalformedFrameException e) {
            fail(String.valueOf(e.getMessage()));
        } finally {
            in.release();
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        reader.close();
        cancel(handshakeLimit);
        cancel(watch);
        onClosed(closeReason == null ? "the other side closed it" : closeReason);
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            context.log(
                    Level.ERROR, "connection with " + channel.remoteAddress() + " failed", cause);
        }
        close(String.valueOf(cause.getMessage()));
    }

    /** The peer broke the rules: says so, once, and closes the connection. */
    final void fail(String what) {
        onFault(what);
        close(what);
    }

    /** Closes the connection; the first reason given is the one that counts. */
    final void close(String reason) {
        noteReason(reason);
        reader.close();
        channel.close();
    }

    /** Closes the connection after a last frame that says why. */
    final void closeAfter(ByteBuf lastFrame, String reason) {
        noteReason(reason);
        reader.close();
        channel.writeAndFlush(lastFrame).addListener(ChannelFutureListener.CLOSE);
    }

    /** Ends the time limit of the handshake. */
    final void endHandshake() {
        cancel(handshakeLimit);
    }

    /** Begins to look for signs of life at regular intervals. */
    final void startWatch() {
        long nanos = context.settings().idleTimeout().toNanos() / SILENT_ROUNDS_MAX;
        watch =
                channel.eventLoop()
                        .scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Rounds are counted, not time stamps compared: after a pause of this process one round passes,
     * and what arrived meanwhile is read before the next.
     */
    private void look() {
        boolean progress = makesProgress();
        silentRounds = progress || heard ? 0 : silentRounds + 1;
        heard = false;
        onRound(silentRounds);
    }

    /**
     * Asks the application about the peer, off the event loop, and goes on here with its answer.
     */
    final void decide(PeerIdentity peer, Consumer<Optional<String>> then) {
        stage = Stage.DECIDING;
        try {
            context.deciders()
                    .execute(
                            () -> {
                                Optional<String> answer = askListener(peer);
                                IoThreads.execute(channel.eventLoop(), () -> proceed(answer, then));
                            });
        } catch (RejectedExecutionException closed) {
            close("this node is closing");
        }
    }

    private void proceed(Optional<String> answer, Consumer<Optional<String>> then) {
        if (channel.isActive() && closeReason == null) {
            then.accept(answer);
        }
    }

    private Optional<String> askListener(PeerIdentity peer) {
        try {
            return context.listener().onHello(peer);
        } catch (RuntimeException e) {
            context.log(Level.ERROR, "deciding about " + peer.node() + " failed", e);
            return Optional.of("deciding about it failed: " + e);
        }
    }

    final byte[] refusalBody(String sentence) {
        byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(text, Math.min(text.length, FrameFormat.HANDSHAKE_BODY_BYTES_MAX));
    }

    final String refusalText(ByteBuffer body) {
        int length = Math.min(body.remaining(), FrameFormat.HANDSHAKE_BODY_BYTES_MAX);
        return StandardCharsets.UTF_8.decode(body.slice(body.position(), length)).toString();
    }

    private void noteReason(String reason) {
        if (closeReason == null) {
            closeReason = reason;
        }
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
