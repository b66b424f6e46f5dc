package io.jangada.raft.api;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of a Raft group, unique in its cluster. Every message and every log record carries it.
 * Immutable; ordered by name.
 *
 * @param value 1 to 64 characters out of letters, digits, dot, underscore and hyphen; short names
 *     cost fewer bytes per record
 */
public record GroupId(String value) implements Comparable<GroupId> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if {@code value} is not a legal name
     */
    public GroupId {
        Objects.requireNonNull(value, "value");
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "group id '"
                            + value
                            + "' is not valid: use 1 to 64 letters, digits, '.', '_' or '-'");
        }
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
