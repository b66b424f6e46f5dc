package io.jangada.examples.kv.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.FakeGroup;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.examples.kv.resp.RespServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShellTest {
    private RespServer server;
    private Link link;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        server =
                RespServer.bind(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        RespConfig.defaults());
        server.serve(new FakeGroup(), null);
        link = new Link(new Address("127.0.0.1", server.port()), null);
        ShellCommand hello = new ShellCommand("hello!", "", "Greets.", words -> "hi " + words);
        shell = new Shell(link, List.of(hello));
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    @Test
    void repliesReadAsInRedisCli() {
        assertEquals("OK", shell.answer("set a \"x\\n\\x00\\\"\""));
        assertEquals("\"x\\n\\x00\\\"\"", shell.answer("GET a"));
        assertEquals("(nil)", shell.answer("GET missing"));
        assertEquals("(integer) 1", shell.answer("DEL a"));
        shell.answer("MSET a 1");
        assertEquals("1) \"1\"\n2) (nil)", shell.answer("MGET a b"));
        assertEquals("(empty)", shell.answer("CONFIG GET nosuch"));
        assertEquals(
                "(error) ERR wrong number of arguments for 'get' command", shell.answer("GET"));
        assertEquals("", shell.answer("  "));
        assertEquals("(error) the quotes in this line do not match", shell.answer("SET a 'b"));
    }

    @Test
    void mapsAndRangesAreTables() {
        shell.answer("MSET a 1 long-key \"two words\" z \"\\x01\"");
        assertEquals(
                "a         1\nlong-key  two words\nz         \"\\x01\"",
                shell.answer("RANGE a zz"));
        assertTrue(
                shell.answer("RAFT.STATUS")
                        .startsWith("id        n1\nrole      leader\nterm      3\n"),
                shell.answer("RAFT.STATUS"));
        assertEquals("appendonly  yes", shell.answer("CONFIG GET appendonly"));
    }

    @Test
    void helpKnowsTheServersCommandsAndTheShells() {
        String help = shell.answer("help");
        assertTrue(help.contains("  SET key value [NX|XX] [GET]"), help);
        assertTrue(help.contains("  hello!"), help);
        assertEquals("INCR key\n  Adds 1 to an integer.", shell.answer("HELP incr"));
        assertEquals("(error) there is no command 'foo'", shell.answer("help foo"));
        assertEquals("hi [you]", shell.answer("hello! you"));
    }

    @Test
    void aBrokenConnectionIsSaidAndMadeAnew() throws IOException {
        assertEquals("PONG", shell.answer("PING"));
        int port = server.port();
        server.close();
        assertEquals(
                "(error) the connection to 127.0.0.1:%d broke before the reply: the command may have been carried out"
                        .formatted(port),
                shell.answer("SET a 1"));
        assertEquals(
                "(error) no connection to 127.0.0.1:%d: Connection refused".formatted(port),
                shell.answer("SET a 1"));
        server =
                RespServer.bind(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        RespConfig.defaults());
        server.serve(new FakeGroup(), null);
        assertEquals("OK", shell.answer("SET a 1"));
    }
}
