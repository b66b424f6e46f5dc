package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.netty.channel.Channel;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection that a peer opened to send its frames here. */
final class AcceptedConnection extends Connection {
    /**
     * The dialer decides when a connection is dead; this end only cleans up after it, late enough
     * that a peer with a longer idle timeout than ours still gets its pings through.
     */
    private static final int ABANDONED_ROUNDS = 10 * SILENT_ROUNDS_MAX;

    private static final byte[] EMPTY = {};

    private final Acceptor acceptor;

    /** Set when the stage becomes OPEN. */
    private @Nullable NodeId peer;

    AcceptedConnection(TransportContext context, Acceptor acceptor, Channel channel) {
        super(context, channel);
        this.acceptor = acceptor;
    }

    @Override
    void onConnected() {
        if (!acceptor.admit()) {
            acceptor.complain(channel, "too many connections wait for their handshake");
            close("too many handshakes");
        }
    }

    @Override
    public void onFrame(FrameType type, ByteBuffer body) throws MalformedFrameException {
        if (stage == Stage.OPEN && type == FrameType.DATA && peer != null) {
            onData(peer, body);
        } else if (stage == Stage.OPEN && type == FrameType.PING) {
            channel.writeAndFlush(FrameFormat.control(channel.alloc(), FrameType.PONG, EMPTY));
        } else if (stage == Stage.OPEN && type == FrameType.REFUSAL) {
            String refusal = refusalText(body);
            acceptor.complain(channel, refusal);
            close(refusal);
        } else if (stage == Stage.WAITING && type == FrameType.HELLO) {
            onHello(Hello.decode(body));
        } else {
            throw new MalformedFrameException("sent " + type + " while " + stage);
        }
    }

    private void onData(NodeId from, ByteBuffer body) throws MalformedFrameException {
        try {
            context.listener().onFrame(from, body);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException(
                    from + " sent a frame that cannot be read: " + e.getMessage());
        } catch (RuntimeException e) {
            context.log(Level.ERROR, "taking a frame of " + from + " failed", e);
            close("taking a frame failed");
        }
    }

    private void onHello(Hello hello) {
        PeerIdentity sender = hello.sender();
        Optional<String> objection = hello.objection(self);
        if (objection.isPresent()) {
            refuse(sender, objection.get());
        } else {
            decide(
                    sender,
                    answer ->
                            answer.ifPresentOrElse(
                                    reason -> refuse(sender, reason), () -> open(sender.node())));
        }
    }

    private void refuse(PeerIdentity sender, String reason) {
        String refusal = Hello.refusal(self, sender, reason);
        acceptor.complain(channel, refusal);
        closeAfter(
                FrameFormat.opening(channel.alloc(), FrameType.REFUSAL, refusalBody(refusal)),
                refusal);
    }

    private void open(NodeId node) {
        peer = node;
        stage = Stage.OPEN;
        reader.bodyBytesMax(context.settings().frameBytesMax());
        endHandshake();
        startWatch();
        acceptor.opened(node, this);
        channel.writeAndFlush(
                FrameFormat.opening(
                        channel.alloc(), FrameType.WELCOME, Hello.of(self, node).encode()));
    }

    /** Closes it from whatever thread. */
    void closeSoon(String reason) {
        IoThreads.execute(channel.eventLoop(), () -> close(reason));
    }

    @Override
    void onFault(String what) {
        acceptor.complain(channel, what);
    }

    @Override
    void onRound(int silentRounds) {
        if (silentRounds >= ABANDONED_ROUNDS) {
            close("abandoned");
        }
    }

    @Override
    void onClosed(String reason) {
        acceptor.closed(peer, this);
        context.log(
                Level.DEBUG, "connection from " + channel.remoteAddress() + " ended: " + reason);
    }
}
