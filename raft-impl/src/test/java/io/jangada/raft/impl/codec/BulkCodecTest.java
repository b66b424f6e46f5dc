package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRequest;
import io.jangada.raft.impl.codec.BulkMessage.Refusal;
import io.jangada.raft.impl.codec.RawMessage.Field;
import io.jangada.raft.spi.OutboundFrame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bulk lane's bytes, what is refused, and what of later versions is survived. */
class BulkCodecTest {
    private static final GroupId GROUP = GroupId.of("g1");
    private static final String HASH = "0123456789abcdef".repeat(4);
    private static final int GROUP_FIELD = 1;
    private static final int TYPE = 2;
    private static final int INDEX = 3;
    private static final int HASH_FIELD = 4;
    private static final int POSITION = 5;
    private static final int LENGTH = 6;
    private static final int CRC = 7;
    private static final int REFUSAL = 8;

    private static List<BulkMessage> samples() {
        return List.of(
                new ChunkRequest(GROUP, 300, HASH, 262_144, 262_144),
                new Chunk(GROUP, 300, HASH, 262_144, "abc".getBytes(StandardCharsets.UTF_8)),
                new ChunkRefused(GROUP, 300, HASH, 262_144, Refusal.GONE));
    }

    private static byte[] encode(BulkMessage message) {
        OutboundFrame frame = BulkCodec.encode(message);
        ByteBuffer target = ByteBuffer.allocate(frame.size());
        frame.writeTo(target);
        assertEquals(frame.size(), target.position(), "size() and what was written");
        return target.array();
    }

    private static BulkMessage decode(byte[] frame) {
        return BulkCodec.decode(ByteBuffer.wrap(frame));
    }

    private static void assertSame(BulkMessage expected, BulkMessage found) {
        if (expected instanceof Chunk chunk) {
            Chunk other = (Chunk) found;
            assertArrayEquals(chunk.content(), other.content());
            assertEquals(
                    new Chunk(chunk.group(), chunk.index(), chunk.hash(), chunk.position(), NONE),
                    new Chunk(other.group(), other.index(), other.hash(), other.position(), NONE));
        } else {
            assertEquals(expected, found);
        }
    }

    private static final byte[] NONE = {};

    private static String refused(RawMessage raw) {
        byte[] frame = raw.toBytes();
        return assertThrows(BadFrameException.class, () -> decode(frame)).getMessage();
    }

    private static RawMessage raw(BulkMessage message) {
        return RawMessage.parse(encode(message));
    }

    // The bytes, for ever

    @Test
    void bytesOfARequest() {
        String header =
                "0a026731" // group "g1"
                        + "18ac02" // index 300
                        + "2240"
                        + HexFormat.of().formatHex(HASH.getBytes(StandardCharsets.US_ASCII))
                        + "28808010" // position 262144
                        + "1001" // type 1
                        + "30808010"; // length 262144
        assertEquals("01" + "53" + header, HexFormat.of().formatHex(encode(samples().get(0))));
    }

    @Test
    void bytesOfAChunk() {
        String header =
                "0a026731"
                        + "18ac02"
                        + "2240"
                        + HexFormat.of().formatHex(HASH.getBytes(StandardCharsets.US_ASCII))
                        + "28808010"
                        + "1002" // type 2
                        + "38b7ffacb203"; // crc32c 0x364b3fb7
        assertEquals(
                "01" + "55" + header + "03616263",
                HexFormat.of().formatHex(encode(samples().get(1))));
    }

    @Test
    void bytesOfARefusal() {
        String header =
                "0a026731"
                        + "18ac02"
                        + "2240"
                        + HexFormat.of().formatHex(HASH.getBytes(StandardCharsets.US_ASCII))
                        + "28808010"
                        + "1003" // type 3
                        + "4002"; // gone
        assertEquals("01" + "51" + header, HexFormat.of().formatHex(encode(samples().get(2))));
    }

    // There and back

    @Property(tries = 500)
    void whatIsEncodedIsDecoded(@ForAll("messages") BulkMessage message) {
        assertSame(message, decode(encode(message)));
        assertTrue(BulkCodec.encode(message).size() <= BulkCodec.sizeMax());
    }

