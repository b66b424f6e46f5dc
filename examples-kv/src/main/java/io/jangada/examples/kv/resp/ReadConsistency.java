package io.jangada.examples.kv.resp;

import io.jangada.raft.api.ReadMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How fresh the reads of a connection are, under the names that clients use. */
public enum ReadConsistency {
    /** Linearizable; asks a quorum. */
    INDEX,
    /**
     * Linearizable while clocks drift less than the bound set; no round trip while the lease holds.
     */
    LEASE,
    /** The node's own state as it is. */
    STALE;

    /**
     * The library's mode of that meaning.
     *
     * @return the mode
     */
    public ReadMode mode() {
        return switch (this) {
            case INDEX -> ReadMode.INDEX;
            case LEASE -> ReadMode.LEASE;
            case STALE -> ReadMode.LOCAL;
        };
    }

    /**
     * The one of that name.
     *
     * @param text a name, in any case
     * @return the mode, or empty if none has this name
     */
    public static Optional<ReadConsistency> parse(String text) {
        return Arrays.stream(values()).filter(c -> c.name().equalsIgnoreCase(text)).findFirst();
    }

    /** Returns the name that {@link #parse} reads, in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
