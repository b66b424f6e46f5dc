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

    private Lane lane = Lane.MAIN;

    /** Set on the bulk lane when the stage becomes OPEN. */
    private @Nullable BulkInbox bulk;

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
        if (bulk != null) {
            bulk.add(body);
            return;
        }
        try {
            context.listener().onFrame(from, body);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException(unreadable(from, e));
        } catch (RuntimeException e) {
            context.log(Level.ERROR, "taking a frame of " + from + " failed", e);
            close("taking a frame failed");
        }
    }

    private static String unreadable(NodeId from, IllegalArgumentException e) {
        return from + " sent a frame that cannot be read: " + e.getMessage();
    }

    /** Off the loop: the listener may wait for a disk. */
    private void takeBulk(NodeId from, ByteBuffer frame) {
        try {
            context.listener().onBulkFrame(from, frame);
        } catch (IllegalArgumentException e) {
            IoThreads.execute(channel.eventLoop(), () -> fail(unreadable(from, e)));
        } catch (RuntimeException e) {
            context.log(Level.ERROR, "taking bulk data of " + from + " failed", e);
            closeSoon("taking bulk data failed");
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
                                    reason -> refuse(sender, reason), () -> accept(hello)));
        }
    }

    /** The peer waits for our answer, so that nothing is on its way while a channel moves. */
    private void accept(Hello hello) {
        endHandshake();
        if (Lane.of(hello.lane()) == Lane.BULK) {
            context.io().moveToBulkLoop(channel, () -> open(hello.sender().node(), Lane.BULK));
        } else {
            open(hello.sender().node(), Lane.MAIN);
        }
    }

    private void refuse(PeerIdentity sender, String reason) {
        String refusal = Hello.refusal(self, sender, reason);
        acceptor.complain(channel, refusal);
        closeAfter(
                FrameFormat.opening(channel.alloc(), FrameType.REFUSAL, refusalBody(refusal)),
                refusal);
    }

    private void open(NodeId node, Lane as) {
        peer = node;
        lane = as;
        bulk =
                as == Lane.BULK
                        ? new BulkInbox(
                                channel, context.bulkTakers(), frame -> takeBulk(node, frame))
                        : null;
        stage = Stage.OPEN;
        reader.bodyBytesMax(context.settings().frameBytesMax());
        startWatch();
        acceptor.opened(node, as, this);
        channel.writeAndFlush(
                FrameFormat.opening(
                        channel.alloc(), FrameType.WELCOME, Hello.of(self, node, as).encode()));
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
        acceptor.closed(peer, lane, this);
        if (bulk != null) {
            bulk.close();
        }
        context.log(
                Level.DEBUG, "connection from " + channel.remoteAddress() + " ended: " + reason);
    }
}
