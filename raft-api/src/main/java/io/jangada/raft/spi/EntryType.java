package io.jangada.raft.spi;

/** What a log entry means. The codes are part of the record and wire formats and never change. */
public enum EntryType {
    /** Opens a leader's term; no payload (paper §8). */
    NOOP(0),
    /** A command of a session. */
    COMMAND(1),
    /** A configuration: the text of a {@link io.jangada.raft.api.Membership} (paper §6). */
    MEMBERSHIP(2),
    /** Opens a session, whose id is the index of this entry (thesis §6.3). */
    OPEN_SESSION(3);

    private final int code;

    EntryType(int code) {
        this.code = code;
    }

    /**
     * The number that stands for it in records and messages.
     *
     * @return from 0 to 127
     */
    public int code() {
        return code;
    }

    /**
     * The type of a code.
     *
     * @param code what {@link #code()} returned
     * @return the type
     * @throws IllegalArgumentException if no type has that code
     */
    public static EntryType of(int code) {
        return switch (code) {
            case 0 -> NOOP;
            case 1 -> COMMAND;
            case 2 -> MEMBERSHIP;
            case 3 -> OPEN_SESSION;
            default -> throw new IllegalArgumentException("no entry type has code " + code);
        };
    }
}
