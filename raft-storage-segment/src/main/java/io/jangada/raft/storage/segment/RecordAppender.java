package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Puts records into segments: numbers them, begins and ends segments with checkpoints, and syncs.
 * For the writer that has the turn, except where said.
 *
 * <p>Sync order, which recovery relies on:
 *
 * <ol>
 *   <li>A segment's footer is written after all before it is durable, and is durable before the
 *       next segment gets its first record. So a footer vouches for its segment.
 *   <li>The first sync of a new segment also syncs the folder, and then notes the segment's number
 *       in {@link CurrentFile}.
 *   <li>A record never names as durable what is not.
 * </ol>
 */
final class RecordAppender {
    static final byte[] NO_PAYLOAD = {};

    /** Waits until every sync that somebody else began has ended, and was a success. */
    interface OthersDone {
        void await() throws IOException;
    }

    private final OthersDone othersDone;
    private final Journal journal;
    private final SegmentFiles files;
    private final CurrentFile current;
    private final RecordEncoder encoder;
    private final SegmentLedger ledger;
    private final long segmentBytes;
    private final Map<GroupId, GroupMark> marks = new LinkedHashMap<>();
    private final Map<NodeId, StoreId> peers = new LinkedHashMap<>();
    private final boolean namesLost;
    private long peersSequence;
    private int checkpointBytes = Checkpoint.BYTES_PER_RANGE;
    private int segment;

    /** The first sequence of the current segment. */
    private long segmentFirst;

    /** What checkpoints take of it, about: the one at its end is not there yet. */
    private long segmentCheckpointBytes;

    /** The segment that {@link #current} names. */
    private int noted;

    private long lastSequence;
    private volatile long durableSequence;

    /** The durable sequence that the last record names; an idle mark is owed while it is behind. */
    private long namedDurableSequence;

    private boolean unsynced;

    RecordAppender(LogWriter.Setup setup, Recovery recovery, OthersDone othersDone) {
        this.othersDone = othersDone;
        journal = setup.journal();
        files = setup.files();
        current = new CurrentFile(files.folder(), files.disk());
        encoder = new RecordEncoder(setup.store());
        ledger = setup.ledger();
        segmentBytes = setup.segmentBytes();
        Replay replay = recovery.replay();
        replay.groups.values().forEach(group -> addMark(group.state.mark));
        replay.peers.forEach(this::addPeer);
        peersSequence = replay.peersSequence;
        namesLost = replay.namesLost;
        lastSequence = recovery.lastSequence();
        durableSequence = lastSequence;
        segment = recovery.nextSegment();
    }

    /** Begins the first segment of an opening. */
    void start() throws IOException {
        beginSegment(RecordType.RECOVERY);
        sync();
    }

    /** The sequence of the record that was begun last. */
    long lastSequence() {
        return lastSequence;
    }

    boolean unsynced() {
        return unsynced;
    }

    boolean owesIdleMark() {
        return namedDurableSequence != durableSequence;
    }

    void addMark(GroupMark mark) {
        if (marks.put(mark.group, mark) == null) {
            checkpointBytes += mark.checkpointBytes();
        }
    }

    private void addPeer(NodeId peer, StoreId store) {
        if (peers.put(peer, store) == null) {
            checkpointBytes += Checkpoint.BYTES_PER_PEER;
        }
    }

    // Records.

    /** Begins a record of a group, in a segment that has room for it. */
    RecordEncoder begin(RecordType type, GroupMark mark, int payloadBytes) throws IOException {
        roomFor(mark.name.length, payloadBytes);
        return encoder.begin(type, ++lastSequence, durableSequence)
                .group(mark.name, ++mark.sequence);
    }

    /** Ends the record that was begun, and returns its position. */
    long append(byte[] payload) throws IOException {
        int length = encoder.finish(payload);
        namedDurableSequence = durableSequence;
        unsynced = true;
        return Position.of(segment, journal.append(encoder.buffer(), length));
    }

    void appendPeer(byte[] payload) throws IOException {
        roomFor(0, payload.length + Checkpoint.BYTES_PER_PEER);
        encoder.begin(RecordType.PEER, ++lastSequence, durableSequence)
                .group(NO_PAYLOAD, ++peersSequence);
        Replay.readPeer(payload, this::addPeer);
        append(payload);
    }

