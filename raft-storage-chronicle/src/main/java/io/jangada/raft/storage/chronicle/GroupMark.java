package io.jangada.raft.storage.chronicle;

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

    HardState hardState = HardState.INITIAL;
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

    /**
     * Upper bound of what this group takes in a {@link Checkpoint}, whatever its numbers become.
     */
    int checkpointBytes() {
        int damageBytes = damage == null ? 0 : damage.length() + 4;
        return name.length + Checkpoint.BYTES_PER_GROUP + damageBytes;
    }
}
