package io.jangada.raft.impl.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
import io.jangada.raft.impl.core.Message.InstallStatus;
import io.jangada.raft.impl.core.Message.ReadIndexRequest;
import io.jangada.raft.impl.core.Message.ReadIndexResponse;
import io.jangada.raft.impl.core.Message.Reconfigure;
import io.jangada.raft.impl.core.Message.ReconfigureResponse;
import io.jangada.raft.impl.core.Message.RemovedNotice;
import io.jangada.raft.impl.core.Message.RequestVote;
import io.jangada.raft.impl.core.Message.RequestVoteResponse;
import io.jangada.raft.impl.core.Message.SignOfLife;
import io.jangada.raft.impl.core.Message.TimeoutNow;
import io.jangada.raft.impl.core.Message.TransferRequest;
import io.jangada.raft.impl.core.Proposal;
import io.jangada.raft.impl.core.Refusal;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Frames as bytes, and one message of each type. */
final class Frames {
    static final GroupId GROUP = GroupId.of("g1");

    static final SnapshotInfo SNAPSHOT =
            new SnapshotInfo(
                    new SnapshotMeta(
                            1000, 8, 70_000, 990, Membership.parse("voters n1=h1:7000,n2=h2:7000")),
                    123_456_789,
                    "0123456789abcdef".repeat(4));

    private Frames() {}

    static byte[] encode(Message... messages) {
        return encode(List.of(messages).stream().map(m -> new Envelope(GROUP, m)).toList());
    }

    /** Encodes, and checks on the way that the frame fills exactly the room that it asked for. */
    static byte[] encode(List<Envelope> envelopes) {
        OutboundFrame frame = MessageCodec.encode(envelopes);
        ByteBuffer target = ByteBuffer.allocate(frame.size() + 7).position(3);
        frame.writeTo(target);
        assertEquals(3 + frame.size(), target.position(), "size() and what was written");
        byte[] bytes = new byte[frame.size()];
        target.get(3, bytes);
        return bytes;
    }

    static List<Envelope> decode(byte[] frame) {
        return MessageCodec.decode(ByteBuffer.wrap(frame));
    }

    static LogEntry entry(long index, long term, long time, EntryType type, String payload) {
        return new LogEntry(index, term, time, type, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** One of each type, with all fields different where that is possible. */
    static List<Message> samples() {
        return List.of(
                new RequestVote(7, true, 300, 6, false),
                new RequestVoteResponse(7, false, true),
                new AppendEntries(
                        9,
                        1000,
                        7,
                        998,
                        List.of(
                                entry(1001, 8, 70_000, EntryType.NOOP, ""),
                                entry(1002, 9, 70_001, EntryType.COMMAND, "set a 1"),
                                entry(1003, 9, 70_001, EntryType.OPEN_SESSION, "s"),
                                entry(1004, 9, 70_002, EntryType.MEMBERSHIP, "voters n1=h1:7000"))),
                new AppendEntriesResponse(9, false, 1000, 5, 700, 900),
                new Heartbeat(9, 123_456, 998),
                new HeartbeatResponse(9, 123_456, 1004),
                new ReadIndexRequest(9, 42),
                new ReadIndexResponse(9, -42, 1004),
                new ForwardProposal(
                        9,
                        43,
                        new Proposal(
                                EntryType.COMMAND, "set b 2".getBytes(StandardCharsets.UTF_8))),
                new ForwardRefused(9, 43, Refusal.TRANSFERRING),
                new TransferRequest(9, NodeId.of("n2")),
                new TimeoutNow(9, 123_457),
                new InstallSnapshot(9, SNAPSHOT),
                new InstallSnapshotResponse(9, 1000, 123_456_789, InstallStatus.FETCHING),
                new Reconfigure(
                        9, 44, new MembershipChange.Add(new Member(NodeId.of("n4"), "h4:7000"))),
                new ReconfigureResponse(9, 44, "node n4 does not answer"),
                new RemovedNotice(9, 1004),
                new SignOfLife(9, 5, -6, true));
    }
}
