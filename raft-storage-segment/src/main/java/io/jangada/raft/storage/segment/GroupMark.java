package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.HardState;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the records written so far say of a group, without its entries. This is what a {@link
 * Checkpoint} repeats at both ends of every segment, so that a segment can go, or be damaged,
 * without taking along anything but its own entries.
 *
 * <p>Belongs to recovery first and to the writer afterwards. The loop's view of the log may be
 * ahead, see {@link GroupState}.
 */
final class GroupMark {
    /** What can be said of a group. The codes are part of the format. */
    enum Status {
        LIVE(0),
        /** Some of its records are lost: this copy must not be served. */
        SUSPECT(1),
        DESTROYED(2);

        final int code;

        Status(int code) {
            this.code = code;
        }

        static Status of(int code) {
            return switch (code) {
                case 0 -> LIVE;
                case 1 -> SUSPECT;
                case 2 -> DESTROYED;
                default -> throw new IllegalArgumentException("no group status has code " + code);
            };
        }
    }

    final GroupId group;
    final byte[] name;
    Status status = Status.LIVE;

    /** Number of the group's last record. */
    long sequence;

    /** What a suspect group lost, for messages; found once and repeated ever after. */
    @Nullable String damage;

    /**
     * Of a suspect group: term and vote may not be the last ones written, so it has forgotten its
     * promises and must not come back under its name.
     */
    boolean hardStateLost;

    /** Begun anew after damage, and not yet made good by the peers. */
    boolean rebuilding;

    /** Store sequence of the record with which it last began anew, or 0. */
    long rebuiltAt;

    HardState hardState = HardState.INITIAL;

    /** Where the log begins, and the term of the entry before. */
    long firstIndex = 1;

    long prefixTerm;
    long lastIndex;

    GroupMark(GroupId group) {
        this.group = group;
        name = group.value().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The group is suspect. The first reason is the one that helps. */
    void damaged(String what) {
        status = Status.SUSPECT;
        if (damage == null) {
            damage = what;
        }
    }

    /** The prefix up to an index of this term is gone. */
    void compacted(long index, long term) {
        firstIndex = index + 1;
        prefixTerm = term;
    }

    /** The log is empty and goes on behind an index of this term. */
    void reset(long index, long term) {
        compacted(index, term);
        lastIndex = index;
    }

    /** Everything but the hard state is dropped; whatever was damaged is part of that. */
    void beginRebuild(long storeSequence) {
        status = Status.LIVE;
        damage = null;
        hardStateLost = false;
        rebuilding = true;
        rebuiltAt = storeSequence;
        reset(0, 0);
    }

    void destroyed() {
        status = Status.DESTROYED;
        rebuilding = false;
        reset(0, 0);
    }

    /** Takes over what a checkpoint says, except whether it is live. */
    void confirmed(GroupMark told) {
        if (told.rebuiltAt > rebuiltAt) {
            // Whatever was damaged before is of no concern any more.
            beginRebuild(told.rebuiltAt);
        }
        sequence = told.sequence;
        hardState = told.hardState;
        firstIndex = told.firstIndex;
        prefixTerm = told.prefixTerm;
        lastIndex = told.lastIndex;
        rebuilding = told.rebuilding;
        hardStateLost = told.hardStateLost;
    }

    /**
     * Upper bound of what this group takes in a {@link Checkpoint}, whatever its numbers become.
     */
    int checkpointBytes() {
        int damageBytes = damage == null ? 0 : damage.length() + 4;
        return name.length + Checkpoint.BYTES_PER_GROUP + damageBytes;
    }
}
