package io.jangada.raft.impl.codec;

import io.jangada.raft.impl.core.Message;
import io.jangada.raft.impl.core.Message.AppendEntries;
import io.jangada.raft.impl.core.Message.AppendEntriesResponse;
import io.jangada.raft.impl.core.Message.ForwardProposal;
import io.jangada.raft.impl.core.Message.ForwardRefused;
import io.jangada.raft.impl.core.Message.Heartbeat;
import io.jangada.raft.impl.core.Message.HeartbeatResponse;
import io.jangada.raft.impl.core.Message.InstallSnapshot;
import io.jangada.raft.impl.core.Message.InstallSnapshotResponse;
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
import java.util.HashMap;
import java.util.Map;

/** The kinds of messages. Codes are part of the wire format: none is ever changed or used again. */
enum MessageType {
    REQUEST_VOTE(1, RequestVote.class),
    REQUEST_VOTE_RESPONSE(2, RequestVoteResponse.class),
    APPEND_ENTRIES(3, AppendEntries.class),
    APPEND_ENTRIES_RESPONSE(4, AppendEntriesResponse.class),
    HEARTBEAT(5, Heartbeat.class),
    HEARTBEAT_RESPONSE(6, HeartbeatResponse.class),
    READ_INDEX_REQUEST(7, ReadIndexRequest.class),
    READ_INDEX_RESPONSE(8, ReadIndexResponse.class),
    FORWARD_PROPOSAL(9, ForwardProposal.class),
    FORWARD_REFUSED(10, ForwardRefused.class),
    TRANSFER_REQUEST(11, TransferRequest.class),
    TIMEOUT_NOW(12, TimeoutNow.class),
    INSTALL_SNAPSHOT(13, InstallSnapshot.class),
    INSTALL_SNAPSHOT_RESPONSE(14, InstallSnapshotResponse.class),
    RECONFIGURE(15, Reconfigure.class),
    RECONFIGURE_RESPONSE(16, ReconfigureResponse.class),
    REMOVED_NOTICE(17, RemovedNotice.class),
    SIGN_OF_LIFE(18, SignOfLife.class);

    private static final Map<Long, MessageType> BY_CODE = new HashMap<>();
    private static final Map<Class<?>, MessageType> BY_CLASS = new HashMap<>();

    static {
        for (MessageType type : values()) {
            BY_CODE.put((long) type.code, type);
            BY_CLASS.put(type.message, type);
        }
    }

    private final int code;
    private final Class<? extends Message> message;

    MessageType(int code, Class<? extends Message> message) {
        this.code = code;
        this.message = message;
    }

    int code() {
        return code;
    }

    static MessageType of(Message message) {
        MessageType type = BY_CLASS.get(message.getClass());
        if (type == null) {
            throw new AssertionError("no code for " + message.getClass());
        }
        return type;
    }

    static MessageType of(long code) {
        MessageType type = BY_CODE.get(code);
        if (type == null) {
            throw new BadFrameException("no message has type " + code);
        }
        return type;
    }
}
