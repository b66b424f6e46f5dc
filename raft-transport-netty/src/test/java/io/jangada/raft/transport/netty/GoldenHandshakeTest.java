package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Handshakes and frames of every version so far are read for ever after (S56). */
class GoldenHandshakeTest {
    private static final String PART = "connection";
    private static final NodeId N2 = NodeId.of("n-2.x_y");
    private static final PeerIdentity N1 =
            new PeerIdentity("é 集群", NodeId.of("n1"), StoreId.of(-1, 5), Long.MIN_VALUE);

    /** A frame in words: what it introduces, or says, or its bytes. */
    private record Frame(FrameType type, Object body) {}

    @BeforeAll
    static void writeIfAsked() throws Exception {
        GoldenFiles.writeIfAsked(PART, things(), (name, bytes) -> frames(bytes));
    }

    private static Map<String, byte[]> things() {
        Map<String, byte[]> things = new TreeMap<>();
        things.put("hello-main", opening(FrameType.HELLO, Hello.of(N1, N2, Lane.MAIN).encode()));
        things.put("hello-bulk", opening(FrameType.HELLO, Hello.of(N1, N2, Lane.BULK).encode()));
        things.put(
                "hello-joiner",
                opening(FrameType.HELLO, Hello.of(N1.in(""), N2, Lane.MAIN).encode()));
        things.put("hello-without-lane", opening(FrameType.HELLO, withoutLane()));
        things.put("welcome", opening(FrameType.WELCOME, Hello.of(N1, N2, Lane.MAIN).encode()));
        byte[] refusal = "n1 refuses n2: höchste Zeit".getBytes(StandardCharsets.UTF_8);
        things.put("refusal", opening(FrameType.REFUSAL, refusal));
        byte[] dialer = opening(FrameType.HELLO, Hello.of(N1, N2, Lane.MAIN).encode());
        byte[] data = control(FrameType.DATA, new byte[] {1, 2, 3, -1});
        byte[] empty = control(FrameType.DATA, new byte[0]);
        byte[] ping = control(FrameType.PING, new byte[0]);
        things.put("dialer", join(dialer, data, empty, ping, data));
        byte[] acceptor = opening(FrameType.WELCOME, Hello.of(N1, N2, Lane.BULK).encode());
        things.put("acceptor", join(acceptor, control(FrameType.PONG, new byte[0])));
        return things;
    }

    /** As a node introduces itself that knows of no lanes. */
    private static byte[] withoutLane() {
        byte[] hello = Hello.of(N1, N2, Lane.MAIN).encode();
        return Arrays.copyOf(hello, hello.length - 1);
    }

    private static byte[] opening(FrameType type, byte[] body) {
        return bytes(FrameFormat.opening(UnpooledByteBufAllocator.DEFAULT, type, body));
    }

    private static byte[] control(FrameType type, byte[] body) {
        return bytes(FrameFormat.control(UnpooledByteBufAllocator.DEFAULT, type, body));
    }

    private static byte[] bytes(ByteBuf frame) {
        byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes).release();
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Stream.of(parts).mapToInt(part -> part.length).sum());
        Stream.of(parts).forEach(all::put);
        return all.array();
    }

    private static List<Frame> frames(byte[] bytes) throws MalformedFrameException {
        List<Frame> frames = new ArrayList<>();
        FrameReader reader =
                new FrameReader(
                        UnpooledByteBufAllocator.DEFAULT,
                        FrameFormat.HANDSHAKE_BODY_BYTES_MAX,
                        (type, body) -> frames.add(new Frame(type, inWords(type, body))));
        reader.read(Unpooled.wrappedBuffer(bytes));
        reader.close();
        return frames;
    }

    private static Object inWords(FrameType type, ByteBuffer body) throws MalformedFrameException {
        if (type == FrameType.HELLO || type == FrameType.WELCOME) {
            return Hello.decode(body);
        }
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return type == FrameType.REFUSAL ? new String(bytes, StandardCharsets.UTF_8) : bytes;
    }

    static Stream<GoldenFile> kept() {
        return GoldenFiles.all(PART);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kept")
    void isRead(GoldenFile kept) throws MalformedFrameException {
        kept.check(frames(kept.bytes()));
    }
}
