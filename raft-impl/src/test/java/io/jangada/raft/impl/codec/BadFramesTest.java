package io.jangada.raft.impl.codec;

import static io.jangada.raft.impl.codec.Frames.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.RawMessage.Field;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and what of later versions is survived. */
class BadFramesTest {
    private static final int GROUP = 1;
    private static final int TYPE = 2;
    private static final int TERM = 3;
    private static final int ENTRY_COUNT = 7;
    private static final int REQUEST_ID = 14;
    private static final int SUCCESS = 8;
    private static final int INDEX = 9;
    private static final int SNAPSHOT_TERM = 23;
    private static final int MEMBERSHIP_INDEX = 25;
    private static final int HASH = 27;
    private static final int STATUS = 28;
    private static final int CHANGE = 29;
    private static final int PRIORITY = 30;
    private static final int REBUILD = 31;
    private static final int REBUILD_TO = 32;
    private static final int REST = 33;

    /** Numbers that may be anything. */
    private static final Set<Integer> BITS = Set.of(REQUEST_ID, 34, 35);

    private static final int UNKNOWN = 60;

    private static List<Message> samples() {
        return Frames.samples();
    }

    // Every type of message, every field

    @ParameterizedTest
    @MethodSource("samples")
    void everyFieldIsRequired(Message message) {
        for (Field field : raw(message).header) {
            assertRefused(raw(message).remove(field.number()), "without field " + field.number());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void noFieldComesTwice(Message message) {
        for (Field field : raw(message).header) {
            assertRefused(raw(message).add(field), "twice field " + field.number());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void noNumberIsNegativeOrHuge(Message message) {
        for (Field field : raw(message).header) {
            if (field.bytes() == null && !BITS.contains(field.number())) {
                for (long bad : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                    assertRefused(
                            raw(message).set(field.number(), bad),
                            "field " + field.number() + " is " + bad);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyFieldHasItsWireType(Message message) {
        for (Field field : raw(message).header) {
            Field other =
                    field.bytes() == null
                            ? Field.bytes(field.number(), new byte[] {1})
                            : Field.number(field.number(), 1);
            RawMessage raw = raw(message);
            raw.header.replaceAll(f -> f.number() == field.number() ? other : f);
            assertRefused(raw, "another wire type for field " + field.number());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void termZeroIsOnlyForThoseWhoSawNone(Message message) {
        assertRefused(raw(message).set(TERM, 0), "term 0");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void fieldsMayComeInAnyOrder(Message message) {
        RawMessage raw = raw(message);
        Collections.reverse(raw.header);
        assertEquals(message, decoded(raw));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void fieldsOfLaterVersionsAreSkipped(Message message) {
        RawMessage raw = raw(message);
        raw.header.add(0, Field.number(UNKNOWN, -1));
        raw.header.add(2, Field.bytes(UNKNOWN + 1, new byte[300]));
        raw.header.add(Field.number(3000, 5));
        raw.header.add(new Field(UNKNOWN, 1, 77, null));
        raw.header.add(new Field(UNKNOWN, 5, 77, null));
        assertEquals(message, decoded(raw));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void groupsAreNeverSkipped(Message message) {
        for (int wireType : new int[] {3, 4, 6, 7}) {
            RawMessage raw = raw(message);
            raw.header.add(new Field(UNKNOWN, wireType, 1, null));
            assertRefused(raw, "wire type " + wireType);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyByteIsNeeded(Message message) {
        byte[] frame = Frames.encode(message);
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThrows(
                    BadFrameException.class, () -> Frames.decode(cut), "cut after " + cut.length);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nothingMayFollow(Message message) {
        byte[] frame = Frames.encode(message);
        for (int more : new int[] {0, 1, 4, 0x7f, 0xff}) {
            byte[] longer = Arrays.copyOf(frame, frame.length + 1);
            longer[frame.length] = (byte) more;
            assertThrows(
                    BadFrameException.class, () -> Frames.decode(longer), "followed by " + more);
        }
    }

    // Frames and headers

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 127, -1})
    void otherVersionIsRefused(int version) {
        RawMessage raw = raw(Frames.samples().get(0));
        raw.version = version;
        assertRefused(raw, "version " + version);
    }

    @Test
    void frameWithoutMessagesIsRefused() {
        assertThrows(BadFrameException.class, () -> Frames.decode(new byte[0]));
        assertThrows(BadFrameException.class, () -> Frames.decode(new byte[] {1}));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 19, 99, 1L << 32 | 1, Long.MAX_VALUE, -1})
    void unknownTypeIsRefused(long type) {
        assertRefused(raw(Frames.samples().get(0)).set(TYPE, type), "type " + type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no blanks", "a/b", "\u0000", "ü"})
    void illegalGroupIsRefused(String group) {
        assertRefused(raw(Frames.samples().get(0)).setText(GROUP, group), "group " + group);
    }

    @Test
    void longNamesAreRefusedWithAShortMessage() {
        RawMessage raw = raw(Frames.samples().get(0)).setText(GROUP, "x".repeat(100_000));
        BadFrameException refused =
                assertThrows(BadFrameException.class, () -> Frames.decode(raw.toBytes()));
        assertTrue(refused.getMessage().length() < 300, refused.getMessage());
    }

    @ParameterizedTest(name = "a header of {0} bytes")
    @ValueSource(longs = {100, 1 << 20, Integer.MAX_VALUE, 0xffffffffL, Long.MAX_VALUE, -1})
    void headerThatIsLongerThanTheFrameIsRefused(long size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        RawMessage.writeVarint(out, size);
        out.writeBytes(RawMessage.bytesOf(raw(Frames.samples().get(0)).header));
        assertThrows(BadFrameException.class, () -> Frames.decode(out.toByteArray()));
    }

    /** A field that reaches behind the end of its header, into the next message. */
    @Test
    void fieldThatCrossesTheEndOfItsHeaderIsRefused() {
        byte[] header = RawMessage.bytesOf(raw(Frames.samples().get(0)).header);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        RawMessage.writeVarint(out, header.length - 1);
        out.writeBytes(header);
        assertThrows(BadFrameException.class, () -> Frames.decode(out.toByteArray()));
    }

    // Entries

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "prevLog newer than the message,       2, 10, 3, 11, 3",
        "term before the first entry,          2, 0, 1, 1, 2",
        "no term behind the founding entry,    2, 10, 0, 11, 2",
        "entry newer than the message,         2, 10, 1, 11, 3",
        "entry older than the one before it,   5, 10, 4, 11, 3",
        "entry of term 0 behind the first,     5, 1, 0, 2, 0"
    })
    void impossiblePositionsAreRefused(
            String why, long term, long prevIndex, long prevTerm, long index, long entryTerm) {
        LogEntry entry = entry(index, entryTerm, 5, EntryType.COMMAND, "x");
        assertRefused(raw(new AppendEntries(term, prevIndex, prevTerm, 0, List.of(entry))), why);
    }

    @Test
    void voteForAnImpossibleLogIsRefused() {
        assertRefused(raw(new Message.RequestVote(3, false, 10, 4, false)), "log of a later term");
        assertRefused(raw(new Message.RequestVote(3, false, 0, 1, false)), "empty log with a term");
        assertRefused(raw(new Message.RequestVote(3, false, 10, 0, false)), "log without a term");
    }

    @Test
    void termsAndTimesNeverFallAlongTheEntries() {
        assertRefused(raw(append(command(11, 3, 5), command(12, 2, 5))), "term falls");
        assertRefused(raw(append(command(11, 3, 5), command(12, 3, 4))), "time falls");
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 5, 1000, Integer.MAX_VALUE, 1L << 40})
    void countOfEntriesIsExact(long count) {
        assertRefused(raw(Frames.samples().get(2)).set(ENTRY_COUNT, count), count + " entries");
    }

    @Test
    void entryHeadersAreAsStrictAsOthers() {
        AppendEntries append = append(command(11, 3, 5));
        for (int number = 1; number <= 3; number++) {
            int field = number;
            assertRefusedEntry(append, fields -> fields.removeIf(f -> f.number() == field));
            assertRefusedEntry(append, fields -> fields.add(Field.number(field, 1)));
            assertRefusedEntry(
                    append,
                    fields ->
                            fields.replaceAll(
                                    f -> f.number() == field ? Field.number(field, -1) : f));
        }
        assertRefusedEntry(
                append, fields -> fields.replaceAll(f -> f.number() == 1 ? Field.number(1, 4) : f));
    }

    @Test
    void laterFieldsOfEntriesAreSkipped() {
        AppendEntries append = append(command(11, 3, 5));
        RawMessage raw = raw(append);
        changeEntry(raw, fields -> fields.add(1, Field.number(UNKNOWN, 7)));
        assertEquals(append, decoded(raw));
    }

    @Test
    void payloadsThatTheCoreReadsAreChecked() {
        for (EntryType type : List.of(EntryType.MEMBERSHIP, EntryType.NOOP)) {
            for (String payload : List.of("garbage", "voters n1", "learners n1=h:1", "\u0000")) {
                assertRefused(raw(append(entry(11, 3, 5, type, payload))), type + " " + payload);
            }
        }
        assertRefused(raw(append(entry(11, 3, 5, EntryType.MEMBERSHIP, ""))), "no voters");
        String many = "voters n1=" + "h".repeat(70_000) + ":7000";
        assertRefused(raw(append(entry(11, 3, 5, EntryType.MEMBERSHIP, many))), "too long");
        byte[] noUtf8 = {'v', 'o', (byte) 0xff};
        Proposal proposal = new Proposal(EntryType.MEMBERSHIP, noUtf8);
        assertRefused(raw(new ForwardProposal(3, 1, proposal)), "proposal that is not UTF-8");
    }

    @Test
    void whatOnlyALeaderItselfWritesCannotBeProposed() {
        assertRefused(
                raw(new ForwardProposal(3, 1, new Proposal(EntryType.NOOP, new byte[0]))), "");
        byte[] voters = "voters n1=h1:7000".getBytes(UTF_8);
        Proposal membership = new Proposal(EntryType.MEMBERSHIP, voters);
        assertRefused(raw(new ForwardProposal(3, 1, membership)), "a membership, around Z38");
    }

    // Snapshots and members

    @Test
    void impossibleSnapshotsAreRefused() {
        Message install = new Message.InstallSnapshot(9, Frames.SNAPSHOT);
        assertRefused(raw(install).set(INDEX, 0), "of nothing");
        assertRefused(raw(install).set(SNAPSHOT_TERM, 10), "of a later term");
        assertRefused(raw(install).set(SNAPSHOT_TERM, 0), "of no term");
        assertRefused(raw(install).set(MEMBERSHIP_INDEX, 1001), "of a later configuration");
        assertRefused(raw(install).setText(HASH, "0123"), "no hash");
        assertRefused(raw(install).setText(HASH, "X".repeat(64)), "no hexadecimal");
        for (String membership : List.of("", "garbage", "learners n1=h1:1", "voters n1")) {
            RawMessage raw = raw(install);
            raw.rest.set(0, membership.getBytes(UTF_8));
            assertRefused(raw, membership);
        }
        Message response =
                new Message.InstallSnapshotResponse(9, 1, 0, Message.InstallStatus.REFUSED);
        assertRefused(raw(response).set(STATUS, 4), "no status");
    }

    @ParameterizedTest(name = "kind {0}: {1}")
    @CsvSource({
        "0, n1",
        "6, n1",
        "1, n1",
        "1, learners n1=h:1",
        "1, ''",
        "1, voters n1=h:1; outgoing n2=h:1",
        "2, n1",
        "2, ''",
        "3, n1=h",
        "4, n1=h:1",
        "5, ''"
    })
    void senselessChangesAreRefused(int kind, String text) {
        Message add = new Message.Reconfigure(9, 1, new MembershipChange.Remove(NodeId.of("n1")));
        RawMessage raw = raw(add).set(CHANGE, kind);
        raw.rest.set(0, text.getBytes(UTF_8));
        assertRefused(raw, text);
    }

    @Test
    void refusalsOfChangesHaveOneLineOfReason() {
        Message refused = new Message.ReconfigureResponse(9, 1, "no");
        Message done = new Message.ReconfigureResponse(9, 1, null);
        assertEquals(done, decoded(raw(done)));
        assertRefused(raw(refused).set(SUCCESS, 1), "success with a reason");
        assertRefused(raw(done).set(SUCCESS, 0), "refused without a reason");
        assertRefused(raw(new Message.ReconfigureResponse(9, 1, "two\nlines")), "two lines");
        assertRefused(raw(new Message.ReconfigureResponse(9, 1, "x".repeat(200_000))), "long");
    }

    /** What an older version does not send is as it was with that version. */
    @Test
    void fieldsOfHeartbeatsThatCameLaterAreOptional() {
        Message heartbeat = new Message.Heartbeat(9, 7, 5, 77, 12);
        assertEquals(heartbeat, decoded(raw(heartbeat)));
        assertEquals(
                new Message.Heartbeat(9, 7, 5),
                decoded(raw(heartbeat).remove(REBUILD).remove(REBUILD_TO)));
        Message response = new Message.HeartbeatResponse(9, 7, 5, -1, 77);
        assertEquals(response, decoded(raw(response)));
        assertEquals(
                new Message.HeartbeatResponse(9, 7, 5),
                decoded(raw(response).remove(PRIORITY).remove(REBUILD)));
        Message asking = new Message.Heartbeat(9, 7, 5, 0, 0, true);
        assertEquals(asking, decoded(raw(asking)));
        assertEquals(new Message.Heartbeat(9, 7, 5), decoded(raw(asking).remove(REST)));
        assertEquals(new Message.Heartbeat(9, 7, 5), decoded(raw(asking).set(REST, 0)));
        assertRefused(raw(asking).set(REST, 2), "neither true nor false");
        Message agreeing = new Message.HeartbeatResponse(9, 7, 5, 0, 0, true);
        assertEquals(agreeing, decoded(raw(agreeing)));
        assertEquals(new Message.HeartbeatResponse(9, 7, 5), decoded(raw(agreeing).remove(REST)));
        assertRefused(raw(response).set(PRIORITY, 1L << 40), "priority");
        assertRefused(raw(response).set(PRIORITY, -1), "priority");
    }

    @ParameterizedTest(name = "a payload of {0} bytes")
    @ValueSource(longs = {8, 1 << 20, Integer.MAX_VALUE, 0xffffffffL, 1L << 33, -1})
    void payloadThatIsLongerThanTheFrameIsRefused(long size) {
        RawMessage raw = raw(Frames.samples().get(8));
        raw.rest.clear();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(raw.toBytes());
        RawMessage.writeVarint(out, size);
        out.writeBytes(new byte[7]);
        assertThrows(BadFrameException.class, () -> Frames.decode(out.toByteArray()));
    }

    private interface Change {
        void apply(List<Field> fields);
    }

    private static void assertRefusedEntry(AppendEntries append, Change change) {
        RawMessage raw = raw(append);
        changeEntry(raw, change);
        assertRefused(raw, "changed entry");
    }

    private static void changeEntry(RawMessage raw, Change change) {
        List<Field> fields = new ArrayList<>(RawMessage.fields(raw.rest.get(0)));
        change.apply(fields);
        raw.rest.set(0, RawMessage.bytesOf(fields));
    }

    private static AppendEntries append(LogEntry... entries) {
        return new AppendEntries(4, 10, 2, 0, List.of(entries));
    }

    private static LogEntry command(long index, long term, long time) {
        return entry(index, term, time, EntryType.COMMAND, "x");
    }

    private static RawMessage raw(Message message) {
        return RawMessage.parse(Frames.encode(message));
    }

    private static Message decoded(RawMessage raw) {
        return Frames.decode(raw.toBytes()).get(0).message();
    }

    private static void assertRefused(RawMessage raw, String why) {
        assertThrows(BadFrameException.class, () -> Frames.decode(raw.toBytes()), why);
    }
}
