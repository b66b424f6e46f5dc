package io.jangada.raft.api;

import java.util.Objects;

/**
 * The name of a Raft group, unique in its cluster. Every message and every log record carries it.
 * Immutable; ordered by name.
 *
 * @param value 1 to 64 characters out of letters, digits, dot, underscore and hyphen; short names
 *     cost fewer bytes per record
 */
public record GroupId(String value) implements Comparable<GroupId> {
    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if {@code value} is not a legal name
     */
    public GroupId {
        Objects.requireNonNull(value, "value");
        Names.check("group id", value);
    }

    /**
     * Same as the constructor, shorter to read.
     *
     * @param value the name
     * @return the id
     */
    public static GroupId of(String value) {
        return new GroupId(value);
    }

    @Override
    public int compareTo(GroupId other) {
        return value.compareTo(other.value);
    }

    /** Returns the bare name. */
    @Override
    public String toString() {
        return value;
    }
}
