package io.jangada.raft.impl.core;

import io.jangada.raft.spi.EntryType;
import java.util.Arrays;
import java.util.Objects;

/** What someone wants in the log: an entry on its way, before a leader gives it index and term. */
public final class Proposal {
    private final EntryType type;
    private final byte[] payload;

    /** A proposal; the payload is not copied and never changed. */
    public Proposal(EntryType type, byte[] payload) {
        this.type = Objects.requireNonNull(type, "type");
        this.payload = Objects.requireNonNull(payload, "payload");
    }

    /** What the entry will mean. */
    public EntryType type() {
        return type;
    }

    /** Its content: the array itself. */
    public byte[] payload() {
        return payload;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Proposal that
                && type == that.type
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return type + " " + payload.length + " B";
    }
}
