package io.jangada.architecture.specimen.raft.api;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has one of each thing that users can name, and some that they cannot. */
public class Shapes {
    public static final int LIMIT = 3;

    final int hiddenField;

    protected Shapes(int size) {
        hiddenField = size;
    }

    public @Nullable String find(List<? extends Number> keys, String... more) throws IOException {
        throw new IOException();
    }

    void hidden() {}

    @Override
    public String toString() {
        return "as every class";
    }

    public sealed interface Shape permits Round {
        default <T extends Comparable<T>> T largest(T first, T second) {
            return first.compareTo(second) > 0 ? first : second;
        }
    }

    public record Round(long radius, @Nullable String name) implements Shape {}

    public enum Colour {
        RED,
        GREEN;

        public boolean isWarm() {
            return this == RED;
        }
    }

    static class Hidden {
        public void alsoHidden() {}
    }
}
