package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.StoreId;
import io.protostuff.ByteBufferInput;
import io.protostuff.Input;
import io.protostuff.LinkedBuffer;
import io.protostuff.Output;
import io.protostuff.ProtostuffIOUtil;
import io.protostuff.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of the first and the last record of a segment: everything that is known at that point
 * except the entries.
 *
 * <p>Encoded as a flat Protostuff message: the field that names a group, a peer or a segment begins
 * an item, and the fields after it belong to that item. Nesting is neither written nor accepted.
 */
final class Checkpoint {
    /** Bound of the fields of one group besides its name: numbers, and a vote of 64 characters. */
    static final int BYTES_PER_GROUP = 136;

    /** Bound of one peer: two names of at most 64 characters. */
    static final int BYTES_PER_PEER = 136;

    /** Bound of one range of segments, and of what stands once. */
    static final int BYTES_PER_RANGE = 40;

    /** How many ranges deletion may leave, beyond those that damage makes. */
    static final int RANGES_MAX = 16;

    /** Bound of what is there whatever groups and peers there are. */
    static final int BYTES_FIXED = (RANGES_MAX + 2) * BYTES_PER_RANGE;

    /** Sequences in older segments that are still needed, and the first of these segments. */
    record Range(int segment, long first, long last) {
        boolean overlaps(long from, long to) {
            return from <= last && first <= to;
        }
    }

    Collection<GroupMark> groups = new ArrayList<>();
    Map<NodeId, StoreId> peers = new LinkedHashMap<>();

    /** Number of the last {@link RecordType#PEER} record. */
    long peersSequence;

    /** What is still needed of the sequences below {@link #segmentsBefore}. */
    List<Range> segments = new ArrayList<>();

    /**
     * The first sequence of which {@link #segments} says nothing; 0 if it says nothing at all. A
     * recovery record of format 1 says it about all before itself.
     */
    long segmentsBefore;

    /** A damage may have swallowed all that was known of a group, so no name is certainly new. */
    boolean namesLost;

    byte[] encode() {
        return ProtostuffIOUtil.toByteArray(
                this, CheckpointSchema.INSTANCE, LinkedBuffer.allocate());
    }

    /**
     * Decodes what a record with a good checksum holds.
     *
     * @throws IllegalArgumentException if it is not understood: then a newer version wrote it
     */
    static Checkpoint decode(byte[] body) {
        Checkpoint checkpoint = new Checkpoint();
        try {
            // The only input of Protostuff that checks a length before it allocates.
            CheckpointSchema.INSTANCE.mergeFrom(
                    new ByteBufferInput(ByteBuffer.wrap(body), true), checkpoint);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("checkpoint is not understood", e);
        }
        return checkpoint;
    }

    private static final class CheckpointSchema implements Schema<Checkpoint> {
        static final CheckpointSchema INSTANCE = new CheckpointSchema();

        private static final int GROUP = 1;
        private static final int GROUP_SEQUENCE = 2;
        private static final int GROUP_STATUS = 3;
        private static final int GROUP_TERM = 4;
        private static final int GROUP_VOTE = 5;
        private static final int GROUP_LAST_INDEX = 6;
        private static final int GROUP_DAMAGE = 7;
        private static final int GROUP_FIRST_INDEX = 8;
        private static final int GROUP_PREFIX_TERM = 9;
        private static final int GROUP_REBUILDING = 13;
        private static final int GROUP_HARD_STATE_INTACT = 14;
        private static final int PEER = 10;
        private static final int PEER_STORE = 11;
        private static final int PEERS_SEQUENCE = 12;
        private static final int SEGMENT = 15;
        private static final int SEGMENT_FIRST = 16;
        private static final int SEGMENT_LAST = 17;
        private static final int GROUP_REBUILT_AT = 18;
        private static final int NAMES_LOST = 20;
        private static final int SEGMENTS_BEFORE = 21;

        @Override
        public void writeTo(Output output, Checkpoint checkpoint) throws IOException {
            for (GroupMark mark : checkpoint.groups) {
                writeGroup(output, mark);
            }
            for (Map.Entry<NodeId, StoreId> peer : checkpoint.peers.entrySet()) {
                output.writeString(PEER, peer.getKey().value(), true);
                output.writeString(PEER_STORE, peer.getValue().value(), true);
            }
            output.writeInt64(PEERS_SEQUENCE, checkpoint.peersSequence, false);
            for (Range range : checkpoint.segments) {
                output.writeInt32(SEGMENT, range.segment(), true);
                output.writeInt64(SEGMENT_FIRST, range.first(), true);
                output.writeInt64(SEGMENT_LAST, range.last(), true);
            }
            output.writeBool(NAMES_LOST, checkpoint.namesLost, false);
            output.writeInt64(SEGMENTS_BEFORE, checkpoint.segmentsBefore, false);
        }

