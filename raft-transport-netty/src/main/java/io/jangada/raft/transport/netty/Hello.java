package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How a node introduces itself: the body of HELLO and WELCOME. Bytes behind the last field are
 * ignored, and fields from the lane on may be missing, so that versions can add to it and are still
 * understood well enough to be refused in words.
 *
 * @param versionMin the oldest protocol version it speaks
 * @param versionMax the newest
 * @param sender who it is
 * @param addressee whom it means to talk to
 * @param lane the code of what the connection is for, {@link Lane#NONE} if it does not say
 */
record Hello(int versionMin, int versionMax, PeerIdentity sender, NodeId addressee, int lane) {
    /** What this code speaks. */
    static final int VERSION = 1;

    static final int CLUSTER_ID_BYTES_MAX = 255;

    private static final int ADDRESS_BYTES_MAX = 255;

    private static final int FIXED_BYTES = 2 + 2 + 8 + 16;

    static Hello of(PeerIdentity sender, NodeId addressee, Lane lane) {
        return new Hello(VERSION, VERSION, sender, addressee, lane.code);
    }

    byte[] encode() {
        byte[] node = sender.node().value().getBytes(StandardCharsets.UTF_8);
        byte[] to = addressee.value().getBytes(StandardCharsets.UTF_8);
        byte[] cluster = sender.clusterId().getBytes(StandardCharsets.UTF_8);
        String store = sender.store().value();
        byte[] address = sender.address().getBytes(StandardCharsets.UTF_8);
        boolean tellsAddress = address.length > 0 && address.length <= ADDRESS_BYTES_MAX;
        int size = FIXED_BYTES + 3 + node.length + to.length + cluster.length;
        size += lane == Lane.NONE ? 0 : 1 + (tellsAddress ? 1 + address.length : 0);
        ByteBuffer body = ByteBuffer.allocate(size);
        body.putShort((short) versionMin)
                .putShort((short) versionMax)
                .putLong(sender.incarnation())
                .putLong(Long.parseUnsignedLong(store, 0, 16, 16))
                .putLong(Long.parseUnsignedLong(store, 16, 32, 16))
                .put((byte) node.length)
                .put(node)
                .put((byte) to.length)
                .put(to)
                .put((byte) cluster.length)
                .put(cluster);
        if (lane != Lane.NONE) {
            body.put((byte) lane);
            if (tellsAddress) {
                body.put((byte) address.length).put(address);
            }
        }
        return body.array();
    }

    static Hello decode(ByteBuffer in) throws MalformedFrameException {
        try {
            int versionMin = in.getShort() & 0xFFFF;
            int versionMax = in.getShort() & 0xFFFF;
            long incarnation = in.getLong();
            StoreId store = StoreId.of(in.getLong(), in.getLong());
            NodeId node = NodeId.of(text(in));
            NodeId addressee = NodeId.of(text(in));
            String cluster = text(in);
            int lane = in.hasRemaining() ? in.get() & 0xFF : Lane.NONE;
            String address = in.hasRemaining() ? text(in) : "";
            PeerIdentity sender = new PeerIdentity(cluster, node, store, incarnation, address);
            return new Hello(versionMin, versionMax, sender, addressee, lane);
        } catch (BufferUnderflowException
                | CharacterCodingException
                | IllegalArgumentException broken) {
            throw new MalformedFrameException("introduced itself in a form that cannot be read");
        }
    }

    private static String text(ByteBuffer in) throws CharacterCodingException {
        int length = in.get() & 0xFF;
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    }

    /** What speaks against talking to the sender, whatever the application thinks of it. */
    Optional<String> objection(PeerIdentity self) {
        if (versionMin > VERSION || versionMax < VERSION) {
            return Optional.of(
                    "protocol version "
                            + VERSION
                            + " here, "
                            + versionMin
                            + " to "
                            + versionMax
                            + " there: update the older one");
        }
        if (!self.mayMeet(sender)) {
            return Optional.of("the clusters differ: check the addresses of the peers");
        }
        if (!addressee.equals(self.node())) {
            return Optional.of(
                    addressee
                            + " was called and "
                            + self.node()
                            + " answers: check the address of "
                            + addressee);
        }
        if (sender.node().equals(self.node())) {
            return Optional.of(
                    "both are called " + self.node() + ": each node needs an id of its own");
        }
        if (Lane.of(lane) == null) {
            return Optional.of("lane " + lane + " is not known here: update " + self.node());
        }
        return Optional.empty();
    }

    /** Whether the sender knows that a connection can be for bulk data. */
    boolean knowsLanes() {
        return lane != Lane.NONE;
    }

    /** The whole sentence of a refusal, which names both sides. */
    static String refusal(PeerIdentity self, PeerIdentity peer, String reason) {
        return describe(self) + " refuses " + describe(peer) + ": " + reason;
    }

    private static String describe(PeerIdentity node) {
        return node.node() + " (cluster " + node.clusterId() + ", store " + node.store() + ")";
    }
}
