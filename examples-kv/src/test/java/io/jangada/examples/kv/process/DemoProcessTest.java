package io.jangada.examples.kv.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kv demo} as a process, with {@code kv cli}, Redis's own tools and a browser's view of it.
 */
@Tag("process")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoProcessTest {
    @TempDir private static Path folder;
    private static KvProcess demo;
    private static List<Integer> ports;
    private static String page;

    private record Outcome(int code, String output) {}

    @BeforeAll
    static void start() throws Exception {
        demo =
                KvProcess.start(
                        folder.resolve("demo.log"),
                        "demo",
                        "--data=" + folder.resolve("demo"),
                        "--resp-port=0",
                        "--http-port=0",
                        "--election-timeout=500ms");
        ports = new ArrayList<>();
        for (String id : List.of("n1", "n2", "n3")) {
            ports.add(
                    Integer.parseInt(
                            demo.line(id + " ").replaceAll(".*resp [^:]*:(\\d+).*", "$1")));
        }
        page = demo.line("page ").substring("page ".length()).strip();
    }

    @AfterAll
    static void stop() throws Exception {
        demo.kill();
    }

    @Test
    @Order(1)
    void kvCliRunsOneCommandAndTellsHowItWentByItsExitCode() throws Exception {
        assertEquals(new Outcome(0, "OK\n"), cli(ports.get(0), "SET", "greeting", "-hello"));
        assertEquals(new Outcome(0, "-hello\n"), cli(ports.get(1), "GET", "greeting"));
        assertEquals(
                new Outcome(1, "ERR wrong number of arguments for 'get' command\n"),
                cli(ports.get(2), "GET"));
    }

    @Test
    @Order(1)
    void kvCliRunsTheCommandsOfItsInput() throws Exception {
        KvProcess cli = startCli(ports.get(2));
        cli.input("SET list \"a b\"\n\nGET list\nFOO\nINCR counter\n");
        assertEquals(1, cli.exitCode(Duration.ofSeconds(30)));
        assertEquals(
                List.of("OK", "a b", "ERR unknown command 'FOO', with args beginning with: ", "1"),
                cli.rest());
    }

    @Test
    @Order(1)
    void thePageShowsAllNodes() throws Exception {
        HttpResponse<String> status =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(page + "/status.json")).build(),
                                HttpResponse.BodyHandlers.ofString());
        for (int i = 0; i < ports.size(); i++) {
            String node = "\"id\":\"n%d\",\"resp\":\"127.0.0.1:%d\"".formatted(i + 1, ports.get(i));
            assertTrue(status.body().contains(node), status.body());
        }
    }

    @Test
    @Order(1)
    void redisCliWorksAgainstEveryNode() throws Exception {
        requireTool("redis-cli");
        for (int port : ports) {
            String p = Integer.toString(port);
            assertEquals(new Outcome(0, "OK\n"), tool("redis-cli", "-p", p, "SET", "tool", p));
            assertEquals(new Outcome(0, p + "\n"), tool("redis-cli", "-p", p, "GET", "tool"));
            assertEquals(
                    new Outcome(0, "OK\n"),
                    tool("redis-cli", "-p", p, "MSET", "tool-a", "1", "tool-b", "2"));
            assertEquals(
                    new Outcome(0, "tool-a\n1\ntool-b\n2\n"),
                    tool("redis-cli", "-3", "-p", p, "RANGE", "tool-", "tool-z"));
            assertTrue(tool("redis-cli", "-p", p, "INFO").output.contains("raft_role:"));
            assertTrue(tool("redis-cli", "-3", "-p", p, "COMMAND", "DOCS").output.contains("cas"));
        }
    }

    @Test
    @Order(1)
    void redisCliInsertsInBulk() throws Exception {
        requireTool("redis-cli");
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            commands.append("SET bulk-").append(i).append(' ').append(i).append("\r\n");
        }
        Path file = Files.writeString(folder.resolve("commands"), commands);
        Outcome outcome = tool("sh", "-c", "redis-cli -p " + ports.get(1) + " --pipe < " + file);
        assertEquals(0, outcome.code, outcome.output);
        assertTrue(outcome.output.contains("errors: 0, replies: 5000"), outcome.output);
    }

    @Test
    @Order(1)
    void redisBenchmarkRunsThrough() throws Exception {
        requireTool("redis-benchmark");
        for (int port : ports) {
            Outcome outcome =
                    tool(
                            "redis-benchmark",
                            "-p",
                            "" + port,
                            "-t",
                            "ping,set,get,incr,mset",
                            "-n",
                            "3000",
                            "-c",
                            "20",
                            "-P",
                            "8",
                            "-q");
            assertEquals(0, outcome.code, outcome.output);
            assertFalse(outcome.output.toLowerCase(Locale.ROOT).contains("err"), outcome.output);
            assertTrue(outcome.output.contains("MSET (10 keys)"), outcome.output);
        }
    }

    @Test
    @Order(2)
    void sigtermEndsItAndItsFolderGoesOn() throws Exception {
        assertEquals(0, cli(ports.get(0), "SET", "lasting", "yes").code);
        demo.signal("TERM");
        assertEquals(0, demo.exitCode(Duration.ofSeconds(5)));
        assertEquals(
                List.of("The data stays: kv demo --data " + folder.resolve("demo")), demo.rest());
        start();
        assertEquals(new Outcome(0, "yes\n"), cli(ports.get(1), "GET", "lasting"));
    }

    private static Outcome cli(int port, String... words) throws Exception {
        KvProcess cli = startCli(port, words);
        int code = cli.exitCode(Duration.ofSeconds(30));
        return new Outcome(code, String.join("\n", cli.rest()) + "\n");
    }

    private static KvProcess startCli(int port, String... words) throws IOException {
        List<String> args = new ArrayList<>(List.of("cli", "-h", "127.0.0.1", "-p", "" + port));
        args.addAll(Arrays.asList(words));
        return KvProcess.start(folder.resolve("cli.log"), args.toArray(new String[0]));
    }

    private static Outcome tool(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), String.join(" ", command));
        return new Outcome(process.exitValue(), new String(output, StandardCharsets.UTF_8));
    }

    /** Skips a test, and says so where it is seen. */
    private static void requireTool(String name) {
        boolean there =
                Arrays.stream(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        if (!there) {
            System.err.println("SKIPPED: " + name + " is not on the PATH (Debian: redis-tools)");
        }
        Assumptions.assumeTrue(there, name + " is not on the PATH");
    }
}
