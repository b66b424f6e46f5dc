package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A connection that this node opened to send its frames to a peer. */
final class DialedConnection extends Connection {
    private static final byte[] EMPTY = {};

    /** A bulk connection that carried nothing for so many rounds of the watch is closed. */
    private static final int UNUSED_ROUNDS_MAX = 5 * SILENT_ROUNDS_MAX;

    private final PeerLink link;
    private final NodeId wanted;
    private boolean refused;

    /** Whether frames waited for the peer to read at the last round of the watch. */
    private boolean waited;

    /** How far sending was at the last round of the watch. */
    private long sentMark;

    /** How far sending was when the lane was last seen in use, and how long ago that was. */
    private long usedMark;

    private int unusedRounds;

    DialedConnection(TransportContext context, PeerLink link, NodeId wanted, Channel channel) {
        super(context, channel);
        this.link = link;
        this.wanted = wanted;
    }

    @Override
    void onConnected() {
        channel.writeAndFlush(
                FrameFormat.opening(
                        channel.alloc(),
                        FrameType.HELLO,
                        Hello.of(self, wanted, link.lane()).encode()));
    }

    @Override
    public void onFrame(FrameType type, ByteBuffer body) throws MalformedFrameException {
        if (stage != Stage.WAITING && type == FrameType.PONG) {
            return; // Being heard was all it was for.
        }
        if (stage == Stage.WAITING && type == FrameType.WELCOME) {
            onWelcome(Hello.decode(body));
        } else if (stage == Stage.WAITING && type == FrameType.REFUSAL) {
            refused = true;
            close(refusalText(body));
        } else {
            throw new MalformedFrameException("sent " + type + " while " + stage);
        }
    }

    private void onWelcome(Hello hello) {
        PeerIdentity sender = hello.sender();
        Optional<String> objection = hello.objection(self).or(() -> strangerObjection(hello));
        startWatch(); // The peer holds the connection for open: from here on it gets its pings.
        if (objection.isPresent()) {
            refuse(sender, objection.get());
        } else {
            decide(
                    sender,
                    answer ->
                            answer.ifPresentOrElse(
                                    reason -> refuse(sender, reason), () -> open(hello)));
        }
    }

    private Optional<String> strangerObjection(Hello hello) {
        if (!hello.sender().node().equals(wanted)) {
            return Optional.of(wanted + " was called: check its address");
        }
        if (Lane.of(hello.lane()) != link.lane()) {
            return Optional.of("the lane differs: update " + wanted);
        }
        return Optional.empty();
    }

    private void refuse(PeerIdentity sender, String reason) {
        refused = true;
        String refusal = Hello.refusal(self, sender, reason);
        closeAfter(
                FrameFormat.control(channel.alloc(), FrameType.REFUSAL, refusalBody(refusal)),
                refusal);
    }

    private void open(Hello hello) {
        stage = Stage.OPEN;
        endHandshake();
        link.opened(this, hello.knowsLanes());
    }

    /** Whether one of the two sides decided against the other. */
    boolean refused() {
        return refused;
    }

    /**
     * Counts only what left while the socket was full. An empty socket buffer takes bytes for
     * minutes after the peer has died.
     */
    @Override
    boolean makesProgress() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        long mark = link.outbox().sentBytes() + (pending == null ? 0 : pending.currentProgress());
        boolean progress = waited && mark != sentMark;
        sentMark = mark;
        waited = pending != null && !pending.isEmpty();
        return progress;
    }

    @Override
    void onRound(int silentRounds) {
        link.outbox().report(System.nanoTime());
        if (isUnused()) {
            link.unused(this);
            close("unused");
        } else if (silentRounds >= SILENT_ROUNDS_MAX) {
            close("no sign of life for " + context.settings().idleTimeout().toMillis() + " ms");
        } else if (silentRounds > 0) {
            channel.writeAndFlush(FrameFormat.control(channel.alloc(), FrameType.PING, EMPTY));
        }
    }

    private boolean isUnused() {
        Outbox outbox = link.outbox();
        boolean used = outbox.sentBytes() != usedMark || !outbox.isEmpty();
        usedMark = outbox.sentBytes();
        unusedRounds = used ? 0 : unusedRounds + 1;
        return link.lane() == Lane.BULK && unusedRounds >= UNUSED_ROUNDS_MAX;
    }

    @Override
    void onFault(String what) {
        // The link logs why it lost a connection, with the address.
    }

    @Override
    void onClosed(String reason) {
        link.closed(this, reason);
    }
}
