package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.OutboundFrame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageCodecTest {
    /**
     * Bytes on the wire never change for messages that exist: peers of other versions read them.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "RequestVote, 01140a0267311001180788010160ac02800106980100",
        "RequestVoteResponse, 010e0a02673110021807880100900101",
        "AppendEntries, 01120a0267311003180920e807280730e6073804080800100818f0a204000808011009"
                + "18f1a2040773657420612031080803100918f1a2040173080802100918f2a20411766f74657273"
                + "206e313d68313a37303030",
        "AppendEntriesResponse, 01150a02673110041809400048e807500558bc05608407",
        "Heartbeat, 010f0a0267311005180968c0c40730e607",
        "HeartbeatResponse, 010f0a0267311006180968c0c40760ec07",
        "ReadIndexRequest, 010a0a02673110071809702a",
        "ReadIndexResponse, 01160a0267311008180970d6ffffffffffffffff0178ec07",
        "ForwardProposal, 010d0a02673110091809702ba001010773657420622032",
        "ForwardRefused, 010d0a026731100a1809702ba80102",
        "TransferRequest, 010d0a026731100b1809b201026e32",
        "TimeoutNow, 010c0a026731100c180968c1c407",
        "InstallSnapshot, 01600a026731100d180948e807b80108c001f0a204c801de07d001959aef3ada01403031"
                + "32333435363738396162636465663031323334353637383961626364656630313233343536373839"
                + "616263646566303132333435363738396162636465661c766f74657273206e313d68313a37303030"
                + "2c6e323d68323a37303030",
        "InstallSnapshotResponse, 01140a026731100e180948e807d001959aef3ae00100",
        "Reconfigure, 010d0a026731100f1809702ce801020a6e343d68343a37303030",
        "ReconfigureResponse, 010c0a02673110101809702c4000176e6f6465206e3420646f6573206e6f7420616e73776572",
        "RemovedNotice, 010c0a02673110111809c801ec07",
        "SignOfLife, 011a0a026731101218099002059802faffffffffffffffff01a00201"
    })
    void bytesOfEveryMessageAreFixed(String type, String hex) {
        Message message = sample(type);
        assertEquals(hex, HexFormat.of().formatHex(Frames.encode(message)));
        assertEquals(
                List.of(new Envelope(Frames.GROUP, message)),
                Frames.decode(HexFormat.of().parseHex(hex)));
    }

    @Test
    void everyTypeOfMessageHasASampleAndACode() {
        Set<Class<?>> types = Set.of(Message.class.getPermittedSubclasses());
        assertEquals(
                types, Frames.samples().stream().map(Object::getClass).collect(Collectors.toSet()));
        assertEquals(types.size(), MessageType.values().length);
        for (Message message : Frames.samples()) {
            MessageType type = MessageType.of(message);
            assertSame(type, MessageType.of((long) type.code()));
        }
    }

    @Test
    void fieldNumbersAreUniqueAndFitTheReader() {
        List<FieldReader.Field> fields = List.of(MessageField.values());
        assertEquals(
                fields.size(), fields.stream().map(FieldReader.Field::number).distinct().count());
        assertTrue(fields.stream().allMatch(field -> field.number() >= 1 && field.number() <= 63));
    }

    @Test
    void manyMessagesOfManyGroupsKeepTheirOrder() {
        List<Envelope> envelopes =
                Frames.samples().stream()
                        .flatMap(
                                message ->
                                        List.of("a", "b-2", "x".repeat(64)).stream()
                                                .map(g -> new Envelope(GroupId.of(g), message)))
                        .toList();
        assertEquals(envelopes, Frames.decode(Frames.encode(envelopes)));
    }

    @Test
    void frameIsReadWhereverItLies() {
        byte[] frame = Frames.encode(Frames.samples().toArray(Message[]::new));
        List<Envelope> expected = Frames.decode(frame);
        ByteBuffer direct = ByteBuffer.allocateDirect(frame.length + 9).position(4);
        direct.put(frame).flip().position(4);
        assertEquals(expected, MessageCodec.decode(direct));
        assertEquals(4, direct.position(), "the position stays as it was");
        assertEquals(expected, MessageCodec.decode(direct.asReadOnlyBuffer()));
        ByteBuffer middle = ByteBuffer.allocate(frame.length + 9).position(4);
        middle.put(frame).limit(4 + frame.length).position(4);
        assertEquals(expected, MessageCodec.decode(middle));
    }

    @Test
    void payloadsAreNotCopiedBeforeTheyAreWritten() {
        byte[] payload = {1, 2, 3};
        LogEntry entry = new LogEntry(1, 1, 0, EntryType.COMMAND, payload);
        Message append = new AppendEntries(1, 0, 0, 0, List.of(entry));
        OutboundFrame frame = MessageCodec.encode(List.of(new Envelope(Frames.GROUP, append)));
        payload[0] = 99; // Nobody does that; here it shows that the frame holds the array itself.
        ByteBuffer target = ByteBuffer.allocate(frame.size());
        frame.writeTo(target);
        AppendEntries decoded = (AppendEntries) Frames.decode(target.array()).get(0).message();
        assertArrayEquals(payload, decoded.entries().get(0).payload());
        assertNotSame(payload, decoded.entries().get(0).payload());
    }

    @Test
    void decodedPayloadsShareNothingWithTheFrame() {
        byte[] frame = Frames.encode(Frames.samples().toArray(Message[]::new));
        List<Envelope> decoded = Frames.decode(frame);
        List<Envelope> again = Frames.decode(frame);
        Arrays.fill(frame, (byte) 0);
        assertEquals(again, decoded);
    }

    @Test
    void frameMayBeWrittenTwiceAndWhileOthersAreMade() {
        Message first = Frames.samples().get(2);
        OutboundFrame frame = MessageCodec.encode(List.of(new Envelope(Frames.GROUP, first)));
        byte[] expected = Frames.encode(first);
        for (Message other : Frames.samples()) {
            Frames.encode(other);
            ByteBuffer target = ByteBuffer.allocate(frame.size());
            frame.writeTo(target);
            assertArrayEquals(expected, target.array());
        }
    }

    @Test
    void longFramesDoNotSpoilTheNextOnes() {
        byte[] expected = Frames.encode(Frames.samples().get(2));
        LogEntry[] entries = new LogEntry[20_000];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new LogEntry(i + 1, 1, i, EntryType.COMMAND, new byte[] {(byte) i});
        }
        AppendEntries append = new AppendEntries(1, 0, 0, 0, List.of(entries));
        assertEquals(append, Frames.decode(Frames.encode(append)).get(0).message());
        assertArrayEquals(expected, Frames.encode(Frames.samples().get(2)));
    }

    @Test
    void refusalToEncodeLeavesNothingBehind() {
        LogEntry third = new LogEntry(3, 1, 0, EntryType.COMMAND, new byte[10]);
        AppendEntries hole = new AppendEntries(1, 1, 1, 0, List.of(third));
        byte[] expected = Frames.encode(Frames.samples().get(0));
        assertThrows(
                IllegalArgumentException.class, () -> Frames.encode(Frames.samples().get(2), hole));
        assertArrayEquals(expected, Frames.encode(Frames.samples().get(0)));
        Message halfWritten = new Message.TransferRequest(9, null);
        assertThrows(NullPointerException.class, () -> Frames.encode(halfWritten));
        assertArrayEquals(expected, Frames.encode(Frames.samples().get(0)));
        assertThrows(IllegalArgumentException.class, () -> MessageCodec.encode(List.of()));
    }

    /** Granted, or a real vote: from term 1 on. Refused pre-votes come from term 0 too. */
    @Test
    void nodeThatHasSeenNoTermRefusesAPreVote() {
        Message refusal = new RequestVoteResponse(0, true, false);
        assertEquals(refusal, Frames.decode(Frames.encode(refusal)).get(0).message());
        Message grant = new RequestVoteResponse(0, true, true);
        assertThrows(BadFrameException.class, () -> Frames.decode(Frames.encode(grant)));
    }

    @Test
    void entryThatFoundsTheGroupTravels() {
        AppendEntries append =
                new AppendEntries(
                        1,
                        0,
                        0,
                        0,
                        List.of(Frames.entry(1, 0, 0, EntryType.MEMBERSHIP, "voters n1=h1:7000")));
        assertEquals(append, Frames.decode(Frames.encode(append)).get(0).message());
    }

    private static Message sample(String type) {
        return Frames.samples().stream()
                .filter(message -> message.getClass().getSimpleName().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
