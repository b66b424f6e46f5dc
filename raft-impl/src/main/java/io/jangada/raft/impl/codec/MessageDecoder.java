package io.jangada.raft.impl.codec;

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

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Membership;
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
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Turns headers and blocks into messages, and refuses what no correct node would send: the core
 * takes what arrives for the truth of a peer. May throw anything on bad input; {@link MessageCodec}
 * sorts that.
 */
final class MessageDecoder {
    private static final FieldReader.Schema MESSAGE = new FieldReader.Schema(MessageField.values());
    private static final FieldReader.Schema ENTRY = new FieldReader.Schema(EntryField.values());

    /** Hundreds of members. Parsing takes many times the memory of the text. */
    private static final int MEMBERSHIP_BYTES_MAX = 64 << 10;

    /** A membership, and a few words around it. */
    private static final int SENTENCE_BYTES_MAX = 2 * MEMBERSHIP_BYTES_MAX;

    /** Three fields, and two lengths. */
    private static final int ENTRY_BYTES_MIN = 8;

    private static final int PRIORITY_MAX = 1_000_000;

    private static final Pattern HASH_FORM = Pattern.compile("[0-9a-f]{64}");

    private final FieldReader in;

    MessageDecoder(FieldReader in) {
        this.in = in;
    }

    Envelope next() throws IOException {
        in.readHeader(MESSAGE);
        GroupId group = GroupId.of(in.text(GROUP));
        return new Envelope(group, message(MessageType.of(in.any(TYPE))));
    }

    private Message message(MessageType type) throws IOException {
        return switch (type) {
            case REQUEST_VOTE -> requestVote();
            case REQUEST_VOTE_RESPONSE -> requestVoteResponse();
            case APPEND_ENTRIES -> appendEntries();
            case APPEND_ENTRIES_RESPONSE ->
                    new AppendEntriesResponse(
                            in.positive(TERM),
                            in.flag(SUCCESS),
                            in.number(INDEX),
                            in.number(CONFLICT_TERM),
                            in.number(CONFLICT_INDEX),
                            in.number(LAST_LOG_INDEX));
            case HEARTBEAT ->
                    new Heartbeat(
                            in.positive(TERM),
                            in.number(ROUND),
                            in.number(LEADER_COMMIT),
                            in.optional(REBUILD, 0),
                            in.optional(REBUILD_TO, 0),
                            in.optionalFlag(REST));
            case HEARTBEAT_RESPONSE ->
                    new HeartbeatResponse(
                            in.positive(TERM),
                            in.number(ROUND),
                            in.number(LAST_LOG_INDEX),
                            priority(),
                            in.optional(REBUILD, 0),
                            in.optionalFlag(REST));
            case READ_INDEX_REQUEST -> new ReadIndexRequest(in.positive(TERM), in.any(REQUEST_ID));
            case READ_INDEX_RESPONSE ->
                    new ReadIndexResponse(
                            in.positive(TERM), in.any(REQUEST_ID), in.number(READ_INDEX));
            case FORWARD_PROPOSAL -> forwardProposal();
            case FORWARD_REFUSED ->
                    new ForwardRefused(
                            in.positive(TERM),
                            in.any(REQUEST_ID),
                            Refusal.of(in.smallNumber(REASON)));
            case TRANSFER_REQUEST ->
                    new TransferRequest(in.positive(TERM), NodeId.of(in.text(TARGET)));
            case TIMEOUT_NOW -> new TimeoutNow(in.positive(TERM), in.number(ROUND));
            case INSTALL_SNAPSHOT -> installSnapshot();
            case INSTALL_SNAPSHOT_RESPONSE ->
                    new InstallSnapshotResponse(
                            in.positive(TERM),
                            in.number(INDEX),
                            in.number(BYTES),
                            InstallStatus.of(in.smallNumber(STATUS)));
            case RECONFIGURE -> reconfigure();
            case RECONFIGURE_RESPONSE -> reconfigureResponse();
            case REMOVED_NOTICE ->
                    new RemovedNotice(in.positive(TERM), in.positive(MEMBERSHIP_INDEX));
            case SIGN_OF_LIFE ->
                    new SignOfLife(
                            in.positive(TERM), in.any(LED), in.any(FOLLOWED), in.flag(STOPPED));
        };
    }

    private int priority() {
        long priority = in.optional(PRIORITY, 1) - 1;
        if (priority > PRIORITY_MAX) {
            throw new BadFrameException("a node has priority " + priority);
        }
        return (int) priority;
    }

    private InstallSnapshot installSnapshot() throws IOException {
        long term = in.positive(TERM);
        long index = in.positive(INDEX);
        long snapshotTerm = in.number(SNAPSHOT_TERM);
        long time = in.number(SNAPSHOT_TIME);
        long membershipIndex = in.number(MEMBERSHIP_INDEX);
        long bytes = in.number(BYTES);
        String hash = in.text(HASH);
        checkPosition(index, snapshotTerm, term);
        if (!HASH_FORM.matcher(hash).matches()) {
            throw new BadFrameException("a snapshot's hash is no SHA-256");
        }
        Membership membership = membership(in.readBlock());
        SnapshotMeta meta =
                new SnapshotMeta(index, snapshotTerm, time, membershipIndex, membership);
        return new InstallSnapshot(term, new SnapshotInfo(meta, bytes, hash));
    }

