package io.jangada.benchmarks.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jangada.benchmarks.contender.Completion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and replies in RESP. */
class RespClientTest {
    private static final String VALUE = "$256\r\n" + "x".repeat(256) + "\r\n";
    private static final int SET_BYTES = 13 + 5 + 18 + 6 + 258;

    private static ByteBuffer received(String text) {
        return ByteBuffer.allocate(1024).put(text.getBytes(US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({"+OK|, 5", "+OK, -1", "'', -1", "+OK|+OK|, 5"})
    void aReplyEndsWithItsLine(String text, int size) throws Exception {
        ByteBuffer in = received(text.replace("|", "\r\n"));

        assertEquals(size, RespConnection.replySize(in, false));
    }

    @Test
    void aValueIsWholeWhenAllOfItIsHere() throws Exception {
        assertEquals(VALUE.length(), RespConnection.replySize(received(VALUE), true));
        String part = VALUE.substring(0, VALUE.length() - 1);
        assertEquals(-1, RespConnection.replySize(received(part), true));
        assertEquals(-1, RespConnection.replySize(received("$256\r\n"), true));
    }

    @ParameterizedTest
    @CsvSource({
        "-ERR no, false, 'expected +OK, the reply is -ERR no'",
        "$-1, true, 'expected $256, the reply is $-1'",
        "$255, true, 'expected $256, the reply is $255'",
        "'', true, 'expected $256, the reply is '"
    })
    void anythingElseIsAFailure(String line, boolean read, String message) {
        ByteBuffer in = received(line + "\r\n");

        IOException failure =
                assertThrows(IOException.class, () -> RespConnection.replySize(in, read));
        assertEquals(message, failure.getMessage());
    }

    /** A server for one connection: takes a SET, answers, takes another one, and is gone. */
    private static void serve(ServerSocket listener, CompletableFuture<byte[]> request) {
        try (Socket socket = listener.accept()) {
            request.complete(socket.getInputStream().readNBytes(SET_BYTES));
            socket.getOutputStream().write("+O".getBytes(US_ASCII));
            socket.getOutputStream().flush();
            socket.getOutputStream().write("K\r\n".getBytes(US_ASCII));
            socket.getInputStream().readNBytes(SET_BYTES);
        } catch (IOException e) {
            request.completeExceptionally(e);
        }
    }

    private static CompletableFuture<Void> set(WireClient client, long sequence) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Completion done =
                (result, failure) -> {
                    if (failure == null) {
                        end.complete(null);
                    } else {
                        end.completeExceptionally(failure);
                    }
                };
        client.set(sequence, done);
        return end;
    }

    @Test
    void aRequestEndsWithItsReplyOrItsConnection() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<byte[]> request = new CompletableFuture<>();
            Thread server = new Thread(() -> serve(listener, request));
            server.start();
            InetSocketAddress address =
                    new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
            try (RespClient client = new RespClient(address, 1)) {
                set(client, Records.KEYS + 7).get(10, TimeUnit.SECONDS);
                assertEquals(
                        "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000007\r\n$256\r\n",
                        new String(request.get(), 0, SET_BYTES - 258, US_ASCII));

                CompletableFuture<Void> lost = set(client, 8);
                CompletableFuture<Void> tooMany = set(client, 9);

                assertEquals("no connection is left", failure(tooMany));
                assertEquals("the server closed the connection", failure(lost));
            }
            server.join();
        }
    }

    private static String failure(CompletableFuture<Void> end) {
        return assertThrows(ExecutionException.class, () -> end.get(10, TimeUnit.SECONDS))
                .getCause()
                .getMessage();
    }

    @Test
    void aFlatListBecomesAMap() throws Exception {
        String reply =
                "*6\r\n$2\r\nid\r\n$2\r\nn1\r\n$4\r\nterm\r\n:3\r\n$6\r\nleader\r\n$0\r\n\r\n";

        assertEquals(
                Map.of("id", "n1", "term", "3", "leader", ""),
                RespQuestion.map(new BufferedReader(new StringReader(reply))));
    }

    @Test
    void whatIsNoListIsAFailure() {
        BufferedReader in = new BufferedReader(new StringReader("-NOAUTH\r\n"));

        assertThrows(IOException.class, () -> RespQuestion.map(in));
    }
}
