package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.netty.channel.Channel;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the connections that were accepted: one per peer and lane, and few that are still nobody's.
 */
final class Acceptor {
    /**
     * Strangers that open connections and say nothing must not use up the process's file handles.
     */
    private static final int HANDSHAKES_MAX = 256;

    private static final int LINES_MAX = 256;

    private record Way(NodeId peer, Lane lane) {}

    private final TransportContext context;
    private final Consumer<NodeId> onPeerUp;
    private final ConcurrentMap<Way, AcceptedConnection> open = new ConcurrentHashMap<>();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final RepeatedLines complaints = new RepeatedLines(LINES_MAX);

    Acceptor(TransportContext context, Consumer<NodeId> onPeerUp) {
        this.context = context;
        this.onPeerUp = onPeerUp;
    }

    /** Counts a connection whose handshake begins; false if there are too many. */
    boolean admit() {
        return handshakes.incrementAndGet() <= HANDSHAKES_MAX;
    }

    /** A peer's newest connection wins: it knows best which of its connections are dead. */
    void opened(NodeId peer, Lane lane, AcceptedConnection connection) {
        handshakes.decrementAndGet();
        AcceptedConnection older = open.put(new Way(peer, lane), connection);
        if (older != null) {
            older.closeSoon("replaced by a newer connection of " + peer);
        }
        onPeerUp.accept(peer);
    }

    /** To be called once for every connection that began; null while it was nobody's. */
    void closed(@Nullable NodeId peer, Lane lane, AcceptedConnection connection) {
        if (peer == null) {
            handshakes.decrementAndGet();
        } else {
            open.remove(new Way(peer, lane), connection);
        }
    }

    /** Closes the connections of a peer that was forgotten. */
    void disconnect(NodeId peer) {
        for (Lane lane : Lane.values()) {
            AcceptedConnection connection = open.remove(new Way(peer, lane));
            if (connection != null) {
                connection.closeSoon("disconnected");
            }
        }
    }

    /** The one log line about a connection that is closed for what came over it. */
    void complain(Channel channel, String what) {
        SocketAddress remote = channel.remoteAddress();
        String host =
                remote instanceof InetSocketAddress inet && inet.getAddress() != null
                        ? inet.getAddress().getHostAddress()
                        : String.valueOf(remote);
        complaints
                .next(host + " " + what, System.nanoTime())
                .ifPresent(
                        count ->
                                context.log(
                                        Level.WARNING,
                                        "closed the connection from "
                                                + remote
                                                + ": "
                                                + what
                                                + count));
    }
}
