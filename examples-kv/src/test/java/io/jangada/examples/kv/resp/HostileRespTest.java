package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.examples.kv.FakeGroup;
import io.jangada.raft.spi.testkit.HostileInput;
import io.jangada.raft.spi.testkit.HostileInputContract;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.redis.FixedRedisMessagePool;
import io.netty.handler.codec.redis.RedisCodecException;
import io.netty.handler.codec.redis.RedisDecoder;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What comes in on a client's connection, and what a client gets from a server, in damaged forms:
 * understood, or refused in one way; memory is given back; a refused request changes nothing.
 */
@Tag("long")
class HostileRespTest implements HostileInputContract {
    private static final int VALUE_BYTES_MAX = 10_000;

    private static final List<String> REQUESTS =
            List.of(
                    "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nvalue\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
                    "*5\r\n$4\r\nMSET\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$0\r\n\r\n",
                    "*4\r\n$3\r\nset\r\n$1\r\na\r\n$1\r\n1\r\n$2\r\nNX\r\n",
                    "*3\r\n$6\r\nINCRBY\r\n$1\r\nn\r\n$20\r\n-9223372036854775808\r\n",
                    "*4\r\n$3\r\nCAS\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\n2\r\n",
                    "*5\r\n$5\r\nRANGE\r\n$0\r\n\r\n$1\r\nz\r\n$5\r\nLIMIT\r\n$2\r\n10\r\n",
                    "*4\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$7\r\nSETNAME\r\n$2\r\nme\r\n*1\r\n$4\r\nQUIT\r\n",
                    "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\nx\r\n*1\r\n$7\r\nCOMMAND\r\n",
                    "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n*\r\n*1\r\n$4\r\nINFO\r\n",
                    "*6\r\n$11\r\nRAFT.BACKUP\r\n$4\r\nREAD\r\n$1\r\n1\r\n$1\r\n0\r\n$3\r\n100\r\n$0\r\n\r\n",
                    "*3\r\n$8\r\nRAFT.ADD\r\n$2\r\nn3\r\n$7\r\nh3:7001\r\n",
                    "SET a \"x\\x41\\n\" NX\r\nget a\r\nPING\n*1\r\n$4\r\nPING\r\n",
                    "append b 'it\\'s'\r\n\r\nDEL a b c\r\n");

    private static final List<String> REPLIES =
            List.of(
                    "+OK\r\n",
                    "-ERR no\r\n",
                    ":-12\r\n",
                    "_\r\n",
                    "$5\r\nvalue\r\n",
                    "$-1\r\n",
                    "=9\r\ntxt:hello\r\n",
                    "*3\r\n:1\r\n*2\r\n+a\r\n$0\r\n\r\n_\r\n",
                    "*-1\r\n",
                    "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n");

    static Stream<HostileInput> targets() {
        return Stream.of(
                        target("resp", HostileRespTest::requests)
                                .from(bytes(REQUESTS))
                                .mayAllocate(4 << 20, 500)
                                .upTo(32 << 10),
                        target("resp-of-strangers", HostileRespTest::strangersRequests)
                                .from(bytes(REQUESTS))
                                .mayAllocate(4 << 20, 500)
                                .upTo(32 << 10),
                        target("resp-line", HostileRespTest::line)
                                .from(bytes(List.of("SET a \"x\\x41\\n\" 'it\\'s' b", "get  a")))
                                .refusedWith(IllegalArgumentException.class),
                        target("resp-replies", HostileRespTest::reply)
                                .from(bytes(REPLIES))
                                .refusedWith(IOException.class)
                                .refusedWith(EOFException.class)
                                .mayAllocate(256 << 10, 100))
                .filter(HostileInput::isWanted);
    }

    private static HostileInput target(String name, HostileInput.Target target) {
        return HostileInput.into(HostileRespTest.class, name, target);
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(UTF_8)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"=-1\r\n", "%-1\r\n", "%4611686018427387905\r\n", "=2\r\nab"})
    void replyOfNoPossibleLengthIsOneClearError(String reply) {
        IOException e = assertThrows(IOException.class, () -> reply(reply.getBytes(UTF_8)));
        assertTrue(e.getMessage().startsWith("reply "), e.toString());
    }

    private static String requests(byte[] input) {
        return requests(input, null);
    }

    private static String strangersRequests(byte[] input) {
        return requests(input, "a password that nobody guesses");
    }

    /** Takes requests as a connection does, up to the point where they would be carried out. */
    private static final class Planner extends ChannelInboundHandlerAdapter {
        private final Client client;
        int planned;
        int refused;
        Throwable end;
        Throwable unexpected;

        Planner(Client client) {
            this.client = client;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Request request = (Request) message;
            assertTrue(request.bytes() <= client.server().config().requestBytesMax());
            if (end != null || request.refusal() != null) {
                refused++;
            } else {
                plan(request);
            }
            client.server().budget().give(request.bytes());
        }

        private void plan(Request request) {
            try {
                Commands.plan(client, new Args(request.words(), client.server().config()));
                planned++;
            } catch (CommandException e) {
                assertTrue(e.reply() instanceof Reply.Failure, "an error for an answer");
                refused++;
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Throwable reason = cause instanceof DecoderException ? cause.getCause() : cause;
            if (reason instanceof ProtocolException || reason instanceof RedisCodecException) {
                end = end == null ? reason : end;
            } else {
                // Thrown from here it would only be logged.
                unexpected = cause;
            }
        }
    }

    private static String requests(byte[] input, String password) {
        FakeGroup group = new FakeGroup();
        RespNode node =
                RespNode.create(group, RespFixture.config(VALUE_BYTES_MAX, 10, password), 0, null);
        Client client = new Client(node, 1, "nowhere");
        Planner planner = new Planner(client);
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        EmbeddedChannel channel =
                new EmbeddedChannel(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel created) {
                                created.config().setAllocator(allocator);
                                created.pipeline()
                                        .addLast(new LineEnds())
                                        .addLast(
                                                new RedisDecoder(
                                                        64 << 10,
                                                        FixedRedisMessagePool.INSTANCE,
                                                        true))
                                        .addLast(new RequestAggregator(client))
                                        .addLast(planner);
                            }
                        });
        Random pieces = new Random(input.length);
        for (int from = 0; from < input.length; ) {
            int length = Math.min(input.length - from, 1 + pieces.nextInt(200));
            channel.writeInbound(allocator.buffer(length, length).writeBytes(input, from, length));
            from += length;
        }
        channel.checkException();
        channel.finishAndReleaseAll();
        if (planner.unexpected != null) {
            throw new AssertionError(planner.unexpected);
        }
        node.backups().close();
        assertEquals(0, node.budget().taken(), "memory that nobody uses");
        assertEquals(0, allocator.metric().usedDirectMemory(), "leak");
        assertEquals(0, group.proposed().size(), "nothing was carried out");
        assertTrue(password == null || !client.isAuthenticated(), "let in without the password");
        return Math.min(3, planner.planned)
                + " planned, "
                + Math.min(1, planner.refused)
                + " refused, "
                + (planner.end == null ? "open" : planner.end.getClass().getSimpleName());
    }

    private static String line(byte[] input) {
        return Math.min(5, InlineWords.split(new String(input, UTF_8)).size()) + " words";
    }

    private static String reply(byte[] input) throws IOException {
        return new ReplyReader(new ByteArrayInputStream(input)).read().getClass().getSimpleName();
    }
}
