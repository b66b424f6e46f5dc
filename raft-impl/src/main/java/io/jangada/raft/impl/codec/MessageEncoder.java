package io.jangada.raft.impl.codec;

import static io.jangada.raft.impl.codec.EntryField.CLUSTER_TIME;
import static io.jangada.raft.impl.codec.EntryField.ENTRY_TERM;
import static io.jangada.raft.impl.codec.EntryField.ENTRY_TYPE;
import static io.jangada.raft.impl.codec.MessageField.BYTES;
import static io.jangada.raft.impl.codec.MessageField.CHANGE;
import static io.jangada.raft.impl.codec.MessageField.CONFLICT_INDEX;
import static io.jangada.raft.impl.codec.MessageField.CONFLICT_TERM;
import static io.jangada.raft.impl.codec.MessageField.ENTRY_COUNT;
import static io.jangada.raft.impl.codec.MessageField.FOLLOWED;
import static io.jangada.raft.impl.codec.MessageField.GRANTED;
import static io.jangada.raft.impl.codec.MessageField.GROUP;
import static io.jangada.raft.impl.codec.MessageField.HASH;
import static io.jangada.raft.impl.codec.MessageField.INDEX;
import static io.jangada.raft.impl.codec.MessageField.LAST_LOG_INDEX;
import static io.jangada.raft.impl.codec.MessageField.LAST_LOG_TERM;
import static io.jangada.raft.impl.codec.MessageField.LEADER_COMMIT;
import static io.jangada.raft.impl.codec.MessageField.LED;
import static io.jangada.raft.impl.codec.MessageField.MEMBERSHIP_INDEX;
import static io.jangada.raft.impl.codec.MessageField.PREV_LOG_INDEX;
import static io.jangada.raft.impl.codec.MessageField.PREV_LOG_TERM;
import static io.jangada.raft.impl.codec.MessageField.PRE_VOTE;
import static io.jangada.raft.impl.codec.MessageField.PRIORITY;
import static io.jangada.raft.impl.codec.MessageField.PROPOSAL_TYPE;
import static io.jangada.raft.impl.codec.MessageField.READ_INDEX;
import static io.jangada.raft.impl.codec.MessageField.REASON;
import static io.jangada.raft.impl.codec.MessageField.REBUILD;
import static io.jangada.raft.impl.codec.MessageField.REBUILD_TO;
import static io.jangada.raft.impl.codec.MessageField.REQUEST_ID;
import static io.jangada.raft.impl.codec.MessageField.REST;
import static io.jangada.raft.impl.codec.MessageField.ROUND;
import static io.jangada.raft.impl.codec.MessageField.SNAPSHOT_TERM;
import static io.jangada.raft.impl.codec.MessageField.SNAPSHOT_TIME;
import static io.jangada.raft.impl.codec.MessageField.STATUS;
import static io.jangada.raft.impl.codec.MessageField.STOPPED;
import static io.jangada.raft.impl.codec.MessageField.SUCCESS;
import static io.jangada.raft.impl.codec.MessageField.TARGET;
import static io.jangada.raft.impl.codec.MessageField.TERM;
import static io.jangada.raft.impl.codec.MessageField.TRANSFER;
import static io.jangada.raft.impl.codec.MessageField.TYPE;

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
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.io.IOException;

/** Writes messages into a frame: a header each, and entries with headers of their own. */
final class MessageEncoder {
    private final FrameBuilder frame;

    MessageEncoder(FrameBuilder frame) {
        this.frame = frame;
    }

    void write(Envelope envelope) throws IOException {
        Message message = envelope.message();
        text(GROUP, envelope.group().value());
        number(TYPE, MessageType.of(message).code());
        number(TERM, message.term());
        if (message instanceof AppendEntries append) {
            write(append);
        } else if (message instanceof ForwardProposal forward) {
            number(REQUEST_ID, forward.requestId());
            number(PROPOSAL_TYPE, forward.proposal().type().code());
            frame.endHeader();
            frame.block(forward.proposal().payload());
        } else if (message instanceof InstallSnapshot install) {
            write(install.info());
        } else if (message instanceof Reconfigure wish) {
            number(REQUEST_ID, wish.requestId());
            number(CHANGE, ChangeCodec.kind(wish.change()));
            frame.endHeader();
            frame.block(Utf8.encode(ChangeCodec.text(wish.change())));
        } else if (message instanceof ReconfigureResponse response) {
            String refusal = response.refusal();
            number(REQUEST_ID, response.requestId());
            flag(SUCCESS, refusal == null);
            frame.endHeader();
            frame.block(Utf8.encode(refusal == null ? "" : refusal));
        } else {
            writeFields(message);
            frame.endHeader();
        }
    }

