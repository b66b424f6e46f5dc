package io.jangada.examples.kv.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/** A client that we did not write, as it comes. */
class JedisTest {
    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void worksUnchanged(RedisProtocol protocol) throws IOException {
        try (RespFixture fixture = new RespFixture(RespFixture.config(1000, 10, "secret"));
                Jedis jedis = connect(fixture, protocol)) {
            assertEquals("PONG", jedis.ping());
            assertEquals("OK", jedis.set("a", "1"));
            assertEquals("1", jedis.get("a"));
            assertEquals(null, jedis.get("missing"));
            assertEquals(null, jedis.set("a", "2", SetParams.setParams().nx()));
            assertEquals("1", jedis.setGet("a", "5"));
            assertEquals(6, jedis.incr("a"));
            assertEquals(List.of("6", "x"), jedis.mget("a", mset(jedis)));
            assertEquals(2, jedis.dbSize());
            assertEquals(2, jedis.exists("a", "b"));
            assertEquals("smoke", jedis.clientGetname());
            assertEquals("yes", jedis.configGet("appendonly").get("appendonly"));
            assertTrue(jedis.info("raft").contains("raft_role:leader"));
            JedisDataException wrong =
                    assertThrows(JedisDataException.class, () -> jedis.incr("b"));
            assertEquals("ERR value is not an integer or out of range", wrong.getMessage());
            Pipeline pipeline = jedis.pipelined();
            Response<Long> first = pipeline.incr("a");
            Response<String> second = pipeline.get("a");
            pipeline.sync();
            assertEquals(7, first.get());
            assertEquals("7", second.get());
            assertEquals("OK", jedis.flushAll());
        }
    }

    @Test
    void theWrongPasswordIsSaid() throws IOException {
        try (RespFixture fixture = new RespFixture(RespFixture.config(1000, 10, "secret"));
                Jedis jedis = new Jedis("127.0.0.1", fixture.port())) {
            JedisDataException refused =
                    assertThrows(JedisDataException.class, () -> jedis.auth("wrong"));
            assertTrue(refused.getMessage().startsWith("WRONGPASS"), refused.getMessage());
        }
    }

    private static String mset(Jedis jedis) {
        assertEquals("OK", jedis.mset("b", "x"));
        return "b";
    }

    private static Jedis connect(RespFixture fixture, RedisProtocol protocol) {
        return new Jedis(
                new HostAndPort("127.0.0.1", fixture.port()),
                DefaultJedisClientConfig.builder()
                        .protocol(protocol)
                        .password("secret")
                        .clientName("smoke")
                        .build());
    }
}
