package io.jangada.raft.spi;

import java.util.Arrays;
import java.util.Objects;

/**
 * One entry of the log. Immutable: nobody changes the payload, neither who made it nor who receives
 * it.
 */
public final class LogEntry {
    private static final byte[] NO_PAYLOAD = {};

    private final long index;
    private final long term;
    private final long clusterTimeMillis;
    private final EntryType type;
    private final byte[] payload;

    /**
     * An entry.
     *
     * @param index its position, from 1
     * @param term the term of the leader that made it
     * @param clusterTimeMillis the cluster's clock when it was made, see {@link Applied}
     * @param type what it means
     * @param payload its content; not copied
     */
    public LogEntry(long index, long term, long clusterTimeMillis, EntryType type, byte[] payload) {
        this.index = index;
        this.term = term;
        this.clusterTimeMillis = clusterTimeMillis;
        this.type = Objects.requireNonNull(type, "type");
        this.payload = Objects.requireNonNull(payload, "payload");
    }

    /**
     * An entry without content.
     *
     * @param index its position
     * @param term its term
     * @param clusterTimeMillis the cluster's clock
     * @return a {@link EntryType#NOOP}
     */
    public static LogEntry noop(long index, long term, long clusterTimeMillis) {
        return new LogEntry(index, term, clusterTimeMillis, EntryType.NOOP, NO_PAYLOAD);
    }

    /**
     * Position in the log.
     *
     * @return from 1
     */
    public long index() {
        return index;
    }

    /**
     * Term of the leader that made it.
     *
     * @return 0 for the entry that founded the group, else from 1
     */
    public long term() {
        return term;
    }

    /**
     * The cluster's clock when it was made; never falls along the log.
     *
     * @return milliseconds since the group was founded
     */
    public long clusterTimeMillis() {
        return clusterTimeMillis;
    }

    /**
     * What it means.
     *
     * @return the type
     */
    public EntryType type() {
        return type;
    }

    /**
     * Its content.
     *
     * @return the array itself, never to be changed
     */
    public byte[] payload() {
        return payload;
    }

    /**
     * Size of the content.
     *
     * @return bytes
     */
    public int payloadBytes() {
        return payload.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogEntry that
                && index == that.index
                && term == that.term
                && clusterTimeMillis == that.clusterTimeMillis
                && type == that.type
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return Objects.hash(index, term, clusterTimeMillis, type, Arrays.hashCode(payload));
    }

    /** For messages and logs, as in {@code 7@3 COMMAND 256 B}: index, term, type, size. */
    @Override
    public String toString() {
        return index + "@" + term + " " + type + " " + payload.length + " B";
    }
}
