package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.examples.kv.FakeGroup;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A front end on a free port over a fake group, and raw connections to it. */
final class RespFixture implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    final FakeGroup group = new FakeGroup();
    final Path backups;
    private final RespServer server;
    private final List<Closeable> opened = new ArrayList<>();

    RespFixture() throws IOException {
        this(RespConfig.defaults());
    }

    RespFixture(RespConfig config) throws IOException {
        server =
                RespServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), config);
        backups = Files.createTempDirectory("backups");
        server.serve(group, backups);
    }

    static RespConfig config(int valueBytesMax, int clientsMax, String password) {
        return new RespConfig(
                Duration.ofSeconds(5),
                valueBytesMax,
                clientsMax,
                ReadConsistency.INDEX,
                password,
                Map.of("election-timeout", "1000ms"));
    }

    int port() {
        return server.port();
    }

    RespServer server() {
        return server;
    }

    RespClient client() throws IOException {
        RespClient client =
                RespClient.connect("127.0.0.1", port(), Duration.ofMillis(TIMEOUT_MILLIS));
        opened.add(client);
        return client;
    }

    Raw raw() throws IOException {
        Raw raw = new Raw(port());
        opened.add(raw);
        return raw;
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : opened) {
            each.close();
        }
        server.close();
        Files.delete(backups);
    }

    /** A connection on which bytes are seen as they are. */
    static final class Raw implements Closeable {
        private final Socket socket;
        private final InputStream in;

        Raw(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
        }

        Raw send(String bytes) throws IOException {
            return send(bytes.getBytes(ISO_8859_1));
        }

        Raw send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        }

        /** Reads as much as is expected and compares. */
        void expect(String expected) throws IOException {
            assertEquals(expected, receive(expected.length()));
        }

        /** So many bytes, or all up to the end of the stream. */
        String receive(int count) throws IOException {
            return new String(in.readNBytes(count), ISO_8859_1);
        }

        /** All bytes up to the end of the stream. */
        String receiveAll() throws IOException {
            return new String(in.readAllBytes(), ISO_8859_1);
        }

        void endOfInput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
