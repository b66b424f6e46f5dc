package io.jangada.examples.kv.resp;

import static io.jangada.examples.kv.Waiting.await;
import static io.jangada.examples.kv.Waiting.pass;
import static io.jangada.examples.kv.Waiting.settled;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.FakeGroup;
import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.resp.RespFixture.Raw;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many requests of one connection at once: their order, their errors, and what bounds them. */
class PipeliningTest {
    private RespFixture fixture;
    private FakeGroup group;
    private Raw raw;

    @BeforeEach
    void connect() throws IOException {
        fixture = new RespFixture();
        group = fixture.group;
        raw = fixture.raw();
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @Test
    void eachRequestActsOnWhatTheOnesBeforeItDid() throws IOException {
        raw.send(lines("SET a 1", "GET a", "INCR a", "INCR a", "PING", "GET a", "DBSIZE"));
        raw.send(lines("SET a x", "GET a", "INCR a", "DEL a", "GET a", "QUIT"));
        String notInteger = "-ERR value is not an integer or out of range";
        assertEquals(
                lines("+OK", "$1", "1", ":2", ":3", "+PONG", "$1", "3", ":1")
                        + lines("+OK", "$1", "x", notInteger, ":1", "$-1", "+OK"),
                raw.receiveAll());
    }

    @Test
    void aReadWaitsForTheWritesBeforeItAndWritesAfterItWaitForTheRead() throws IOException {
        group.hold();
        raw.send("SET a 1\r\nSET a 2\r\nGET a\r\nSET a 3\r\nGET a\r\n");
        await(() -> group.heldCount() == 1);
        assertEquals(0, group.reads().size());
        group.release();
        raw.expect("+OK\r\n+OK\r\n$1\r\n2\r\n+OK\r\n$1\r\n3\r\n");
    }

    @Test
    void writesThatWaitTogetherGoToTheLogTogether() throws IOException {
        group.hold();
        raw.send("SET a 1\r\n");
        await(() -> group.heldCount() == 1);
        raw.send("SET b 1\r\nSET c 1\r\nINCR n\r\nPING\r\nINCR n\r\n");
        Raw other = fixture.raw();
        other.send("SET d 1\r\n");
        await(() -> group.heldCount() == 2);
        group.release();
        raw.expect("+OK\r\n+OK\r\n+OK\r\n:1\r\n+PONG\r\n:2\r\n");
        other.expect("+OK\r\n");
        await(() -> group.proposed().size() == 3);
        KvCommand.Batch batch =
                (KvCommand.Batch)
                        group.proposed().stream()
                                .filter(command -> command instanceof KvCommand.Batch)
                                .findFirst()
                                .orElseThrow();
        assertEquals(4, batch.commands().size());
    }

    @Test
    void writesThatAnswerValuesGoAlone() throws IOException {
        raw.send("MSET a 1 b 2\r\n").receive(5);
        raw.send(
                lines(
                        "SET c 3",
                        "SET d 4",
                        "GETDEL a",
                        "GETDEL b",
                        "SET c 5 GET",
                        "SET d 6",
                        "QUIT"));
        assertEquals(
                lines("+OK", "+OK", "$1", "1", "$1", "2", "$1", "3", "+OK", "+OK"),
                raw.receiveAll());
        assertEquals(
                List.of("PutAll", "Batch", "Take", "Take", "Put", "Put"),
                group.proposed().stream().map(c -> c.getClass().getSimpleName()).toList());
    }

    @Test
    void readsThatWaitTogetherAreAnsweredFromOneView() throws IOException {
        raw.send("MSET a 1 b 2\r\n").receive(5);
        group.hold();
        raw.send("PING\r\nGET a\r\nGET b\r\nMGET a b\r\nEXISTS a\r\n");
        await(() -> group.heldCount() == 1);
        assertEquals(1, group.reads().size());
        group.release();
        raw.expect("+PONG\r\n$1\r\n1\r\n$1\r\n2\r\n*2\r\n$1\r\n1\r\n$1\r\n2\r\n:1\r\n");
    }

    @Test
    void readModesDoNotMix() throws IOException {
        raw.send(
                "GET a\r\nRAFT.READMODE stale\r\nGET a\r\nRAFT.READMODE index\r\nGET a\r\nQUIT\r\n");
        raw.receiveAll();
        assertEquals(3, group.reads().size());
    }

    @ParameterizedTest(name = "{0} -> write {1}, session {2}, read {3}")
    @CsvSource({
        "no leader, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE",
        "overloaded, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE",
        "closed, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE",
        "refused, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE",
        "too large, ERR, ERR, ERR",
        "unknown, UNKNOWN, UNKNOWN, UNAVAILABLE",
        "expired, UNKNOWN, NOSESSION, UNAVAILABLE",
        "a bug, UNKNOWN, UNKNOWN, UNAVAILABLE"
    })
    void theErrorsWordIsTrue(String name, String write, String inSession, String read)
            throws IOException {
        Map<String, RuntimeException> failures = FakeGroup.failures();
        group.failWith(() -> failures.get(name));
        RespClient client = fixture.client();
        assertEquals(write, word(client.call("SET", "a", "1")));
        assertEquals(inSession, word(client.call("RAFT.ONCE", "1", "1", "SET", "a", "1")));
        assertEquals(read, word(client.call("GET", "a")));
        assertEquals(write, word(client.call("RAFT.SESSION")));
        assertEquals(write, word(client.call("RAFT.TRANSFER", "n2")));
        assertEquals("PONG", ((Reply.Simple) client.call("PING")).text());
    }

    @Test
    void aBatchThatFailsFailsForEachOfItsWrites() throws IOException {
        group.hold();
        raw.send("SET a 1\r\nSET b 2\r\n");
        await(() -> group.heldCount() == 1);
        group.failWith(() -> FakeGroup.failures().get("unknown"));
        group.release();
        String error = "-UNKNOWN who knows\r\n";
        raw.expect(error + error);
    }

    @Test
    void requestsThatNeverGotTheirTurnSaySo() throws IOException {
        RespConfig hasty =
                new RespConfig(
                        Duration.ofMillis(100), 1000, 10, ReadConsistency.INDEX, null, Map.of());
        try (RespFixture other = new RespFixture(hasty)) {
            other.group.hold();
            Raw client = other.raw().send("SET a 1\r\nGET a\r\nSET b 1\r\n");
            await(() -> other.group.heldCount() == 1);
            pass(Duration.ofMillis(150));
            other.group.release();
            String late = "-UNAVAILABLE the requests before this one took all of its time\r\n";
            client.expect("+OK\r\n" + late + late);
            assertEquals(1, other.group.proposed().size());
        }
    }

    @Test
    void aClientThatSendsWithoutEndIsReadFromNoMoreUntilItHasReplies() throws Exception {
        group.hold();
        int requests = 200_000;
        String flood = "SET a 1\r\n".repeat(requests);
        Thread sender =
                new Thread(
                        () -> {
                            try {
                                raw.send(flood);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        sender.start();
        RespClient other = fixture.client();
        await(() -> group.heldCount() == 1);
        // What is read ahead is bounded whatever the client sends.
        settled(() -> infoNumber(other, "requests_memory"));
        long processed = processed(other);
        assertTrue(processed < requests / 2, processed + " requests read ahead");
        group.release();
        String replies = raw.receive(5 * requests);
        assertEquals("+OK\r\n".repeat(requests), replies);
        sender.join();
        // Nothing but the request that asks is under way.
        assertTrue(infoNumber(other, "requests_memory") < 1000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 300})
    void requestsMayComeInAnyPieces(int size) throws IOException {
        String request =
                "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nhello\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
        for (int from = 0; from < request.length(); from += size) {
            raw.send(request.substring(from, Math.min(request.length(), from + size)));
        }
        raw.expect("+OK\r\n$5\r\nhello\r\n");
    }

    @Test
    void aClientThatTakesNoRepliesDoesNotFillTheMemory() throws IOException {
        byte[] big = new byte[1 << 20];
        fixture.client().call(List.of(bytes("SET"), bytes("big"), big));
        StringBuilder gets = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            gets.append("GET big\r\n");
        }
        raw.send(gets.toString());
        RespClient other = fixture.client();
        await(() -> processed(other) > 1000);
        assertInstanceOf(Reply.Bulk.class, other.call("GET", "big"));
        // Three thousand replies of a megabyte each, read as fast as they come.
        String head = "$1048576\r\n";
        for (int i = 0; i < 100; i++) {
            raw.expect(head);
            raw.receive((1 << 20) + 2);
        }
    }

    @Test
    void closingTheServerAnswersWhatItHasRead() throws Exception {
        group.hold();
        raw.send("SET a 1\r\nGET a\r\n");
        await(() -> group.heldCount() == 1);
        Thread closer = new Thread(fixture.server()::close);
        closer.start();
        group.release();
        assertEquals("+OK\r\n$1\r\n1\r\n", raw.receiveAll());
        raw.close();
        closer.join();
    }

    private static long processed(RespClient client) {
        return infoNumber(client, "total_commands_processed");
    }

    private static long infoNumber(RespClient client, String field) {
        try {
            String info = RespCommandsTest.show(client.call("INFO"));
            String from = info.substring(info.indexOf(field + ":") + field.length() + 1);
            return Long.parseLong(from.substring(0, from.indexOf('\r')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String word(Reply reply) {
        return ((Reply.Failure) reply).text().split(" ")[0];
    }
}
