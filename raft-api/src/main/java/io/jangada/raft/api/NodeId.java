package io.jangada.raft.api;

import java.util.Objects;

/**
 * The name of a node, unique in its cluster and apart from its address: an address may change, a
 * node id never does. Immutable; ordered by name.
 *
 * @param value 1 to 64 characters out of letters, digits, dot, underscore and hyphen
 */
public record NodeId(String value) implements Comparable<NodeId> {
    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if {@code value} is not a legal name
     */
    public NodeId {
        Objects.requireNonNull(value, "value");
        Names.check("node id", value);
    }

    /**
     * Same as the constructor, shorter to read.
     *
     * @param value the name
     * @return the id
     */
    public static NodeId of(String value) {
        return new NodeId(value);
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    /** Returns the bare name. */
    @Override
    public String toString() {
        return value;
    }
}
