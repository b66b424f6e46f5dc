package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.Envelope;
import io.jangada.raft.impl.codec.MessageCodec;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers what a loop's groups send in one round, so that it leaves as one frame per peer. */
final class PeerOutbox {
    private static final class Peer {
        private List<Envelope> messages = new ArrayList<>();
        private long bytes;
    }

    private final Transport transport;
    private final int frameBytesMax;
    private final Map<NodeId, Peer> peers = new TreeMap<>();

    PeerOutbox(Transport transport) {
        this.transport = transport;
        this.frameBytesMax = transport.frameBytesMax();
    }

    void add(NodeId to, GroupId group, Message message) {
        Peer peer = peers.computeIfAbsent(to, id -> new Peer());
        long bytes = MessageCodec.sizeMax(message);
        if (peer.bytes + bytes >= frameBytesMax) {
            send(to, peer);
        }
        peer.messages.add(new Envelope(group, message));
        peer.bytes += bytes;
    }

    void flush() {
        peers.forEach(this::send);
    }

    /** Best effort: a frame that the transport drops is sent again by the protocol's own rules. */
    private void send(NodeId to, Peer peer) {
        if (!peer.messages.isEmpty()) {
            List<Envelope> messages = peer.messages;
            peer.messages = new ArrayList<>();
            peer.bytes = 0;
            transport.send(to, MessageCodec.encode(messages));
        }
    }
}
