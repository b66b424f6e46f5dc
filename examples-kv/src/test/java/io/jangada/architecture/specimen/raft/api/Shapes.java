package io.jangada.architecture.specimen.raft.api;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has one of each thing that users can name, and some that they cannot. */
public class Shapes {
    /** A constant. */
    public static final int LIMIT = 3;

    final int hiddenField;

    /** A constructor for subclasses. */
    protected Shapes(int size) {
        hiddenField = size;
    }

    /** A method with everything. */
    public @Nullable String find(List<? extends Number> keys, String... more) throws IOException {
        throw new IOException();
    }

    void hidden() {}

    @Override
    public String toString() {
        return "as every class";
    }

    /** A sealed interface. */
    public sealed interface Shape permits Round {
        /** A default method with a type of its own. */
        default <T extends Comparable<T>> T largest(T first, T second) {
            return first.compareTo(second) > 0 ? first : second;
        }
    }

    /** A record. */
    public record Round(long radius, @Nullable String name) implements Shape {}

    /** An enum. */
    public enum Colour {
        /** A constant of it. */
        RED,
        /** Another one. */
        GREEN;

        /** A method of it. */
        public boolean isWarm() {
            return this == RED;
        }
    }

    static class Hidden {
        public void alsoHidden() {}
    }
}
