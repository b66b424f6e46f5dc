package io.jangada.examples.kv.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves the page at {@code /} and the status of all nodes at {@code /status.json}. The page asks
 * for the latter twice a second while it is visible. Reads only, and needs nothing from elsewhere.
 */
public final class PageServer implements AutoCloseable {
    private static final int THREADS = 2;

    private final HttpServer http;
    private final ExecutorService threads;
    private final byte[] page = readPage();

    private PageServer(HttpServer http, Supplier<List<NodeView>> nodes) {
        this.http = http;
        this.threads = Executors.newFixedThreadPool(THREADS, PageServer::daemon);
        http.setExecutor(threads);
        http.createContext(
                "/", exchange -> answer(exchange, "/", "text/html; charset=utf-8", () -> page));
        http.createContext(
                "/status.json",
                exchange ->
                        answer(
                                exchange,
                                "/status.json",
                                "application/json",
                                () -> StatusJson.of(nodes.get()).getBytes(UTF_8)));
    }

    /**
     * Starts to serve.
     *
     * @param address where to listen; port 0 for any free one
     * @param nodes what to show; called from threads of this server
     * @return the running server
     * @throws IOException if the port cannot be had
     */
    public static PageServer start(InetSocketAddress address, Supplier<List<NodeView>> nodes)
            throws IOException {
        PageServer server = new PageServer(HttpServer.create(address, 0), nodes);
        server.http.start();
        return server;
    }

    /**
     * Where it listens.
     *
     * @return the port
     */
    public int port() {
        return http.getAddress().getPort();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private static void answer(
            HttpExchange exchange, String path, String type, Supplier<byte[]> body)
            throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (!head && !exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
            } else if (!exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                byte[] bytes = body.get();
                exchange.getResponseHeaders().set("Content-Type", type);
                exchange.getResponseHeaders().set("Cache-Control", "no-store");
                exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
                exchange.sendResponseHeaders(200, head ? -1 : bytes.length);
                if (!head) {
                    exchange.getResponseBody().write(bytes);
                }
            }
        }
    }

    private static byte[] readPage() {
        try (InputStream in = PageServer.class.getResourceAsStream("page.html")) {
            return Objects.requireNonNull(in, "page.html is missing in the jar").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "kv-page");
        thread.setDaemon(true);
        return thread;
    }
}
