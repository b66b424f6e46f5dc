package io.jangada.benchmarks.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jangada.benchmarks.contender.Completion;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One connection with at most one request on it: written by one thread, read by another. */
final class RespConnection {
    private static final int BUFFER_BYTES = 1024;
    private static final byte[] SET = "*3\r\n$3\r\nSET\r\n".getBytes(US_ASCII);
    private static final byte[] GET = "*2\r\n$3\r\nGET\r\n".getBytes(US_ASCII);
    private static final byte[] LINE_END = {'\r', '\n'};

    private final SocketChannel channel;
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final AtomicReference<@Nullable Completion> request = new AtomicReference<>();
    private volatile boolean reads;

    private RespConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects, and has the selector hear of replies. */
    static RespConnection open(InetSocketAddress server, Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        RespConnection connection = new RespConnection(channel);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, connection);
        return connection;
    }

    void set(byte[] key, Completion done) throws IOException {
        begin(false, done);
        out.put(SET);
        word(key);
        word(Records.theValue());
        send();
    }

    void get(byte[] key, Completion done) throws IOException {
        begin(true, done);
        out.put(GET);
        word(key);
        send();
    }

    private void begin(boolean isRead, Completion done) {
        reads = isRead;
        request.set(done);
        out.clear();
    }

    private void word(byte[] bytes) {
        out.put((byte) '$').put(Integer.toString(bytes.length).getBytes(US_ASCII));
        out.put(LINE_END).put(bytes).put(LINE_END);
    }

    private void send() throws IOException {
        out.flip();
        channel.write(out);
        if (out.hasRemaining()) {
            // Nothing else is on its way: a request this small has room, or the socket is broken.
            throw new IOException("a request of " + out.limit() + " B was not taken whole");
        }
    }

    /** Reads what has come; true when that is the whole reply, and a good one. */
    boolean read() throws IOException {
        if (channel.read(in) < 0) {
            throw new EOFException("the server closed the connection");
        }
        int size = replySize(in, reads);
        if (size < 0) {
            return false;
        }
        if (size != in.position()) {
            throw new IOException("there is more than one reply");
        }
        in.clear();
        return true;
    }

    /**
     * Looks at what has come so far.
     *
     * @param in up to its position
     * @param read whether a value was asked for; else OK is the answer
     * @return how many bytes the reply has, or -1 if not all of it is here
     * @throws IOException if the reply is not what it should be
     */
    static int replySize(ByteBuffer in, boolean read) throws IOException {
        int lineEnd = 0;
        while (lineEnd < in.position() && in.get(lineEnd) != '\n') {
            lineEnd++;
        }
        if (lineEnd == in.position()) {
            if (!in.hasRemaining()) {
                throw new IOException("a reply is too long");
            }
            return -1;
        }
        byte[] line = new byte[lineEnd - 1];
        in.get(0, line);
        String text = new String(line, US_ASCII);
        String expected = read ? "$" + Records.VALUE_BYTES : "+OK";
        if (!text.equals(expected)) {
            throw new IOException("expected " + expected + ", the reply is " + text);
        }
        int size = lineEnd + 1 + (read ? Records.VALUE_BYTES + LINE_END.length : 0);
        return in.position() < size ? -1 : size;
    }

    /** Says that the request has succeeded. */
    void end() {
        Completion done = request.getAndSet(null);
        if (done != null) {
            done.succeed();
        }
    }

    /** Says that the request has failed, if there is one, and gives the connection up. */
    void fail(IOException failure) {
        close();
        Completion done = request.getAndSet(null);
        if (done != null) {
            done.fail(failure);
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone in any case.
        }
    }
}