    @Provide
    Arbitrary<BulkMessage> messages() {
        Arbitrary<GroupId> groups =
                Arbitraries.strings()
                        .withCharRange('a', 'z')
                        .ofMinLength(1)
                        .ofMaxLength(64)
                        .map(GroupId::of);
        Arbitrary<Long> indexes = Arbitraries.longs().between(1, 1L << 62);
        Arbitrary<String> hashes = Arbitraries.strings().withChars("0123456789abcdef").ofLength(64);
        Arbitrary<Long> positions = Arbitraries.longs().between(0, 1L << 62);
        Arbitrary<Integer> lengths = Arbitraries.integers().between(1, BulkMessage.CHUNK_BYTES_MAX);
        Arbitrary<byte[]> contents =
                Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(500);
        return Arbitraries.oneOf(
                Combinators.combine(groups, indexes, hashes, positions, lengths)
                        .as(ChunkRequest::new),
                Combinators.combine(groups, indexes, hashes, positions, contents).as(Chunk::new),
                Combinators.combine(
                                groups, indexes, hashes, positions, Arbitraries.of(Refusal.class))
                        .as(ChunkRefused::new));
    }

    @Test
    void theLargestChunkFits() {
        byte[] content = new byte[BulkMessage.CHUNK_BYTES_MAX];
        new Random(1).nextBytes(content);
        Chunk chunk =
                new Chunk(GroupId.of("g".repeat(64)), 1L << 62, HASH, (1L << 62) - 1, content);
        assertTrue(encode(chunk).length <= BulkCodec.sizeMax());
        assertSame(chunk, decode(encode(chunk)));
    }

    // Strictness

    @ParameterizedTest
    @MethodSource("samples")
    void everyFieldIsRequiredOnce(BulkMessage message) {
        for (Field field : raw(message).header) {
            refused(raw(message).remove(field.number()));
            refused(raw(message).add(field));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void noNumberIsNegativeOrHuge(BulkMessage message) {
        for (Field field : raw(message).header) {
            if (field.bytes() == null) {
                for (long bad : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                    refused(raw(message).set(field.number(), bad));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyFieldHasItsWireType(BulkMessage message) {
        for (Field field : raw(message).header) {
            Field other =
                    field.bytes() == null
                            ? Field.bytes(field.number(), new byte[] {1})
                            : Field.number(field.number(), 1);
            RawMessage raw = raw(message);
            raw.header.replaceAll(each -> each.number() == field.number() ? other : each);
            refused(raw);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void fieldsOfLaterVersionsAreSkipped(BulkMessage message) {
        RawMessage raw = raw(message);
        raw.add(Field.number(20, 5)).add(Field.text(21, "later"));
        assertSame(message, decode(raw.toBytes()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nothingFollowsAMessage(BulkMessage message) {
        RawMessage raw = raw(message);
        raw.rest.add(new byte[] {1, 2});
        refused(raw);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyCutIsNoticed(BulkMessage message) {
        byte[] frame = encode(message);
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThrows(BadFrameException.class, () -> decode(cut));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void otherVersionsAreRefused(BulkMessage message) {
        RawMessage raw = raw(message);
        raw.version = 2;
        assertEquals("bulk frame version 2; this node speaks version 1", refused(raw));
    }

    @Test
    void valuesThatNobodyMeansAreRefused() {
        BulkMessage request = samples().get(0);
        refused(raw(request).set(TYPE, 4));
        refused(raw(request).set(INDEX, 0));
        refused(raw(request).set(LENGTH, 0));
        refused(raw(request).set(LENGTH, BulkMessage.CHUNK_BYTES_MAX + 1));
        refused(raw(request).setText(GROUP_FIELD, "no such name"));
        refused(raw(request).setText(HASH_FIELD, HASH.substring(1)));
        refused(raw(request).setText(HASH_FIELD, HASH.toUpperCase(java.util.Locale.ROOT)));
        refused(raw(request).setText(HASH_FIELD, "g" + HASH.substring(1)));
        refused(raw(request).set(POSITION, -1));
        refused(raw(samples().get(2)).set(REFUSAL, 9));
    }

    @Test
    void aDamagedChunkIsRefused() {
        assertTrue(refused(raw(samples().get(1)).set(CRC, 1)).contains("checksum"));
        RawMessage empty = raw(samples().get(1)).set(CRC, 0);
        empty.rest.set(0, new byte[0]);
        assertEquals("a chunk has 0 bytes", refused(empty));
        RawMessage large = raw(samples().get(1));
        large.rest.set(0, new byte[BulkMessage.CHUNK_BYTES_MAX + 1]);
        refused(large);
    }

    @Property(tries = 2000)
    void anyBytesAreDecodedOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        List<BulkMessage> samples = new ArrayList<>(samples());
        byte[] frame = encode(samples.get(random.nextInt(samples.size())));
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        try {
            BulkMessage decoded = decode(frame);
            assertSame(decoded, decode(encode(decoded)));
        } catch (BadFrameException e) {
            assertTrue(e.getMessage().length() < 300);
        }
    }
}
