package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over all segments in order, rebuilding what is in memory. It hunts for records at every
 * multiple of 4 and trusts nothing else, neither Chronicle's headers nor its index pages, so that a
 * damaged place costs the records that stood there and no others.
 *
 * <p>It notes holes in the store sequence and what they did to each group; {@link Recovery} judges
 * whether a hole is a torn tail, a damage, or a segment that was deleted on purpose.
 */
final class Replay {
    /** A group as far as the records tell. */
    static final class Group {
        final GroupState state;

        /**
         * Store sequence of the last record that vouches for this group: its own or a checkpoint.
         */
        long provenAt;

        Group(GroupId id) {
            state = new GroupState(new GroupMark(id));
        }
    }

    private final RecordReader record;
    private final long cut;

    final Map<String, Group> groups = new LinkedHashMap<>();
    final Map<NodeId, StoreId> peers = new LinkedHashMap<>();
    final List<Hole> holes = new ArrayList<>();
    long peersSequence;

    /** Whether the records of peers have no gap, and what last vouched for them. */
    boolean peersDamaged;

    long peersProvenAt;

    long lastSequence;

    /** Highest sequence that any record names as durable. */
    long durableSequence;

    boolean namesLost;

    /** Store sequence of the last checkpoint of all groups. */
    long checkpointAt;

    /** What is needed of the sequences below a bound; the rest was deleted on purpose. */
    List<Checkpoint.Range> needed = List.of();

    long neededBefore;

    /**
     * A pass.
     *
     * @param cut records with a higher sequence are ignored
     */
    Replay(StoreId store, long cut) {
        record = new RecordReader(store);
        this.cut = cut;
    }

    void run(List<Segment> segments) {
        for (Segment segment : segments) {
            segment.reset();
            scan(segment);
        }
    }

    private void scan(Segment segment) {
        ByteBuffer bytes = segment.bytes;
        record.segment(segment.number, bytes);
        int end = bytes.capacity();
        int at = 0;
        while (at + RecordFormat.BYTES_MIN <= end) {
            if (!record.at(at) || record.storeSequence() <= lastSequence) {
                at = nextCandidate(bytes, at + Integer.BYTES);
            } else if (record.storeSequence() > cut) {
                return;
            } else {
                take(segment);
                at = record.end();
            }
        }
    }

    /** Skips zeros: most of what lies behind the last record. */
    static int nextCandidate(ByteBuffer bytes, int from) {
        int at = from;
        int end = bytes.capacity() - Long.BYTES;
        while (at <= end && bytes.getLong(at) == 0) {
            at += Long.BYTES;
        }
        return at;
    }

