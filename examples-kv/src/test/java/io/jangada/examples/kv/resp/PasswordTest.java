package io.jangada.examples.kv.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PasswordTest {
    private static final String WRONG =
            "WRONGPASS invalid username-password pair or user is disabled.";

    private RespFixture fixture;
    private RespClient client;

    @BeforeEach
    void start() throws IOException {
        fixture = new RespFixture(RespFixture.config(100_000, 10, "secret"));
        client = fixture.client();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    @Test
    void strangersMayNeitherReadNorWriteNorLook() throws IOException {
        String[][] commands = {
            {"GET", "a"},
            {"SET", "a", "1"},
            {"PING"},
            {"INFO"},
            {"RAFT.STATUS"},
            {"FOO"},
            {"RAFT.ONCE", "1", "1", "SET", "a", "1"},
            {"CLIENT", "LIST"},
            {"COMMAND"}
        };
        for (String[] command : commands) {
            assertEquals("NOAUTH Authentication required.", error(command));
        }
        assertTrue(error("HELLO", "3").startsWith("NOAUTH HELLO must be called"));
        assertEquals(0, fixture.group.proposed().size());
    }

    @Test
    void thePasswordOpens() throws IOException {
        assertEquals(WRONG, error("AUTH", "wrong"));
        assertEquals(WRONG, error("AUTH", "someone", "secret"));
        assertEquals("ERR syntax error", error("AUTH", "a", "b", "c"));
        assertEquals(Reply.OK, client.call("AUTH", "secret"));
        assertEquals(Reply.OK, client.call("SET", "a", "1"));
        assertEquals(WRONG, error("AUTH", "wrong"));
        assertEquals(Reply.OK, client.call("SET", "a", "2"));
    }

    @Test
    void helloMayCarryThePassword() throws IOException {
        assertEquals(WRONG, error("HELLO", "3", "AUTH", "default", "wrong"));
        assertInstanceOf(
                Reply.Pairs.class,
                client.call("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"));
        assertEquals("me", RespCommandsTest.show(client.call("CLIENT", "GETNAME")));
    }

    @Test
    void strangersMaySendOnlyLittle() throws IOException {
        RespFixture.Raw raw = fixture.raw().send("*11\r\n");
        assertEquals("-ERR Protocol error: unauthenticated multibulk length\r\n", raw.receiveAll());
        raw = fixture.raw().send("*2\r\n$16385\r\n");
        assertEquals("-ERR Protocol error: unauthenticated bulk length\r\n", raw.receiveAll());
        raw = fixture.raw().send("AUTH secret\r\n*2\r\n$3\r\nGET\r\n$17000\r\n");
        raw.expect("+OK\r\n");
    }

    @Test
    void quitNeedsNoPassword() throws IOException {
        RespFixture.Raw raw = fixture.raw().send("QUIT\r\nPING\r\n");
        assertEquals("+OK\r\n", raw.receiveAll());
    }

    private String error(String... words) throws IOException {
        return ((Reply.Failure) client.call(words)).text();
    }
}
