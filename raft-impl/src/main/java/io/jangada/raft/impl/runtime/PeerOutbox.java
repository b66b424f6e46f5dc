package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.Envelope;
import io.jangada.raft.impl.codec.MessageCodec;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.spi.OutboundFrame;
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

        List<Envelope> take() {
            if (messages.isEmpty()) {
                return List.of();
            }
            List<Envelope> taken = messages;
            messages = new ArrayList<>();
            bytes = 0;
            return taken;
        }
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
            transport.send(to, MessageCodec.encode(peer.take()));
        }
        peer.messages.add(new Envelope(group, message));
        peer.bytes += bytes;
    }

    /** Best effort: a frame that the transport drops is sent again by the protocol's own rules. */
    void flush() {
        List<Envelope> latest = List.of();
        OutboundFrame frame = null;
        for (Map.Entry<NodeId, Peer> each : peers.entrySet()) {
            List<Envelope> messages = each.getValue().take();
            if (messages.isEmpty()) {
                continue;
            }
            if (frame == null || !isSame(messages, latest)) {
                frame = MessageCodec.encode(messages);
                latest = messages;
            }
            transport.send(each.getKey(), frame);
        }
    }

    /** Whether two peers get the very same, which a leader sees to where it can. */
    @SuppressWarnings("ReferenceEquality") // To compare all entries would cost more than to encode.
    private static boolean isSame(List<Envelope> some, List<Envelope> others) {
        boolean same = some.size() == others.size();
        for (int i = 0; same && i < some.size(); i++) {
            same =
                    some.get(i).message() == others.get(i).message()
                            && some.get(i).group().equals(others.get(i).group());
        }
        return same;
    }
}
