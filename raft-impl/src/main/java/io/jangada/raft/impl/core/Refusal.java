package io.jangada.raft.impl.core;

/** Why a proposal or a read did not get under way. The codes are part of the wire format. */
public enum Refusal {
    /** No leader is known here, or the one asked does not lead. */
    NO_LEADER(0),
    /** A bound on memory was reached. */
    OVERLOADED(1),
    /** Leadership is being handed over. */
    TRANSFERRING(2);

    private final int code;

    Refusal(int code) {
        this.code = code;
    }

    /** The number that stands for it in messages. */
    public int code() {
        return code;
    }

    /** The reason of a code; an unknown one, from a newer version, reads as {@link #NO_LEADER}. */
    public static Refusal of(int code) {
        return switch (code) {
            case 1 -> OVERLOADED;
            case 2 -> TRANSFERRING;
            default -> NO_LEADER;
        };
    }
}
