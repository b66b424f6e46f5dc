package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * A peer that writes the bytes it likes. Knows the wire format by itself, so that the tests would
 * notice if the format changed.
 */
final class RawSocket implements AutoCloseable {
    static final int HELLO = 1;
    static final int WELCOME = 2;
    static final int REFUSAL = 3;
    static final int DATA = 4;
    static final int PING = 5;
    static final int PONG = 6;

    /** A frame as it came. */
    static final class Frame {
        private final int type;
        private final byte[] body;

        Frame(int type, byte[] body) {
            this.type = type;
            this.body = body;
        }

        int type() {
            return type;
        }

        byte[] body() {
            return body;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private boolean magicRead;

    RawSocket(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Peer.PATIENCE_SECONDS));
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    static RawSocket dial(Peer peer) throws IOException {
        Socket socket = new Socket();
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.transport.port()));
        return new RawSocket(socket);
    }

    /** Dials and gets through the handshake. */
    static RawSocket introduced(Peer peer, String id) throws IOException {
        RawSocket raw = dial(peer);
        raw.write(opening(HELLO, hello(1, 1, Peer.identity(id, Peer.CLUSTER), peer.id())));
        Frame answer = raw.read();
        if (answer.type() != WELCOME) {
            throw new AssertionError("not welcome: " + answer.text());
        }
        return raw;
    }

    /** Answers a dialer as the node that it wanted. */
    void welcome(PeerIdentity as, NodeId dialer) throws IOException {
        Frame hello = read();
        if (hello.type() != HELLO) {
            throw new AssertionError("no hello but type " + hello.type());
        }
        write(opening(WELCOME, hello(1, 1, as, dialer)));
    }

    static byte[] hello(int versionMin, int versionMax, PeerIdentity sender, NodeId to) {
        byte[] node = sender.node().value().getBytes(StandardCharsets.UTF_8);
        byte[] addressee = to.value().getBytes(StandardCharsets.UTF_8);
        byte[] cluster = sender.clusterId().getBytes(StandardCharsets.UTF_8);
        ByteBuffer body =
                ByteBuffer.allocate(31 + node.length + addressee.length + cluster.length)
                        .putShort((short) versionMin)
                        .putShort((short) versionMax)
                        .putLong(sender.incarnation());
        String store = sender.store().value();
        for (int digit = 0; digit < store.length(); digit += 2) {
            body.put((byte) Integer.parseInt(store, digit, digit + 2, 16));
        }
        return body.put((byte) node.length)
                .put(node)
                .put((byte) addressee.length)
                .put(addressee)
                .put((byte) cluster.length)
                .put(cluster)
                .array();
    }

    /** As nodes introduce themselves that know lanes. */
    static byte[] hello(PeerIdentity sender, NodeId to, int lane) {
        byte[] older = hello(1, 1, sender, to);
        byte[] body = Arrays.copyOf(older, older.length + 1);
        body[older.length] = (byte) lane;
        return body;
    }

    static byte[] opening(int type, byte[] body) {
        byte[] frame = frame(type, body);
        return ByteBuffer.allocate(4 + frame.length)
                .put("JNGD".getBytes(StandardCharsets.US_ASCII))
                .put(frame)
                .array();
    }

    static byte[] frame(int type, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(12 + body.length);
        frame.putInt(body.length).putInt(type);
        CRC32C crc = new CRC32C();
        crc.update(frame.array(), 0, 8);
        crc.update(body);
        return frame.putInt((int) crc.getValue()).put(body).array();
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    Frame read() throws IOException {
        if (!magicRead) {
            byte[] magic = in.readNBytes(4);
            if (!new String(magic, StandardCharsets.US_ASCII).equals("JNGD")) {
                throw new AssertionError("no magic");
            }
            magicRead = true;
        }
        int length = in.readInt();
        int type = in.readInt();
        int crc = in.readInt();
        byte[] body = in.readNBytes(length);
        CRC32C actual = new CRC32C();
        actual.update(ByteBuffer.allocate(8).putInt(length).putInt(type).flip());
        actual.update(body);
        if (crc != (int) actual.getValue()) {
            throw new AssertionError("wrong checksum");
        }
        return new Frame(type, body);
    }

    /** Waits until the other side closes; fails if it does not. */
    void awaitClosed() throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (SocketException reset) {
            // Closed while our bytes were on their way, which is as good.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
