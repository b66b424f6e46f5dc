package io.jangada.raft.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Both ends of the handshake, fed with anything. */
class HandshakePropertiesTest {
    /** Never started; the ends need one to exist. */
    private static IoThreads io;

    private static CapturedLog log;

    @BeforeContainer
    static void open() {
        io = new IoThreads("unused", 1, false);
        log = new CapturedLog();
    }

    @AfterContainer
    static void close() {
        io.close();
        log.close();
        assertEquals(List.of(), log.errors());
    }

    @Provide
    Arbitrary<Hello> hellos() {
        Arbitrary<NodeId> nodes =
                Arbitraries.strings()
                        .withCharRange('a', 'z')
                        .withChars("._-Z9")
                        .ofMinLength(1)
                        .ofMaxLength(64)
                        .map(NodeId::of);
        Arbitrary<StoreId> stores =
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(StoreId::of);
        Arbitrary<PeerIdentity> senders =
                Combinators.combine(
                                Arbitraries.strings()
                                        .ofMaxLength(80)
                                        .filter(HandshakePropertiesTest::isText),
                                nodes,
                                stores,
                                Arbitraries.longs())
                        .as(PeerIdentity::new);
        Arbitrary<Integer> versions = Arbitraries.integers().between(0, 65_535);
        Arbitrary<Integer> lanes = Arbitraries.integers().between(0, 255);
        return Combinators.combine(versions, versions, senders, nodes, lanes).as(Hello::new);
    }

    private static boolean isText(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                .equals(text);
    }

    @Property(tries = 500)
    void helloIsReadAsItWasWritten(@ForAll("hellos") Hello hello) throws Exception {
        byte[] bytes = hello.encode();
        assertTrue(bytes.length <= FrameFormat.HANDSHAKE_BODY_BYTES_MAX);
        assertEquals(hello, Hello.decode(ByteBuffer.wrap(bytes)));
        byte[] withoutLane =
                RawSocket.hello(
                        hello.versionMin(), hello.versionMax(), hello.sender(), hello.addressee());
        assertArrayEquals(withoutLane, Arrays.copyOf(bytes, bytes.length - 1));
        assertEquals(hello.lane(), bytes[bytes.length - 1] & 0xFF);
        Hello older =
                new Hello(
                        hello.versionMin(),
                        hello.versionMax(),
                        hello.sender(),
                        hello.addressee(),
                        Lane.NONE);
        assertEquals(older, Hello.decode(ByteBuffer.wrap(withoutLane)));
        assertArrayEquals(withoutLane, older.encode());
    }

    /** The field behind the lane, which an older node neither writes nor reads. */
    @Property(tries = 200)
    void addressIsReadAsItWasWritten(
            @ForAll("hellos") Hello hello, @ForAll @StringLength(min = 1, max = 60) String address)
            throws Exception {
        Assume.that(isText(address) && hello.lane() != Lane.NONE);
        PeerIdentity mute = hello.sender();
        PeerIdentity sender =
                new PeerIdentity(
                        mute.clusterId(), mute.node(), mute.store(), mute.incarnation(), address);
        Hello telling =
                new Hello(
                        hello.versionMin(),
                        hello.versionMax(),
                        sender,
                        hello.addressee(),
                        hello.lane());
        byte[] bytes = telling.encode();
        assertEquals(telling, Hello.decode(ByteBuffer.wrap(bytes)));
        byte[] older = hello.encode();
        assertArrayEquals(older, Arrays.copyOf(bytes, older.length));
    }

    @Property(tries = 500)
    void helloThatIsCutShortIsMalformed(@ForAll("hellos") Hello hello, @ForAll long seed) {
        byte[] bytes = hello.encode();
        int lane = 1; // The last field, and may be missing.
        byte[] shorter = Arrays.copyOf(bytes, new Random(seed).nextInt(bytes.length - lane));
        assertFalse(isHello(shorter), "read though cut");
    }

    @Property(tries = 2000)
    void helloThatIsChangedIsReadOrMalformed(
            @ForAll("hellos") Hello hello,
            @ForAll @IntRange(min = 1, max = 255) int mask,
            @ForAll long seed) {
        byte[] bytes = hello.encode();
        bytes[new Random(seed).nextInt(bytes.length)] ^= (byte) mask;
        isHello(bytes); // Any other exception fails the test.
    }

    @Property(tries = 1000)
    void anythingIsReadOrMalformed(@ForAll @Size(max = 300) byte[] bytes) {
        isHello(bytes);
    }

    private static boolean isHello(byte[] bytes) {
        try {
            Hello.decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (MalformedFrameException expected) {
            return false;
        }
    }

    private static byte[] introduction(int type) {
        PeerIdentity other = Peer.identity(End.OTHER.value(), Peer.CLUSTER);
        return RawSocket.opening(type, RawSocket.hello(1, 1, other, End.SELF.node()));
    }

    @Property(tries = 500)
    void acceptingEndTakesAnythingAndNoFrameOfAStranger(
            @ForAll @Size(max = 2000) byte[] garbage, @ForAll boolean magic, @ForAll long seed) {
        End end = End.accepting(io, true);
        end.feed(magic ? new byte[] {'J', 'N', 'G', 'D'} : new byte[0], new Random(seed));
        end.feed(garbage, new Random(seed));
        assertEquals(0, end.frames);
        end.end();
    }

    @Property(tries = 500)
    void dialingEndTakesAnything(
            @ForAll @Size(max = 2000) byte[] garbage, @ForAll boolean magic, @ForAll long seed) {
        End end = End.dialing(io, true);
        end.feed(magic ? new byte[] {'J', 'N', 'G', 'D'} : new byte[0], new Random(seed));
        end.feed(garbage, new Random(seed));
        end.end();
    }

    @Property(tries = 500)
    void framesOfAnyTypeInAnyOrderAreTakenOrEndTheConnection(
            @ForAll @Size(max = 6) List<@IntRange(min = 0, max = 8) Integer> types,
            @ForAll boolean introduced,
            @ForAll boolean dialing,
            @ForAll boolean accepts,
            @ForAll @Size(max = 40) byte[] body,
            @ForAll long seed) {
        End end = dialing ? End.dialing(io, accepts) : End.accepting(io, accepts);
        Random pieces = new Random(seed);
        if (introduced) {
            end.feed(introduction(dialing ? RawSocket.WELCOME : RawSocket.HELLO), pieces);
        } else {
            end.feed(new byte[] {'J', 'N', 'G', 'D'}, pieces);
        }
        boolean open = introduced && accepts && !dialing;
        int expected = 0;
        for (int type : types) {
            end.feed(RawSocket.frame(type, body), pieces);
            open &= type == RawSocket.DATA || type == RawSocket.PING;
            expected += open && type == RawSocket.DATA ? 1 : 0;
        }
        assertEquals(expected, end.frames, "frames of those who were accepted, and no others");
        end.end();
    }

    @Property(tries = 500)
    void damagedIntroductionIsNeverAccepted(
            @ForAll @IntRange(min = 1, max = 255) int mask,
            @ForAll boolean dialing,
            @ForAll long seed) {
        End end = dialing ? End.dialing(io, true) : End.accepting(io, true);
        byte[] bytes = introduction(dialing ? RawSocket.WELCOME : RawSocket.HELLO);
        Random random = new Random(seed);
        bytes[random.nextInt(bytes.length)] ^= (byte) mask;
        end.feed(bytes, random);
        end.feed(RawSocket.frame(RawSocket.DATA, new byte[3]), random);
        assertEquals(0, end.frames);
        end.end();
    }
}
