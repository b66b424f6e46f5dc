package io.jangada.raft.testkit.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One list, empty at first, that grows at its end and is read whole. Each read shows the order of
 * all appends before it, which makes a list the sharpest of the simple models. The state is the
 * list.
 *
 * @param <V> the elements, compared with {@code equals}
 */
public final class ListModel<V> implements Model<List<V>, ListModel.Input<V>, ListModel.Output<V>> {

    /** The model; it has no settings. */
    public ListModel() {}

    /**
     * What a client asks of a list.
     *
     * @param <V> the elements
     */
    public sealed interface Input<V> {}

    /**
     * Appends an element; answered by {@link Done}.
     *
     * @param element what is appended
     * @param <V> the elements
     */
    public record Append<V>(V element) implements Input<V> {
        @Override
        public String toString() {
            return "append " + element;
        }
    }

    /**
     * Reads the whole list; answered by {@link Elements}.
     *
     * @param <V> the elements
     */
    public record Read<V>() implements Input<V> {
        @Override
        public String toString() {
            return "read";
        }
    }

    /**
     * What a list answers.
     *
     * @param <V> the elements
     */
    public sealed interface Output<V> {}

    /**
     * An element was appended.
     *
     * @param <V> the elements
     */
    public record Done<V>() implements Output<V> {
        @Override
        public String toString() {
            return "ok";
        }
    }

    /**
     * The list was read.
     *
     * @param elements all of it
     * @param <V> the elements
     */
    public record Elements<V>(List<V> elements) implements Output<V> {

        /** Copies the list. */
        public Elements {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return elements.toString();
        }
    }

    @Override
    public List<V> initial() {
        return List.of();
    }

    @Override
    public @Nullable List<V> step(List<V> state, Input<V> input, @Nullable Output<V> output) {
        if (input instanceof Append<V> append) {
            if (output != null && !(output instanceof Done)) {
                return null;
            }
            List<V> longer = new ArrayList<>(state.size() + 1);
            longer.addAll(state);
            longer.add(append.element());
            return List.copyOf(longer);
        }
        return output == null || output instanceof Elements<V> read && read.elements().equals(state)
                ? state
                : null;
    }

    @Override
    public boolean isReadOnly(Input<V> input, @Nullable Output<V> output) {
        return input instanceof Read;
    }
}