    /** From this record on recovery does without these segments. */
    void appendDropped(Set<Integer> dropped) throws IOException {
        roomFor(0, rangesBytes());
        ledger.remove(dropped);
        Checkpoint checkpoint = new Checkpoint();
        checkpoint.segments = ledger.ranges();
        checkpoint.segmentsBefore = segmentFirst;
        encoder.begin(RecordType.SEGMENTS_DROPPED, ++lastSequence, durableSequence);
        append(checkpoint.encode());
    }

    /** Notes what is durable, if no record since has done so. */
    void appendIdleMark() throws IOException {
        if (!owesIdleMark()) {
            return;
        }
        namedDurableSequence = durableSequence;
        if (journal.fits(RecordFormat.BYTES_MIN, footerBytes())) {
            encoder.begin(RecordType.IDLE_MARK, ++lastSequence, durableSequence);
            // Not synced: if power fails now the mark may be lost, and with it only the mark.
            append(NO_PAYLOAD);
            write();
        }
    }

    /** Lets what was appended be read. */
    void write() throws IOException {
        journal.take().write();
    }

    /** For a caller who writes and syncs it, and then tells what is {@link #durable}. */
    SegmentAppender.Batch takeToSync() {
        unsynced = false;
        return journal.take();
    }

    /** Whether the current segment was not synced yet. */
    boolean isSegmentNew() {
        return noted != segment;
    }

    /** All up to this record is durable. Any thread, with rising numbers. */
    void durable(long sequence) {
        durableSequence = sequence;
    }

    /** Writes and syncs all that was appended, when all others have done so. */
    void sync() throws IOException {
        othersDone.await();
        write();
        journal.sync();
        if (noted != segment) {
            current.write(segment);
            noted = segment;
        }
        unsynced = false;
        durableSequence = lastSequence;
    }

    // Segments.

    /** Rolls first if a record would not fit, so that no record is begun with the wrong segment. */
    private void roomFor(int groupBytes, int payloadBytes) throws IOException {
        int bytes = RecordFormat.padded(RecordFormat.bytes(groupBytes, payloadBytes));
        if (!journal.fits(bytes, footerBytes())) {
            endSegment();
            ledger.add(
                    new SegmentLedger.Closed(
                            segment,
                            segmentFirst,
                            lastSequence,
                            segmentBytes - segmentCheckpointBytes));
            segment++;
            beginSegment(RecordType.SEGMENT_HEAD);
        }
    }

    private void beginSegment(RecordType type) throws IOException {
        journal.startSegment(segment);
        encoder.segment(segment);
        segmentFirst = ++lastSequence;
        encoder.begin(type, segmentFirst, durableSequence);
        byte[] checkpoint = checkpoint();
        segmentCheckpointBytes = 2L * checkpoint.length;
        append(checkpoint);
        files.readable(segment);
    }

    /** Ends the segment: all before the footer is durable first, then the footer. */
    void endSegment() throws IOException {
        sync();
        encoder.begin(RecordType.FOOTER, ++lastSequence, durableSequence);
        append(checkpoint());
        sync();
    }

    private byte[] checkpoint() {
        Checkpoint checkpoint = new Checkpoint();
        checkpoint.groups = marks.values();
        checkpoint.peers = peers;
        checkpoint.peersSequence = peersSequence;
        checkpoint.segments = ledger.ranges();
        checkpoint.segmentsBefore = segmentFirst;
        checkpoint.namesLost = namesLost;
        return checkpoint.encode();
    }

    private int footerBytes() {
        return RecordFormat.padded(RecordFormat.bytes(0, checkpointBytes + rangesBytes()));
    }

    /** Two more than there are: a segment that closes, and one torn in two. */
    private int rangesBytes() {
        return (rangeCount() + 2) * Checkpoint.BYTES_PER_RANGE;
    }

    private int rangeCount() {
        return Math.max(Checkpoint.RANGES_MAX, ledger.rangeCount());
    }
}
