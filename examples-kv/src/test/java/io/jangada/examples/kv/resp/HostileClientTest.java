package io.jangada.examples.kv.resp;

import static io.jangada.examples.kv.Waiting.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.resp.RespFixture.Raw;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a client sends: at worst that one connection ends, with a reason. */
class HostileClientTest {
    private static final int VALUE_BYTES_MAX = 300_000;

    private static RespFixture fixture;
    private static RespClient bystander;

    @BeforeAll
    @BeforeContainer
    static void start() throws IOException {
        fixture = new RespFixture(RespFixture.config(VALUE_BYTES_MAX, 50, null));
        bystander = fixture.client();
    }

    @AfterAll
    @AfterContainer
    static void stop() throws IOException {
        fixture.close();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = " => ",
            value = {
                "*x\\r\\n => bad byte in number: 120",
                "*2147483648\\r\\n => invalid multibulk length",
                "*1048577\\r\\n => invalid multibulk length",
                "*-5\\r\\n => length: -5 (expected: >= -1)",
                "*1\\r\\n*1\\r\\n => expected '$', got '*'",
                "*1\\r\\nPING\\r\\n => expected '$', got a line of text",
                "*1\\r\\n+PING\\r\\n => expected '*' or '$', got a simple string, error or integer",
                "*1\\r\\n$-1\\r\\n => invalid bulk length",
                "*1\\r\\n$536870913\\r\\n => length: 536870913 (expected: <= 536870912)",
                "*1\\r\\n$4\\r\\nPINGxx => delimiter: [120,120] (expected: \\r\\n)",
                "$4\\r\\nPING\\r\\n => expected '*', got '$'",
                ":1\\r\\n => expected '*' or '$', got a simple string, error or integer",
                "SET \"a\\r\\n => unbalanced quotes in request",
                "SET 'a'b\\r\\n => unbalanced quotes in request"
            })
    void whatIsNotRespEndsTheConnectionWithAReason(String bytes, String reason) throws IOException {
        Raw raw = fixture.raw();
        raw.send("SET before 1\r\n" + unescape(bytes));
        assertEquals("+OK\r\n-ERR Protocol error: " + reason + "\r\n", raw.receiveAll());
        assertEquals(new Reply.Simple("PONG"), bystander.call("PING"));
    }

    @Test
    void nothingAfterTheErrorIsRun() throws IOException {
        Raw raw = fixture.raw();
        raw.send("*1\r\n$x\r\nSET after 1\r\nSET after 2\r\n");
        assertTrue(raw.receiveAll().startsWith("-ERR Protocol error"));
        assertEquals(Reply.NIL, bystander.call("GET", "after"));
    }

    @Test
    void anEndlessLineEndsTheConnection() throws IOException {
        Raw raw = fixture.raw();
        raw.send("GET " + "a".repeat(70_000));
        assertTrue(raw.receiveAll().startsWith("-ERR Protocol error: length: "));
    }

    @Test
    void emptyRequestsAreNothing() throws IOException {
        Raw raw = fixture.raw();
        raw.send("\r\n\n  \r\n*0\r\n*-1\r\n\r\nPING\r\n");
        raw.expect("+PONG\r\n");
    }

    @Test
    void peopleMayTypeWithBareLineFeedsAndQuotes() throws IOException {
        Raw raw = fixture.raw();
        raw.send("SET a \"x\\x41\\n\"\nGET a\n").expect("+OK\r\n$3\r\nxA\n\r\n");
        raw.send("set b 'it\\'s'\r\nGET b\nQUIT\n");
        assertEquals("+OK\r\n$4\r\nit's\r\n+OK\r\n", raw.receiveAll());
    }

    @Test
    void aProgramMayFollowAPersonOnTheSameConnection() throws IOException {
        Raw raw = fixture.raw();
        raw.send("PING\n*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$3\r\na\nb\r\n");
        raw.expect("+PONG\r\n+PONG\r\n$3\r\na\nb\r\n");
    }

