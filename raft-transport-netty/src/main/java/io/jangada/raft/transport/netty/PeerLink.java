package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection to a peer: that of the main lane for as long as the peer is known, that of
 * the bulk lane while it is used. Dials, dials again with back-off, and moves when the address
 * changes. Its fields are confined to one event loop.
 */
final class PeerLink {
    private static final int LINES_MAX = 16;

    private final TransportContext context;
    private final NodeId peer;
    private final Lane lane;
    private final EventLoop loop;
    private final Outbox outbox;
    private final Backoff backoff;
    private final RepeatedLines failures = new RepeatedLines(LINES_MAX);

    /** Where to dial; null before the first address and after the peer was forgotten. */
    private @Nullable HostPort address;

    /**
     * Counts attempts to dial. What belongs to an older attempt than the latest is of no interest
     * any more: its address has changed, or its connection is closed.
     */
    private int attempt;

    /** The channel of the latest attempt, connecting or connected. */
    private @Nullable Channel current;

    private @Nullable Future<?> retry;
    private long openedNanos;

    /** Whether the peer said on its latest connection that it knows lanes. */
    private volatile boolean knowsLanes;

    PeerLink(TransportContext context, NodeId peer, Lane lane, EventLoop loop) {
        this.context = context;
        this.peer = peer;
        this.lane = lane;
        this.loop = loop;
        this.outbox = new Outbox(context, peer, lane, loop);
        this.backoff =
                new Backoff(
                        context.settings().backoffMin(),
                        context.settings().backoffMax(),
                        new SplittableRandom());
    }

    /** Frames leave through it; any thread. */
    Outbox outbox() {
        return outbox;
    }

    Lane lane() {
        return lane;
    }

    /** Any thread: whether the peer is there and would take bulk data. */
    boolean offersBulkLane() {
        return knowsLanes && outbox.isOpen();
    }

    /** Any thread: sees to it that there is a connection, or will be, for what is sent now. */
    void need() {
        if (outbox.beginOpening()) {
            IoThreads.execute(loop, this::dialForOnce);
        }
    }

    private void dialForOnce() {
        if (current != null) {
            return; // One that was asked for earlier.
        }
        if (retry != null || address == null) {
            outbox.close();
        } else {
            dial();
        }
    }

    /** Any thread: dials this address, and leaves the one it has if that is another. */
    void connect(HostPort to) {
        IoThreads.execute(
                loop,
                () -> {
                    if (!to.equals(address)) {
                        if (address != null) {
                            drop(); // What waits for a first connection goes on waiting.
                        }
                        address = to;
                        backoff.reset();
                        failures.reset();
                        if (lane == Lane.MAIN) {
                            dial();
                        }
                    }
                });
    }

    /** Any thread: closes the connection and dials no more. */
    void forget() {
        IoThreads.execute(
                loop,
                () -> {
                    address = null;
                    drop();
                });
    }

    /** Any thread: the peer has just come to us, so that waiting longer makes no sense. */
    void peerIsUp() {
        IoThreads.execute(
                loop,
                () -> {
                    if (retry != null && retry.cancel(false)) {
                        onRested();
                    }
                });
    }

    private void drop() {
        attempt++;
        outbox.close();
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
        if (current != null) {
            current.close();
            current = null;
        }
    }

    private void dial() {
        retry = null;
        HostPort to = address;
        if (to == null) {
            return;
        }
        int mine = ++attempt;
        try {
            context.resolvers().execute(() -> resolve(to, mine));
        } catch (RejectedExecutionException closed) {
            // The transport is closing; there is nothing left to dial for.
        }
    }

    private void resolve(HostPort to, int mine) {
        try {
            InetSocketAddress resolved = to.resolve(mine);
            IoThreads.execute(loop, () -> connect(resolved, mine));
        } catch (IOException unknown) {
            IoThreads.execute(
                    loop,
                    () -> failed(mine, "the name " + to.host() + " is not known", Level.INFO));
        }
    }

    private void connect(InetSocketAddress to, int mine) {
        if (mine != attempt) {
            return;
        }
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop)
                        .channel(context.io().clientChannel())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.ALLOCATOR, context.settings().allocator())
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                Math.toIntExact(context.settings().connectTimeout().toMillis()))
                        .handler(context.io().initializer(this::addHandler))
                        .connect(to);
        current = connecting.channel();
        connecting.addListener(
                done -> {
                    if (!done.isSuccess()) {
                        failed(mine, String.valueOf(done.cause().getMessage()), Level.INFO);
                    }
                });
    }

    private void addHandler(Channel channel) {
        channel.pipeline().addLast(new DialedConnection(context, this, peer, channel));
    }

    /** The wait after a failure is over. */
    private void onRested() {
        retry = null;
        if (lane == Lane.MAIN) {
            dial();
        }
    }

    /** Loop only: both sides agreed. */
    void opened(DialedConnection connection, boolean peerKnowsLanes) {
        if (connection.channel != current) {
            connection.close("given up");
            return;
        }
        openedNanos = System.nanoTime();
        failures.reset();
        knowsLanes = peerKnowsLanes;
        outbox.open(connection.channel);
        if (lane == Lane.MAIN) {
            context.log(Level.INFO, "connected to " + peer + " at " + address);
        } else {
            context.log(Level.DEBUG, "the bulk lane to " + peer + " at " + address + " is open");
        }
    }

    /** Loop only: a connection that is about to be closed since nobody needs it at present. */
    void unused(DialedConnection connection) {
        if (connection.channel == current) {
            current = null;
            outbox.close();
            context.log(Level.DEBUG, "the bulk lane to " + peer + " is not used and is closed");
        }
    }

    /** Loop only: a connection that stood has ended, agreed on or not. */
    void closed(DialedConnection connection, String reason) {
        if (connection.channel != current) {
            return;
        }
        if (connection.stage != Connection.Stage.OPEN) {
            failed(attempt, reason, connection.refused() ? Level.WARNING : Level.INFO);
            return;
        }
        outbox.close();
        outbox.report(System.nanoTime());
        context.log(
                Level.INFO,
                "lost the " + connection() + " to " + peer + " at " + address + ": " + reason);
        // A connection that breaks as soon as it stands is no success: only a lasting one resets.
        if (System.nanoTime() - openedNanos > context.settings().backoffMax().toNanos()) {
            backoff.reset();
        }
        dialLater();
    }

    private void failed(int mine, String reason, Level level) {
        if (mine != attempt) {
            return;
        }
        failures.next(reason, System.nanoTime())
                .ifPresent(
                        count ->
                                context.log(
                                        level,
                                        "no "
                                                + connection()
                                                + " to "
                                                + peer
                                                + " at "
                                                + address
                                                + ": "
                                                + reason
                                                + count));
        dialLater();
    }

    private String connection() {
        return lane == Lane.MAIN ? "connection" : "bulk lane";
    }

    private void dialLater() {
        current = null;
        outbox.close(); // What waited for a connection has waited long enough.
        retry = loop.schedule(this::onRested, backoff.nextNanos(), TimeUnit.NANOSECONDS);
    }
}
