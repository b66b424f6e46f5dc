package io.jangada.examples.kv.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.FakeGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageServerTest {
    private PageServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                PageServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        () ->
                                List.of(
                                        new NodeView(
                                                "n1",
                                                "127.0.0.1:6379",
                                                Optional.of(installing().status())),
                                        new NodeView("n\"2\\", "", Optional.empty())));
    }

    private static FakeGroup installing() {
        FakeGroup group = new FakeGroup();
        group.installing(OptionalInt.of(50));
        return group;
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void thePageNeedsNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = get("GET", "/");
        assertEquals(200, page.statusCode());
        assertTrue(page.headers().firstValue("Content-Type").orElse("").startsWith("text/html"));
        assertTrue(page.body().contains("status.json"));
        assertFalse(page.body().contains("http://") || page.body().contains("https://"));
    }

    @Test
    void theStatusIsJson() throws Exception {
        HttpResponse<String> status = get("GET", "/status.json");
        assertEquals(
                "{\"nodes\":[{\"id\":\"n1\",\"resp\":\"127.0.0.1:6379\",\"up\":true,"
                        + "\"role\":\"leader\",\"term\":3,\"leader\":\"n1\",\"commit\":0,"
                        + "\"applied\":0,\"first\":1,\"last\":0,"
                        + "\"voters\":\"n1=h1:7001,n2=h2:7002\",\"learners\":\"\","
                        + "\"installing\":\"50%\"},"
                        + "{\"id\":\"n\\\"2\\\\\",\"resp\":\"\",\"up\":false}]}",
                status.body());
    }

    @Test
    void everythingElseIsRefused() throws Exception {
        assertEquals(404, get("GET", "/nosuch").statusCode());
        assertEquals(404, get("GET", "/status.jsonx").statusCode());
        assertEquals(405, get("POST", "/status.json").statusCode());
        HttpResponse<String> head = get("HEAD", "/");
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
    }

    private HttpResponse<String> get(String method, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