    private Reconfigure reconfigure() throws IOException {
        long term = in.positive(TERM);
        long requestId = in.any(REQUEST_ID);
        int kind = in.smallNumber(CHANGE);
        String text = sentence(in.readBlock());
        return new Reconfigure(term, requestId, ChangeCodec.change(kind, text));
    }

    private ReconfigureResponse reconfigureResponse() throws IOException {
        long term = in.positive(TERM);
        long requestId = in.any(REQUEST_ID);
        boolean success = in.flag(SUCCESS);
        String refusal = sentence(in.readBlock());
        if (success != refusal.isEmpty()) {
            throw new BadFrameException("a refusal has a reason, and only a refusal");
        }
        return new ReconfigureResponse(term, requestId, success ? null : refusal);
    }

    /** A text of one line: it ends up in logs and before people. */
    private static String sentence(byte[] bytes) {
        if (bytes.length > SENTENCE_BYTES_MAX) {
            throw new BadFrameException("a text has " + bytes.length + " bytes");
        }
        String text = Utf8.decode(bytes);
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new BadFrameException("a text of one line has control characters");
        }
        return text;
    }

    private RequestVote requestVote() {
        RequestVote request =
                new RequestVote(
                        in.positive(TERM),
                        in.flag(PRE_VOTE),
                        in.number(LAST_LOG_INDEX),
                        in.number(LAST_LOG_TERM),
                        in.flag(TRANSFER));
        checkPosition(request.lastLogIndex(), request.lastLogTerm(), request.term());
        return request;
    }

    /** A node that has seen no term yet refuses pre-votes in term 0. */
    private RequestVoteResponse requestVoteResponse() {
        boolean granted = in.flag(GRANTED);
        long term = granted ? in.positive(TERM) : in.number(TERM);
        return new RequestVoteResponse(term, in.flag(PRE_VOTE), granted);
    }

    private ForwardProposal forwardProposal() throws IOException {
        long term = in.positive(TERM);
        long requestId = in.any(REQUEST_ID);
        EntryType type = EntryType.of(in.smallNumber(PROPOSAL_TYPE));
        byte[] payload = in.readBlock();
        if (type == EntryType.NOOP || type == EntryType.MEMBERSHIP) {
            throw new BadFrameException("only a leader itself makes an entry of type " + type);
        }
        return new ForwardProposal(term, requestId, new Proposal(type, payload));
    }

    private AppendEntries appendEntries() throws IOException {
        long term = in.positive(TERM);
        long prevLogIndex = in.number(PREV_LOG_INDEX);
        long prevLogTerm = in.number(PREV_LOG_TERM);
        long leaderCommit = in.number(LEADER_COMMIT);
        checkPosition(prevLogIndex, prevLogTerm, term);
        int count = in.smallNumber(ENTRY_COUNT);
        // Not trusted for a size: entries take no memory before they can be there.
        int believed = Math.min(count, in.remaining() / ENTRY_BYTES_MIN);
        List<LogEntry> entries = new ArrayList<>(believed);
        long lastTerm = prevLogTerm;
        long lastTime = 0;
        for (int i = 1; i <= count; i++) {
            LogEntry entry = entry(prevLogIndex + i);
            checkPosition(entry.index(), entry.term(), term);
            if (entry.term() < lastTerm || entry.clusterTimeMillis() < lastTime) {
                throw new BadFrameException("entry " + entry + " is older than the one before");
            }
            lastTerm = entry.term();
            lastTime = entry.clusterTimeMillis();
            entries.add(entry);
        }
        return new AppendEntries(term, prevLogIndex, prevLogTerm, leaderCommit, entries);
    }

    private LogEntry entry(long index) throws IOException {
        in.readHeader(ENTRY);
        EntryType type = EntryType.of(in.smallNumber(EntryField.ENTRY_TYPE));
        long term = in.number(EntryField.ENTRY_TERM);
        long clusterTime = in.number(EntryField.CLUSTER_TIME);
        byte[] payload = in.readBlock();
        checkPayload(type, payload);
        return new LogEntry(index, term, clusterTime, type, payload);
    }

    /**
     * Only the entry that founded the group is of term 0, and nothing is newer than its message.
     */
    private static void checkPosition(long index, long term, long messageTerm) {
        if (term > messageTerm || (index == 0 && term != 0) || (index > 1 && term == 0)) {
            throw new BadFrameException(
                    "no entry " + index + "@" + term + " can exist in term " + messageTerm);
        }
    }

    /** What the core itself reads of a payload. */
    private static void checkPayload(EntryType type, byte[] payload) {
        if (type == EntryType.NOOP && payload.length > 0) {
            throw new BadFrameException("a no-op has " + payload.length + " bytes of payload");
        }
        if (type == EntryType.MEMBERSHIP) {
            membership(payload);
        }
    }

    private static Membership membership(byte[] payload) {
        if (payload.length > MEMBERSHIP_BYTES_MAX) {
            throw new BadFrameException("a membership has " + payload.length + " bytes");
        }
        Membership membership = Membership.parse(Utf8.decode(payload));
        if (membership.voters().isEmpty()) {
            throw new BadFrameException("a membership has no voters");
        }
        return membership;
    }
}
