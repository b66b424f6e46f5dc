package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.codec.BulkMessage.Chunk;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRefused;
import io.jangada.raft.impl.codec.BulkMessage.ChunkRequest;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.Reconfigure;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.impl.core.Refusal;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.testkit.GoldenFiles;
import io.jangada.raft.spi.testkit.GoldenFiles.GoldenFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of every version so far are read for ever after (S56). */
@SuppressWarnings("ArrayRecordComponent") // They are looked at part by part, never compared.
class GoldenFramesTest {
    private static final String MESSAGES = "messages";
    private static final String BULK = "bulk";
    private static final String RECORDS = "records";

    /** Components may be appended, and nothing else. */
    record Order(
            String customer,
            long number,
            Optional<Integer> discount,
            List<Item> items,
            Kind kind,
            byte[] note) {}

    /** Part of an order. */
    record Item(String name, int count, double price) {}

    /** Constants may be appended. */
    enum Kind {
        SALE,
        RETURN
    }

    @BeforeAll
    static void writeIfAsked() throws Exception {
        GoldenFiles.writeIfAsked(MESSAGES, messages(), (name, bytes) -> messagesOf(bytes));
        GoldenFiles.writeIfAsked(BULK, bulkMessages(), (name, bytes) -> bulkMessageOf(bytes));
        GoldenFiles.writeIfAsked(RECORDS, records(), (name, bytes) -> orderOf(bytes));
    }

    // ---- what this version writes --------------------------------------------------------------

    private static Map<String, byte[]> messages() {
        Map<String, byte[]> frames = new TreeMap<>();
        for (Message message : Frames.samples()) {
            frames.put(message.getClass().getSimpleName(), Frames.encode(message));
        }
        variants().forEach((name, message) -> frames.put(name, Frames.encode(message)));
        List<Envelope> ofManyGroups = new ArrayList<>();
        for (Message message : Frames.samples()) {
            ofManyGroups.add(new Envelope(GroupId.of("a"), message));
            ofManyGroups.add(new Envelope(GroupId.of("b-2._" + "x".repeat(59)), message));
        }
        frames.put("ManyGroups", Frames.encode(ofManyGroups));
        return frames;
    }

    /** Forms that the samples do not have. */
    private static Map<String, Message> variants() {
        Map<String, Message> variants = new TreeMap<>();
        variants.put("Heartbeat-ofARebuild", new Heartbeat(9, 123_456, 998, 77, 1004));
        variants.put("HeartbeatResponse-ofARebuild", new HeartbeatResponse(9, 1, 2, 5, 77));
        variants.put("HeartbeatResponse-ofNoLeader", new HeartbeatResponse(9, 1, 2, -1, 0));
        variants.put("Heartbeat-ofARest", new Heartbeat(9, 123_456, 998, 0, 0, true));
        variants.put("HeartbeatResponse-ofARest", new HeartbeatResponse(9, 1, 2, 0, 0, true));
        variants.put("SignOfLife-ofNoGroup", new SignOfLife(9, 0, 0, false));
        for (InstallStatus status : InstallStatus.values()) {
            variants.put(
                    "InstallSnapshotResponse-" + status,
                    new InstallSnapshotResponse(9, 1000, 5, status));
        }
        for (Refusal reason : Refusal.values()) {
            variants.put("ForwardRefused-" + reason, new ForwardRefused(9, 43, reason));
        }
        Member n4 = new Member(NodeId.of("n4"), "h4:7000");
        Membership target = Membership.parse("voters n1=h1:7000,n2=h2:7000; learners n4=h4:7000");
        for (MembershipChange change :
                List.of(
                        new MembershipChange.AddLearner(n4),
                        new MembershipChange.Promote(n4.id()),
                        new MembershipChange.Remove(n4.id()),
                        new MembershipChange.Become(target))) {
            variants.put(
                    "Reconfigure-" + change.getClass().getSimpleName(),
                    new Reconfigure(9, 44, change));
        }
        variants.put("ReconfigureResponse-done", new ReconfigureResponse(9, 44, null));
        return variants;
    }

