package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.ReadMode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every command over a real socket: what it answers when it goes well and when it is wrong. */
class RespCommandsTest {
    private RespFixture fixture;
    private RespClient client;

    @BeforeEach
    void connect() throws IOException {
        fixture = new RespFixture();
        client = fixture.client();
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                // A script each: the reply to the last of its commands counts.
                "GET a => nil",
                "SET a 1; GET a => 1",
                "set a 1; gEt a => 1",
                "SET a 1 => OK",
                "SET a 1 NX => OK",
                "SET a 1; SET a 2 NX => nil",
                "SET a 1 XX => nil",
                "SET a 1; SET a 2 xx => OK",
                "SET a 1; SET a 2 GET => 1",
                "SET a 1 GET => nil",
                "SET a 1; SET a 2 NX GET => 1",
                "SET a 1; SET a 2 NX GET; GET a => 1",
                "SET a 1; SET a 2 GET XX; GET a => 2",
                "SET a 1 NX XX => ERR syntax error",
                "SET a 1 EX 5 => ERR syntax error",
                "SET a 1 foo => ERR syntax error",
                "SET a => ERR wrong number of arguments for 'set' command",
                "SETNX a 1 => 1",
                "SET a 1; SETNX a 2 => 0",
                "APPEND a xy => 2",
                "SET a 1; APPEND a xy; GET a => 1xy",
                "STRLEN a => 0",
                "SET a xyz; STRLEN a => 3",
                "SET a 1; SET b 2; DEL a b c a => 2",
                "DEL => ERR wrong number of arguments for 'del' command",
                "SET a 1; EXISTS a a b => 2",
                "INCR n => 1",
                "SET n 41; INCR n => 42",
                "DECR n => -1",
                "INCRBY n 5; DECRBY n 7 => -2",
                "INCRBY n x => ERR value is not an integer or out of range",
                "INCRBY n 9223372036854775808 => ERR value is not an integer or out of range",
                "DECRBY n -9223372036854775808 => ERR decrement would overflow",
                "SET n x; INCR n => ERR value is not an integer or out of range",
                "SET n 9223372036854775807; INCR n => ERR increment or decrement would overflow",
                "MSET a 1 b 2; MGET a b c => [1, 2, nil]",
                "MSET a 1 b => ERR wrong number of arguments for 'mset' command",
                "SET a 1; GETDEL a => 1",
                "SET a 1; GETDEL a; GET a => nil",
                "SET a 1; CAS a 1 2 => 1",
                "SET a 1; CAS a 3 2 => 0",
                "CAS a 3 2 => 0",
                "SET a 1; CAS a 1 2; GET a => 2",
                "MSET a 1 b 2 c 3; RANGE a c => [a, 1, b, 2]",
                "MSET a 1 b 2 c 3; RANGE a z LIMIT 2 => [a, 1, b, 2]",
                "MSET a 1 b 2; RANGE b a => []",
                "MSET a 1; RANGE a z limit 0 => []",
                "RANGE a z LIMIT -1 => ERR LIMIT can't be negative",
                "RANGE a z LIMIT x => ERR value is not an integer or out of range",
                "RANGE a z FOO 1 => ERR syntax error",
                "RANGE a z LIMIT => ERR syntax error",
                "MSET a 1 b 2; DBSIZE => 2",
                "SET a 1; FLUSHALL; DBSIZE => 0",
                "FLUSHALL ASYNC => OK",
                "FLUSHALL NOW => ERR syntax error",
                "PING => PONG",
                "PING hi => hi",
                "PING a b => ERR wrong number of arguments for 'ping' command",
                "ECHO hi => hi",
                "SELECT 0 => OK",
                "SELECT 1 => ERR DB index is out of range",
                "SELECT x => ERR value is not an integer or out of range",
                "AUTH x => ERR AUTH <password> called without any password configured for the"
                        + " default user. Are you sure your configuration is correct?",
                "HELLO 4 => NOPROTO unsupported protocol version",
                "HELLO x => ERR Protocol version is not an integer or out of range",
                "HELLO 3 FOO => ERR syntax error in HELLO",
                "CLIENT SETNAME me; CLIENT GETNAME => me",
                "CLIENT GETNAME => nil",
                "CLIENT SETINFO LIB-NAME jedis => OK",
                "CLIENT SETINFO foo x => ERR Unrecognized option 'foo'",
                "CLIENT NO-EVICT on => OK",
                "CLIENT KILL x => ERR unknown subcommand 'KILL'. Try CLIENT ID, INFO, LIST, GETNAME,"
                        + " SETNAME or SETINFO.",
                "CLIENT SETNAME => ERR wrong number of arguments for 'client|setname' command",
                "CONFIG GET save => [save, ]",
                "CONFIG GET APPEND* => [appendonly, yes]",
                "CONFIG GET election-* => []",
                "CONFIG SET a b => ERR CONFIG SET is not available: settings are given at the start",
                "COMMAND FOO => ERR unknown subcommand 'FOO'. Try COMMAND INFO, DOCS, COUNT or LIST.",
                "COMMAND INFO get nosuch => [[get, 2, [readonly, fast], 1, 1, 1, [], [], [], []],"
                        + " nil]",
                "FOO a b => ERR unknown command 'FOO', with args beginning with: 'a' 'b' ",
                "FOO => ERR unknown command 'FOO', with args beginning with: ",
                "RAFT.READMODE lease => OK",
                "RAFT.READMODE fresh => ERR read mode must be index, lease or stale",
                "RAFT.TRANSFER n2 => OK",
                "RAFT.TRANSFER x9 => ERR x9 is not a voter",
                "RAFT.TRANSFER a/b => ERR node id 'a/b' is not valid: use 1 to 64 letters, digits,"
                        + " '.', '_' or '-'",
                "RAFT.SESSION => 1",
                "RAFT.SESSION; RAFT.ONCE 1 0 INCR n => 1",
                "RAFT.SESSION; RAFT.ONCE 1 0 INCR n; RAFT.ONCE 1 0 INCR n => 1",
                "RAFT.SESSION; RAFT.ONCE 1 0 INCR n; RAFT.ONCE 1 1 INCR n => 2",
                "RAFT.SESSION; RAFT.ONCE 1 0 INCR n; RAFT.ONCE 1 0 SETNX n 5 => 1",
                "RAFT.ONCE 9 0 SET a 1 => NOSESSION session 9 is gone",
                "RAFT.ONCE 1 -1 SET a 1 => ERR sequence can't be negative",
                "RAFT.ONCE x 1 SET a 1 => ERR value is not an integer or out of range",
                "RAFT.ONCE 1 0 GET a => ERR 'GET' is not a write",
                "RAFT.ONCE 1 0 PING => ERR 'PING' is not a write",
                "RAFT.ONCE 1 0 RAFT.SESSION => ERR 'RAFT.SESSION' is not a write",
                "RAFT.ONCE 1 0 SET a => ERR wrong number of arguments for 'set' command",
                "RAFT.ONCE 1 0 FOO a => ERR unknown command 'FOO', with args beginning with: 'a' ",
                "RAFT.ONCE 1 0 => ERR wrong number of arguments for 'raft.once' command"
            })
    void answers(String script, String reply) throws IOException {
        assertEquals(reply == null ? "" : reply.trim(), run(script).trim());
    }

    @Test
    void aWrongCommandProposesNothing() throws IOException {
        for (String wrong :
                List.of(
                        "SET a",
                        "SET a 1 NX XX",
                        "MSET a",
                        "INCRBY n x",
                        "RAFT.ONCE 1 0 GET a",
                        "RAFT.ONCE 1 0 INCRBY n x",
                        "FLUSHALL NOW")) {
            assertTrue(run(wrong).startsWith("ERR"), wrong);
        }
        assertEquals(List.of(), fixture.group.proposed());
    }

    @Test
    void keysAndValuesAreAnyBytes() throws IOException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        client.call(List.of("SET".getBytes(UTF_8), all, all));
        Reply value = client.call(List.of("GET".getBytes(UTF_8), all));
        assertArrayEquals(all, ((Reply.Bulk) value).bytes());
        assertEquals("1", run("SET  '' x; EXISTS ''".replace("  ", " ")));
    }

    @Test
    void theConnectionChoosesItsReadMode() throws IOException {
        run("GET a; RAFT.READMODE stale; GET a; RAFT.READMODE lease; GET a");
        assertEquals(
                List.of(ReadMode.INDEX, ReadMode.LOCAL, ReadMode.LEASE), fixture.group.reads());
        assertEquals("lease", statusOf(client).get("read"));
        assertEquals("index", statusOf(fixture.client()).get("read"));
    }

    @Test
    void statusIsAFlatMap() throws IOException {
        run("SET a 1");
        assertEquals(
                "[id, n1, role, leader, term, 3, leader, n1, commit, 1, applied, 1, first, 1, last,"
                        + " 1, voters, n1=h1:7001,n2=h2:7002, learners, , read, index]",
                run("RAFT.STATUS"));
    }

    @Test
    void infoHasItsSections() throws IOException {
        run("SET a 1");
        String all = run("INFO");
        for (String expected :
                List.of(
                        "# Server\r\nredis_version:7",
                        "# Clients\r\nconnected_clients:1\r\n",
                        "# Memory\r\nused_memory:",
                        "# Raft\r\nraft_id:n1\r\nraft_role:leader\r\nraft_term:3\r\n",
                        "# Stats\r\ntotal_connections_received:1\r\n",
                        "# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n")) {
            assertTrue(all.contains(expected), expected + " in\n" + all);
        }
        assertTrue(run("INFO keyspace").startsWith("# Keyspace"));
        assertEquals("", run("INFO nosuch"));
    }

    @Test
    void configShowsTheNodesSettings() throws Exception {
        try (RespFixture other = new RespFixture(RespFixture.config(100, 10, null))) {
            assertEquals(
                    "[election-timeout, 1000ms]",
                    show(other.client().call("CONFIG", "GET", "election-*")));
            assertEquals(
                    "[maxclients, 10, save, ]",
                    show(other.client().call("CONFIG", "GET", "save", "max?lients")));
        }
    }

    @Test
    void commandTellsAboutEveryCommand() throws IOException {
        long count = ((Reply.Int) client.call("COMMAND", "COUNT")).value();
        assertEquals(count, ((Reply.Array) client.call("COMMAND")).items().size());
        assertEquals(count, ((Reply.Array) client.call("COMMAND", "LIST")).items().size());
        assertEquals(2 * count, ((Reply.Array) client.call("COMMAND", "DOCS")).items().size());
        assertTrue(run("COMMAND DOCS cas").contains("key expected new"));
    }

    /** Clients reckon with these: they are Redis's own. */
    @ParameterizedTest
    @CsvSource({
        "get, 2, 1, 1, 1",
        "set, -3, 1, 1, 1",
        "setnx, 3, 1, 1, 1",
        "mget, -2, 1, -1, 1",
        "mset, -3, 1, -1, 2",
        "del, -2, 1, -1, 1",
        "exists, -2, 1, -1, 1",
        "append, 3, 1, 1, 1",
        "incrby, 3, 1, 1, 1",
        "ping, -1, 0, 0, 0",
        "hello, -1, 0, 0, 0",
        "auth, -2, 0, 0, 0",
        "client, -2, 0, 0, 0",
        "config, -2, 0, 0, 0",
        "info, -1, 0, 0, 0",
        "quit, -1, 0, 0, 0",
        "flushall, -1, 0, 0, 0",
        "dbsize, 1, 0, 0, 0",
        "select, 2, 0, 0, 0",
        "range, -3, 0, 0, 0",
        "raft.once, -4, 0, 0, 0"
    })
    void arityAndKeysFollowFromTheUsage(String name, int arity, int first, int last, int step) {
        Command command = Commands.find(name).orElseThrow();
        assertEquals(arity, command.arity());
        assertEquals(new Command.Keys(first, last, step), command.keys());
    }

    @Test
    void resp3HasMapsAndNull() throws IOException {
        Reply hello = client.call("HELLO", "3");
        assertEquals("3", map(hello).get("proto"));
        assertEquals("redis", map(hello).get("server"));
        assertTrue(client.call("RAFT.STATUS") instanceof Reply.Pairs);
        assertTrue(client.call("CONFIG", "GET", "*") instanceof Reply.Pairs);
        assertTrue(client.call("INFO") instanceof Reply.Verbatim);
        assertEquals(Reply.NIL, client.call("GET", "nosuch"));
        RespFixture.Raw raw = fixture.raw();
        raw.send("HELLO 3\r\nGET x\r\nQUIT\r\n");
        assertTrue(raw.receiveAll().endsWith("\r\n_\r\n+OK\r\n"));
    }

    private String run(String script) throws IOException {
        Reply reply = null;
        for (String line : script.split("; ")) {
            reply = client.call(InlineWords.split(line));
        }
        return show(reply);
    }

    private static Map<String, String> statusOf(RespClient client) throws IOException {
        return map(client.call("RAFT.STATUS"));
    }

    static Map<String, String> map(Reply reply) {
        List<? extends Reply> items =
                reply instanceof Reply.Pairs pairs ? pairs.items() : ((Reply.Array) reply).items();
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < items.size(); i += 2) {
            map.put(show(items.get(i)), show(items.get(i + 1)));
        }
        return map;
    }

    static String show(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return new String(bulk.bytes(), UTF_8);
        } else if (reply instanceof Reply.Simple simple) {
            return simple.text();
        } else if (reply instanceof Reply.Failure failure) {
            return failure.text();
        } else if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return verbatim.text();
        } else if (reply instanceof Reply.Array array) {
            return showAll(array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            return showAll(pairs.items());
        }
        return reply.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static String showAll(List<? extends Reply> items) {
        StringJoiner joined = new StringJoiner(", ", "[", "]");
        items.forEach(item -> joined.add(show(item)));
        return joined.toString();
    }
}
