package io.jangada.examples.kv;

import static io.jangada.examples.kv.Waiting.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.resp.ReadConsistency;
import io.jangada.examples.kv.resp.Reply;
import io.jangada.examples.kv.resp.RespClient;
import io.jangada.examples.kv.resp.RespConfig;
import io.jangada.examples.kv.resp.RespServer;
import io.jangada.raft.api.Raft;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * Three nodes in this process, on the library itself but without disks and sockets between them.
 */
class MemoryClusterTest {
    private static final AtomicInteger CLUSTERS = new AtomicInteger();
    private static final Duration ELECTION = Duration.ofMillis(300);

    private final TreeMap<String, RaftGroup<KvStateMachine, KvCommand, KvResult>> groups =
            new TreeMap<>();
    private final TreeMap<String, RespServer> servers = new TreeMap<>();
    private final List<RespClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        int cluster = CLUSTERS.incrementAndGet();
        String[] peers =
                new String[] {
                    "n1=kv" + cluster + ":1", "n2=kv" + cluster + ":2", "n3=kv" + cluster + ":3"
                };
        RaftConfig config =
                RaftConfig.builder()
                        .electionTimeout(ELECTION)
                        .heartbeatInterval(Duration.ofMillis(30))
                        .requestTimeout(Duration.ofSeconds(2))
                        .build();
        RespConfig front =
                new RespConfig(
                        Duration.ofSeconds(2), 1 << 20, 100, ReadConsistency.INDEX, null, Map.of());
        for (String id : List.of("n1", "n2", "n3")) {
            RespServer server =
                    RespServer.bind(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), front);
            groups.put(
                    id,
                    Raft.inMemory(id)
                            .peers(peers)
                            .config(config)
                            .start(new KvStateMachine(), KvCommand.CODEC, KvResult.CODEC));
            server.serve(groups.get(id), null);
            servers.put(id, server);
        }
        await(() -> leader() != null);
    }

    @AfterEach
    void stop() throws IOException {
        for (RespClient client : clients) {
            client.close();
        }
        servers.values().forEach(RespServer::close);
        groups.values().forEach(RaftGroup::close);
    }

    @Test
    void everyNodeTakesWritesAndReadsThemAtOnce() {
        int written = 0;
        for (String writer : groups.keySet()) {
            try (Jedis to = jedis(writer)) {
                for (String reader : groups.keySet()) {
                    try (Jedis from = jedis(reader)) {
                        String value = "v" + ++written;
                        assertEquals("OK", to.set("key", value));
                        assertEquals(value, from.get("key"));
                    }
                }
            }
        }
    }

    @Test
    void aPipelineKeepsItsOrderOnEveryNode() {
        for (String id : groups.keySet()) {
            try (Jedis jedis = jedis(id)) {
                Pipeline pipeline = jedis.pipelined();
                List<Response<Long>> counts = new ArrayList<>();
                List<Response<String>> values = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    counts.add(pipeline.incr(id));
                    if (i % 7 == 0) {
                        values.add(pipeline.get(id));
                    }
                }
                pipeline.sync();
                for (int i = 0; i < 300; i++) {
                    assertEquals(i + 1, counts.get(i).get());
                }
                for (int i = 0; i < values.size(); i++) {
                    assertEquals(Integer.toString(7 * i + 1), values.get(i).get());
                }
            }
        }
    }

    @Test
    void leadershipMovesOnRequestFromAnyNode() throws IOException {
        for (String target : List.of("n2", "n3", "n1")) {
            RespClient asked = client("n1");
            assertEquals(Reply.OK, asked.call("RAFT.TRANSFER", target));
            await(() -> target.equals(leader()));
            assertEquals(Reply.OK, asked.call("SET", "a", target));
        }
        Reply unknown = client("n1").call("RAFT.TRANSFER", "n9");
        assertTrue(((Reply.Failure) unknown).text().startsWith("ERR "), unknown.toString());
    }

    @Test
    void aRepeatOnAnotherNodeGetsTheFirstReply() throws IOException {
        String session = Long.toString(((Reply.Int) client("n1").call("RAFT.SESSION")).value());
        for (String id : groups.keySet()) {
            assertEquals(new Reply.Int(1), client(id).call("RAFT.ONCE", session, "0", "INCR", "n"));
        }
        assertEquals(new Reply.Int(2), client("n2").call("RAFT.ONCE", session, "1", "INCR", "n"));
        Reply gone = client("n2").call("RAFT.ONCE", "987654321", "0", "INCR", "n");
        assertTrue(((Reply.Failure) gone).text().startsWith("NOSESSION "), gone.toString());
    }

    @Test
    void oneNodeMayGoAndTwoMayNot() throws IOException {
        String first = leader();
        RespClient left =
                client(groups.keySet().stream().filter(id -> !id.equals(first)).findFirst().get());
        assertEquals(Reply.OK, left.call("SET", "a", "1"));
        close(first);
        assertEquals(Reply.OK, left.call("SET", "a", "2"));
        String second = groups.lastKey().equals(idOf(left)) ? groups.firstKey() : groups.lastKey();
        close(second);
        String write = ((Reply.Failure) left.call("SET", "a", "3")).text();
        assertTrue(write.matches("(UNAVAILABLE|UNKNOWN) .*"), write);
        String read = ((Reply.Failure) left.call("GET", "a")).text();
        assertTrue(read.startsWith("UNAVAILABLE "), read);
        assertEquals(Reply.OK, left.call("RAFT.READMODE", "stale"));
        assertEquals("2", text(left.call("GET", "a")));
    }

    private String idOf(RespClient client) throws IOException {
        Reply.Array status = (Reply.Array) client.call("RAFT.STATUS");
        return text(status.items().get(1));
    }

    private static String text(Reply reply) {
        return new String(((Reply.Bulk) reply).bytes(), UTF_8);
    }

    private void close(String id) {
        servers.remove(id).close();
        groups.remove(id).close();
    }

    private Jedis jedis(String id) {
        return new Jedis("127.0.0.1", servers.get(id).port());
    }

    private RespClient client(String id) throws IOException {
        RespClient client =
                RespClient.connect("127.0.0.1", servers.get(id).port(), Duration.ofSeconds(10));
        clients.add(client);
        return client;
    }

    private String leader() {
        return groups.entrySet().stream()
                .filter(entry -> entry.getValue().status().role() == Role.LEADER)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