    @Test
    void tooLargeAnswersAnErrorAndTheConnectionGoesOn() throws IOException {
        RespClient client = fixture.client();
        byte[] key = new byte[RespConfig.KEY_BYTES_MAX + 1];
        byte[] value = new byte[VALUE_BYTES_MAX + 1];
        byte[] half = new byte[VALUE_BYTES_MAX];
        String keyError = "ERR key is larger than 65536 bytes";
        String valueError = "ERR value is larger than 300000 bytes";
        assertEquals(keyError, failure(client, bytes("GET"), key));
        assertEquals(keyError, failure(client, bytes("SET"), key, bytes("1")));
        assertEquals(keyError, failure(client, bytes("MGET"), bytes("a"), key));
        assertEquals(keyError, failure(client, bytes("DEL"), bytes("a"), key));
        assertEquals(keyError, failure(client, bytes("RANGE"), key, bytes("z")));
        assertEquals(valueError, failure(client, bytes("SET"), bytes("a"), value));
        assertEquals(valueError, failure(client, bytes("MSET"), bytes("a"), value));
        assertEquals(valueError, failure(client, bytes("CAS"), bytes("a"), value, bytes("1")));
        assertEquals(
                "ERR request takes more than 1348576 bytes",
                failure(
                        client,
                        bytes("MSET"),
                        bytes("a"),
                        half,
                        bytes("b"),
                        half,
                        bytes("c"),
                        half,
                        bytes("d"),
                        half,
                        bytes("e"),
                        half));
        assertEquals(Reply.OK, call(client, bytes("SET"), bytes("big"), half));
        assertEquals(
                "ERR string exceeds maximum allowed size (300000 bytes)",
                failure(client, bytes("APPEND"), bytes("big"), bytes("x")));
        assertEquals(new Reply.Int(1), client.call("DEL", "big"));
        assertEquals(0, requestsMemory() / 1000);
    }

    @Test
    void aClientThatLeavesInTheMiddleGivesItsMemoryBack() throws IOException {
        Raw raw = fixture.raw();
        raw.send("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$300000\r\n" + "x".repeat(200_000));
        await(() -> requestsMemory() > 200_000);
        raw.close();
        await(() -> requestsMemory() < 1000);
    }

    @Test
    void anAnnouncedLengthAloneTakesNoMemory() throws IOException {
        List<Raw> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(fixture.raw().send("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$300000\r\nx"));
        }
        await(() -> requestsMemory() > 20 * 16_000);
        assertTrue(requestsMemory() < 20 * 20_000, "taken " + requestsMemory());
        for (Raw raw : many) {
            raw.close();
        }
        await(() -> requestsMemory() < 1000);
    }

    @Test
    void moreClientsThanAllowedAreTurnedAway() throws IOException {
        try (RespFixture small = new RespFixture(RespFixture.config(1000, 2, null))) {
            RespClient first = small.client();
            RespClient second = small.client();
            assertEquals(new Reply.Simple("PONG"), first.call("PING"));
            assertEquals(new Reply.Simple("PONG"), second.call("PING"));
            assertEquals("-ERR max number of clients reached\r\n", small.raw().receiveAll());
            second.close();
            await(() -> isServed(small));
        }
    }

    @Property(tries = 300)
    void randomBytesHarmNobodyElse(@ForAll("noise") byte[] noise) throws IOException {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Handler recorder = new Recorder(warnings);
        Logger logger = Logger.getLogger("io.jangada");
        logger.addHandler(recorder);
        try (Raw raw = new Raw(fixture.port())) {
            raw.send(noise);
            raw.endOfInput();
            raw.receiveAll();
            assertEquals(new Reply.Simple("PONG"), bystander.call("PING"));
        } finally {
            logger.removeHandler(recorder);
        }
        assertEquals(List.of(), warnings);
    }

    /** Bytes that look like requests more often than chance would have it. */
    @Provide
    Arbitrary<byte[]> noise() {
        Arbitrary<String> pieces =
                Arbitraries.of(
                        "*",
                        "$",
                        "+",
                        "-",
                        ":",
                        "\r\n",
                        "\n",
                        "\r",
                        "0",
                        "1",
                        "3",
                        "-1",
                        "99",
                        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n",
                        "*1\r\n$4\r\nPING\r\n",
                        "*2\r\n$3\r\nGET\r\n",
                        "$5\r\nhello\r\n",
                        "GET a\r\n",
                        "HELLO 3\r\n",
                        "\"",
                        "'",
                        "\\x",
                        "INFO",
                        "\0",
                        "\u00ff",
                        "QUIT\r\n",
                        "MSET",
                        "RANGE a z\r\n");
        return pieces.list().ofMaxSize(40).map(list -> String.join("", list).getBytes(ISO_8859_1));
    }

    /** Bad input is a client's business: nothing about it is worth a line in the log. */
    private static final class Recorder extends Handler {
        private final List<String> messages;

        Recorder(List<String> messages) {
            this.messages = messages;
        }

        @Override
        public void publish(LogRecord record) {
            messages.add(record.getMessage() + " " + record.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static boolean isServed(RespFixture small) {
        try (RespClient third = small.client()) {
            return third.call("PING").equals(new Reply.Simple("PONG"));
        } catch (IOException e) {
            return false;
        }
    }

    private static long requestsMemory() {
        try {
            String info = RespCommandsTest.show(bystander.call("INFO", "memory"));
            return Long.parseLong(info.replaceAll("(?s).*requests_memory:(\\d+).*", "$1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String failure(RespClient client, byte[]... words) throws IOException {
        return ((Reply.Failure) call(client, words)).text();
    }

    private static Reply call(RespClient client, byte[]... words) throws IOException {
        return client.call(List.of(words));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }
}