    private void write(AppendEntries append) throws IOException {
        number(PREV_LOG_INDEX, append.prevLogIndex());
        number(PREV_LOG_TERM, append.prevLogTerm());
        number(LEADER_COMMIT, append.leaderCommit());
        number(ENTRY_COUNT, append.entries().size());
        frame.endHeader();
        long index = append.prevLogIndex();
        for (LogEntry entry : append.entries()) {
            index++;
            if (entry.index() != index) {
                throw new IllegalArgumentException("entry " + entry + " stands at " + index);
            }
            number(ENTRY_TYPE, entry.type().code());
            number(ENTRY_TERM, entry.term());
            number(CLUSTER_TIME, entry.clusterTimeMillis());
            frame.endHeader();
            frame.block(entry.payload());
        }
    }

    private void write(SnapshotInfo info) throws IOException {
        number(INDEX, info.meta().index());
        number(SNAPSHOT_TERM, info.meta().term());
        number(SNAPSHOT_TIME, info.meta().clusterTimeMillis());
        number(MEMBERSHIP_INDEX, info.meta().membershipIndex());
        number(BYTES, info.bytes());
        text(HASH, info.hash());
        frame.endHeader();
        frame.block(Utf8.encode(info.meta().membership().toString()));
    }

    private void writeFields(Message message) throws IOException {
        if (message instanceof AppendEntriesResponse response) {
            flag(SUCCESS, response.success());
            number(INDEX, response.index());
            number(CONFLICT_TERM, response.conflictTerm());
            number(CONFLICT_INDEX, response.conflictIndex());
            number(LAST_LOG_INDEX, response.lastLogIndex());
        } else if (message instanceof Heartbeat heartbeat) {
            number(ROUND, heartbeat.round());
            number(LEADER_COMMIT, heartbeat.leaderCommit());
            optional(REBUILD, heartbeat.rebuild(), 0);
            optional(REBUILD_TO, heartbeat.rebuildTo(), 0);
            optional(REST, heartbeat.rest() ? 1 : 0, 0);
        } else if (message instanceof HeartbeatResponse response) {
            number(ROUND, response.round());
            number(LAST_LOG_INDEX, response.lastLogIndex());
            optional(PRIORITY, response.priority() + 1L, 1);
            optional(REBUILD, response.rebuild(), 0);
            optional(REST, response.rest() ? 1 : 0, 0);
        } else if (message instanceof RequestVote request) {
            flag(PRE_VOTE, request.preVote());
            number(LAST_LOG_INDEX, request.lastLogIndex());
            number(LAST_LOG_TERM, request.lastLogTerm());
            flag(TRANSFER, request.transfer());
        } else if (message instanceof RequestVoteResponse response) {
            flag(PRE_VOTE, response.preVote());
            flag(GRANTED, response.granted());
        } else if (message instanceof ReadIndexRequest request) {
            number(REQUEST_ID, request.requestId());
        } else if (message instanceof ReadIndexResponse response) {
            number(REQUEST_ID, response.requestId());
            number(READ_INDEX, response.readIndex());
        } else if (message instanceof ForwardRefused refused) {
            number(REQUEST_ID, refused.requestId());
            number(REASON, refused.reason().code());
        } else if (message instanceof TransferRequest request) {
            text(TARGET, request.target().value());
        } else if (message instanceof TimeoutNow timeoutNow) {
            number(ROUND, timeoutNow.round());
        } else if (message instanceof InstallSnapshotResponse response) {
            number(INDEX, response.index());
            number(BYTES, response.bytes());
            number(STATUS, response.status().code());
        } else if (message instanceof RemovedNotice notice) {
            number(MEMBERSHIP_INDEX, notice.membershipIndex());
        } else if (message instanceof SignOfLife sign) {
            number(LED, sign.led());
            number(FOLLOWED, sign.followed());
            flag(STOPPED, sign.stopped());
        } else {
            throw new AssertionError("no fields for " + message);
        }
    }

    private void number(FieldReader.Field field, long value) throws IOException {
        frame.header().writeUInt64(field.number(), value, false);
    }

    /** What is as it nearly always is goes without saying. */
    private void optional(FieldReader.Field field, long value, long byDefault) throws IOException {
        if (value != byDefault) {
            number(field, value);
        }
    }

    private void flag(FieldReader.Field field, boolean value) throws IOException {
        number(field, value ? 1 : 0);
    }

    private void text(FieldReader.Field field, String value) throws IOException {
        frame.header().writeString(field.number(), value, false);
    }
}