    /** What passes its checksum was written by somebody; it may still be nothing of ours. */
    private void take(Segment segment) {
        try {
            checkNumbers();
            accept(segment);
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    ("the record at byte %d of %s is whole, but it cannot be understood (%s): use the"
                                    + " version that wrote it")
                            .formatted(record.offset(), segment.file, e.getMessage()),
                    e);
        }
    }

    private void checkNumbers() {
        checkNumber(record.index());
        checkNumber(record.storeSequence());
        checkNumber(record.groupSequence());
        if (record.term() < 0) {
            throw new IllegalArgumentException("its term is " + record.term());
        }
    }

    private static void checkNumber(long number) {
        if (number < 0 || number > RecordFormat.NUMBER_MAX) {
            throw new IllegalArgumentException("a number in it is " + number);
        }
    }

    private void accept(Segment segment) {
        long sequence = record.storeSequence();
        Hole hole = null;
        if (sequence != lastSequence + 1) {
            hole =
                    new Hole(
                            lastSequence + 1,
                            sequence - 1,
                            segment.number,
                            segment.recordCount + 1);
            holes.add(hole);
        }
        lastSequence = sequence;
        durableSequence = Math.max(durableSequence, record.durableSequence());
        segment.add(record);
        switch (record.type()) {
            case RECOVERY, SEGMENT_HEAD -> onCheckpoint(hole);
            case FOOTER -> onCheckpoint(null);
            case SEGMENTS_DROPPED -> onNeeded(Checkpoint.decode(record.payload()));
            case IDLE_MARK -> {}
            case PEER -> onPeer();
            case ENTRY,
                    HARD_STATE,
                    TRUNCATION,
                    GROUP_CREATED,
                    GROUP_DESTROYED,
                    COMPACTION_MARK,
                    REWRITTEN_ENTRY,
                    RESET,
                    REBUILD_BEGUN,
                    REBUILT ->
                    onGroupRecord(segment.number);
        }
    }

    private void onGroupRecord(int segment) {
        Group group = groups.computeIfAbsent(record.group(), name -> new Group(GroupId.of(name)));
        GroupMark mark = group.state.mark;
        if (record.groupSequence() != mark.sequence + 1) {
            mark.damaged("lost " + lastHole());
            // Until a record or a checkpoint tells the hard state again.
            mark.hardStateLost = true;
        }
        mark.sequence = record.groupSequence();
        group.provenAt = lastSequence;
        switch (record.type()) {
            case ENTRY, REWRITTEN_ENTRY -> onEntry(group.state, segment);
            case HARD_STATE -> onHardState(group.state);
            case TRUNCATION -> {
                group.state.recoverLastIndex(record.index() - 1);
                mark.lastIndex = record.index() - 1;
            }
            case COMPACTION_MARK -> {
                group.state.recoverPrefix(record.index(), record.term());
                mark.compacted(record.index(), record.term());
            }
            case RESET -> {
                group.state.recoverReset(record.index(), record.term());
                mark.reset(record.index(), record.term());
            }
            case REBUILD_BEGUN -> {
                onHardState(group.state);
                group.state.beginRebuild();
                mark.beginRebuild(lastSequence);
            }
            case REBUILT -> {
                group.state.rebuilt();
                mark.rebuilding = false;
            }
            case GROUP_CREATED -> {}
            case GROUP_DESTROYED -> {
                group.state.recoverReset(0, 0);
                mark.destroyed();
            }
            default -> throw new AssertionError(record.type());
        }
    }

    private void onEntry(GroupState state, int segment) {
        long index = record.index();
        long at = Position.of(segment, record.offset());
        int bytes = record.end() - record.offset();
        if (record.type() == RecordType.ENTRY) {
            state.recoverEntry(index, record.term(), record.isMembership(), at, bytes);
            state.mark.lastIndex = index;
        } else {
            state.recoverRewritten(index, record.term(), record.isMembership(), at, bytes);
        }
    }

    private void onHardState(GroupState state) {
        state.mark.hardState = new HardState(record.term(), vote(record.payload()));
        state.mark.hardStateLost = false;
        state.recoverHardState(state.mark.hardState);
    }

    static byte[] voteBytes(@Nullable NodeId votedFor) {
        return votedFor == null
                ? new byte[0]
                : votedFor.value().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static @Nullable NodeId vote(byte[] payload) {
        return payload.length == 0
                ? null
                : NodeId.of(new String(payload, StandardCharsets.ISO_8859_1));
    }

    private String lastHole() {
        return holes.isEmpty() ? "records" : holes.get(holes.size() - 1).toString();
    }

    private void onPeer() {
        if (record.groupSequence() != peersSequence + 1) {
            peersDamaged = true;
        }
        peersSequence = record.groupSequence();
        peersProvenAt = lastSequence;
        readPeer(record.payload(), peers::put);
    }

    static void readPeer(byte[] payload, BiConsumer<NodeId, StoreId> to) {
        String[] words = new String(payload, StandardCharsets.ISO_8859_1).split(" ", 2);
        if (words.length < 2) {
            throw new IllegalArgumentException("a peer without a store id");
        }
        to.accept(NodeId.of(words[0]), new StoreId(words[1]));
    }

    static byte[] peerBytes(NodeId peer, StoreId store) {
        return (peer.value() + " " + store.value()).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A checkpoint confirms every group that it describes as the records left it. At the head of a
     * segment, behind a hole, it also carries over what the hole swallowed apart from entries;
     * whether that was allowed to be missing is judged later.
     */
    private void onCheckpoint(@Nullable Hole hole) {
        Checkpoint checkpoint = Checkpoint.decode(record.payload());
        if (record.type() == RecordType.RECOVERY && checkpoint.segmentsBefore == 0) {
            checkpoint.segmentsBefore = lastSequence;
        }
        onNeeded(checkpoint);
        checkpointAt = lastSequence;
        namesLost |= checkpoint.namesLost;
        for (GroupMark told : checkpoint.groups) {
            confirm(told, hole);
        }
        if (checkpoint.peersSequence != peersSequence && hole == null) {
            peersDamaged = true;
        }
        peers.putAll(checkpoint.peers);
        peersSequence = checkpoint.peersSequence;
        peersProvenAt = lastSequence;
    }

    private void onNeeded(Checkpoint checkpoint) {
        if (checkpoint.segmentsBefore != 0) {
            needed = checkpoint.segments;
            neededBefore = checkpoint.segmentsBefore;
        }
    }

    private void confirm(GroupMark told, @Nullable Hole hole) {
        checkNumber(told.firstIndex);
        checkNumber(told.lastIndex);
        String name = told.group.value();
        Group group = groups.computeIfAbsent(name, unused -> new Group(told.group));
        GroupMark mark = group.state.mark;
        if (mark.sequence != told.sequence) {
            if (hole == null) {
                mark.damaged("lost " + lastHole());
            } else {
                hole.groups.add(name);
            }
        }
        mark.confirmed(told);
        if (told.status != GroupMark.Status.LIVE) {
            mark.status = told.status;
            mark.damage = mark.damage == null ? told.damage : mark.damage;
        }
        group.state.recoverHardState(told.hardState);
        group.state.recoverRebuilding(told.rebuilding);
        group.state.recoverPrefix(told.firstIndex - 1, told.prefixTerm);
        group.state.recoverLastIndex(told.lastIndex);
        group.provenAt = lastSequence;
    }
}