        private static void writeGroup(Output output, GroupMark mark) throws IOException {
            output.writeString(GROUP, mark.group.value(), true);
            output.writeInt64(GROUP_SEQUENCE, mark.sequence, true);
            output.writeInt32(GROUP_STATUS, mark.status.code, true);
            output.writeInt64(GROUP_TERM, mark.hardState.currentTerm(), true);
            NodeId votedFor = mark.hardState.votedFor();
            if (votedFor != null) {
                output.writeString(GROUP_VOTE, votedFor.value(), true);
            }
            output.writeInt64(GROUP_LAST_INDEX, mark.lastIndex, true);
            if (mark.firstIndex > 1) {
                output.writeInt64(GROUP_FIRST_INDEX, mark.firstIndex, true);
                output.writeInt64(GROUP_PREFIX_TERM, mark.prefixTerm, true);
            }
            if (mark.rebuilding) {
                output.writeBool(GROUP_REBUILDING, true, true);
            }
            if (mark.rebuiltAt > 0) {
                output.writeInt64(GROUP_REBUILT_AT, mark.rebuiltAt, true);
            }
            if (mark.status == GroupMark.Status.SUSPECT && !mark.hardStateLost) {
                output.writeBool(GROUP_HARD_STATE_INTACT, true, true);
            }
            String damage = mark.damage;
            if (damage != null) {
                output.writeString(GROUP_DAMAGE, damage, true);
            }
        }

        @Override
        public void mergeFrom(Input input, Checkpoint checkpoint) throws IOException {
            Reading reading = new Reading(input, checkpoint);
            for (int field = input.readFieldNumber(this);
                    field != 0;
                    field = input.readFieldNumber(this)) {
                reading.field(field);
            }
        }

        /** The items that fields are being added to. */
        private static final class Reading {
            private final Input input;
            private final Checkpoint checkpoint;
            private @Nullable GroupMark group;
            private @Nullable NodeId peer;
            private int segment;
            private long segmentFirst;

            Reading(Input input, Checkpoint checkpoint) {
                this.input = input;
                this.checkpoint = checkpoint;
            }

            void field(int field) throws IOException {
                switch (field) {
                    case GROUP -> {
                        group = new GroupMark(GroupId.of(input.readString()));
                        checkpoint.groups.add(group);
                    }
                    case GROUP_SEQUENCE -> group().sequence = number();
                    case GROUP_STATUS -> status(GroupMark.Status.of(input.readInt32()));
                    case GROUP_TERM -> group().hardState = new HardState(number(), null);
                    case GROUP_VOTE ->
                            group().hardState =
                                    new HardState(
                                            group().hardState.currentTerm(),
                                            NodeId.of(input.readString()));
                    case GROUP_LAST_INDEX -> group().lastIndex = number();
                    case GROUP_DAMAGE -> group().damage = input.readString();
                    case GROUP_FIRST_INDEX -> group().firstIndex = number();
                    case GROUP_PREFIX_TERM -> group().prefixTerm = number();
                    case GROUP_REBUILDING -> group().rebuilding = input.readBool();
                    case GROUP_REBUILT_AT -> group().rebuiltAt = number();
                    case GROUP_HARD_STATE_INTACT -> group().hardStateLost = !input.readBool();
                    case PEER -> peer = NodeId.of(input.readString());
                    case PEER_STORE ->
                            checkpoint.peers.put(begun(peer), new StoreId(input.readString()));
                    case PEERS_SEQUENCE -> checkpoint.peersSequence = number();
                    case SEGMENT -> segment = input.readInt32();
                    case SEGMENT_FIRST -> segmentFirst = number();
                    case SEGMENT_LAST ->
                            checkpoint.segments.add(new Range(segment, segmentFirst, number()));
                    case NAMES_LOST -> checkpoint.namesLost = input.readBool();
                    case SEGMENTS_BEFORE -> checkpoint.segmentsBefore = number();
                    default -> throw new IllegalArgumentException("unknown field " + field);
                }
            }

            private long number() throws IOException {
                long number = input.readInt64();
                if (number < 0) {
                    throw new IllegalArgumentException("a number is " + number);
                }
                return number;
            }

            private void status(GroupMark.Status status) {
                group().status = status;
                // Until the field that says otherwise: format 1 did not know it.
                group().hardStateLost = status == GroupMark.Status.SUSPECT;
            }

            private GroupMark group() {
                return begun(group);
            }

            private static <T> T begun(@Nullable T item) {
                if (item == null) {
                    throw new IllegalArgumentException("a field without the one that begins it");
                }
                return item;
            }
        }

        @Override
        public String getFieldName(int number) {
            return Integer.toString(number);
        }

        @Override
        public int getFieldNumber(String name) {
            return Integer.parseInt(name);
        }

        @Override
        public boolean isInitialized(Checkpoint message) {
            return true;
        }

        @Override
        public Checkpoint newMessage() {
            return new Checkpoint();
        }

        @Override
        public String messageName() {
            return "Checkpoint";
        }

        @Override
        public String messageFullName() {
            return Checkpoint.class.getName();
        }

        @Override
        public Class<? super Checkpoint> typeClass() {
            return Checkpoint.class;
        }
    }
}
