package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** A plain blocking client. Not thread-safe. */
public final class RespClient implements Closeable {
    private final Socket socket;
    private final ReplyReader in;
    private final OutputStream out;

    private RespClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new ReplyReader(new BufferedInputStream(socket.getInputStream()));
        this.out = new BufferedOutputStream(socket.getOutputStream());
    }

    /**
     * Connects.
     *
     * @param host where to
     * @param port where to
     * @param timeout how long to wait for the connection, and for each reply
     * @return the connection
     * @throws IOException if nobody answers there
     */
    public static RespClient connect(String host, int port, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            return new RespClient(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a request and waits for its reply.
     *
     * @param words the command's name and its arguments
     * @return the reply
     * @throws IOException if the connection broke or the reply took too long; the request may have
     *     been carried out
     */
    public Reply call(List<byte[]> words) throws IOException {
        send(words);
        return receive();
    }

    /**
     * As {@link #call(List)}.
     *
     * @param words the words as text
     * @return the reply
     * @throws IOException as {@link #call(List)}
     */
    public Reply call(String... words) throws IOException {
        return call(bytes(words));
    }

    /**
     * Sends a request whose reply is fetched later: each needs a {@link #receive()}.
     *
     * @param words the words as text
     * @throws IOException if the connection broke
     */
    public void send(String... words) throws IOException {
        send(bytes(words));
    }

    /**
     * Waits for the reply to the oldest request without one.
     *
     * @return the reply
     * @throws IOException as {@link #call(List)}
     */
    public Reply receive() throws IOException {
        return in.read();
    }

    private void send(List<byte[]> words) throws IOException {
        out.write(("*" + words.size() + "\r\n").getBytes(UTF_8));
        for (byte[] word : words) {
            out.write(("$" + word.length + "\r\n").getBytes(UTF_8));
            out.write(word);
            out.write(new byte[] {'\r', '\n'});
        }
        out.flush();
    }

    private static List<byte[]> bytes(String... words) {
        return Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
