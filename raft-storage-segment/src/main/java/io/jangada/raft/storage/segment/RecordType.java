package io.jangada.raft.storage.segment;

import org.jspecify.annotations.Nullable;

/** What a record says. The codes are part of the format and never change. */
enum RecordType {
    /** A log entry; replaces nothing: what it supersedes was truncated by a record before it. */
    ENTRY(1),
    /** A group's hard state: the term, and the vote as payload. */
    HARD_STATE(2),
    /** Entries from this index on are gone. A log that only grows cannot erase (rule Z30). */
    TRUNCATION(3),
    /** Entries up to this index, whose term it tells, are covered by a snapshot. */
    COMPACTION_MARK(4),
    /**
     * A live entry, once more, so that the segment it stood in can go. Never truncates or
     * supersedes: it is the entry that the log has at this index.
     */
    REWRITTEN_ENTRY(5),
    /** A group begins. */
    GROUP_CREATED(6),
    /** A group ended for good. */
    GROUP_DESTROYED(7),
    /** First record of the first segment of an opening; carries a {@link Checkpoint}. */
    RECOVERY(8),
    /** First record of any other segment; carries a {@link Checkpoint}. */
    SEGMENT_HEAD(9),
    /** Says, in a quiet moment, that everything before it is durable. */
    IDLE_MARK(10),
    /** Last record of a segment that was ended on purpose; carries a {@link Checkpoint}. */
    FOOTER(11),
    /** The store id of a peer: node and id as payload, separated by a space. */
    PEER(12),
    /** The group's log is empty and goes on behind this index, whose term it tells. */
    RESET(13),
    /** Older segments were dropped; carries a {@link Checkpoint} with those still needed only. */
    SEGMENTS_DROPPED(14),
    /**
     * A damaged group begins anew with nothing but its hard state, which it tells like {@link
     * #HARD_STATE}.
     */
    REBUILD_BEGUN(15),
    /** A group that began anew is whole again. */
    REBUILT(16);

    private static final @Nullable RecordType[] BY_CODE = new RecordType[128];

    static {
        for (RecordType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    final byte code;

    RecordType(int code) {
        this.code = (byte) code;
    }

    /** The type of a code, or null if there is none: then the bytes are no record of ours. */
    static @Nullable RecordType of(byte code) {
        return code < 0 ? null : BY_CODE[code];
    }
}