    private static Map<String, byte[]> bulkMessages() {
        Map<String, byte[]> frames = new TreeMap<>();
        String hash = Frames.SNAPSHOT.hash();
        byte[] content = {0, 1, 2, 3, -1};
        frames.put(
                "ChunkRequest",
                bytes(BulkCodec.encode(new ChunkRequest(Frames.GROUP, 1000, hash, 5, 262_144))));
        frames.put(
                "Chunk", bytes(BulkCodec.encode(new Chunk(Frames.GROUP, 1000, hash, 5, content))));
        for (BulkMessage.Refusal refusal : BulkMessage.Refusal.values()) {
            frames.put(
                    "ChunkRefused-" + refusal,
                    bytes(
                            BulkCodec.encode(
                                    new ChunkRefused(Frames.GROUP, 1000, hash, 5, refusal))));
        }
        return frames;
    }

    private static byte[] bytes(OutboundFrame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(frame.size());
        frame.writeTo(bytes);
        return bytes.array();
    }

    private static Map<String, byte[]> records() {
        Order order =
                new Order(
                        "Ünïcode & Söhne",
                        -7,
                        Optional.of(15),
                        List.of(
                                new Item("bolt", 100, 0.25),
                                new Item("nut", Integer.MAX_VALUE, -1)),
                        Kind.RETURN,
                        new byte[] {1, 0, -1});
        Order bare = new Order("", 0, Optional.empty(), List.of(), Kind.SALE, new byte[0]);
        return Map.of(
                "Order", Codec.of(Order.class).encode(order),
                "Order-bare", Codec.of(Order.class).encode(bare));
    }

    // ---- how it is read ------------------------------------------------------------------------

    /** What a proposal holds, which is not a record, as one. */
    private record Forwarded(
            GroupId group, long term, long requestId, EntryType content, byte[] payload) {}

    private static Object messagesOf(byte[] frame) {
        return Frames.decode(frame).stream().map(GoldenFramesTest::inParts).toList();
    }

    private static Object inParts(Envelope envelope) {
        if (envelope.message() instanceof ForwardProposal forward) {
            return new Forwarded(
                    envelope.group(),
                    forward.term(),
                    forward.requestId(),
                    forward.proposal().type(),
                    forward.proposal().payload());
        }
        return envelope;
    }

    private static Object bulkMessageOf(byte[] frame) {
        return BulkCodec.decode(ByteBuffer.wrap(frame));
    }

    private static Object orderOf(byte[] bytes) {
        return Codec.of(Order.class).decode(ByteBuffer.wrap(bytes));
    }

    static Stream<GoldenFile> keptMessages() {
        return GoldenFiles.all(MESSAGES);
    }

    static Stream<GoldenFile> keptBulkMessages() {
        return GoldenFiles.all(BULK);
    }

    static Stream<GoldenFile> keptRecords() {
        return GoldenFiles.all(RECORDS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keptMessages")
    void messagesAreRead(GoldenFile kept) {
        kept.check(messagesOf(kept.bytes()));
    }

    /** What a version to come may add, between and behind the fields of today. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("keptMessages")
    void messagesAreReadWithFieldsOfVersionsToCome(GoldenFile kept) {
        byte[] longer = FutureFrames.withUnknownFields(kept.bytes());
        assertTrue(longer.length > kept.bytes().length);
        kept.check(messagesOf(longer));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keptBulkMessages")
    void bulkMessagesAreRead(GoldenFile kept) {
        kept.check(bulkMessageOf(kept.bytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keptBulkMessages")
    void bulkMessagesAreReadWithFieldsOfVersionsToCome(GoldenFile kept) {
        kept.check(bulkMessageOf(FutureFrames.withUnknownBulkFields(kept.bytes())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keptRecords")
    void recordsOfApplicationsAreRead(GoldenFile kept) {
        kept.check(orderOf(kept.bytes()));
    }

    @Test
    void everyTypeOfMessageWasKept() {
        Set<String> kept =
                Stream.concat(keptMessages(), keptBulkMessages())
                        .map(file -> file.name().replaceFirst("-.*", ""))
                        .collect(Collectors.toSet());
        Set<String> types =
                Stream.of(Message.class, BulkMessage.class)
                        .flatMap(type -> Stream.of(type.getPermittedSubclasses()))
                        .map(Class::getSimpleName)
                        .collect(Collectors.toSet());
        types.removeAll(kept);
        assertEquals(Set.of(), types, "write the set of this version");
    }
}
