package io.jangada.raft.testkit.check;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One register, empty at first: read, write, compare and set. The state is what it holds.
 *
 * <p>Write values that nobody else writes: a history in which all values are equal proves little.
 *
 * @param <V> the values, compared with {@code equals}
 */
public final class RegisterModel<V>
        implements Model<RegisterModel.Value<V>, RegisterModel.Input<V>, RegisterModel.Output<V>> {

    /** The model; it has no settings. */
    public RegisterModel() {}

    /**
     * What a client asks of a register.
     *
     * @param <V> the values
     */
    public sealed interface Input<V> {}

    /**
     * Reads it; answered by {@link Value}.
     *
     * @param <V> the values
     */
    public record Read<V>() implements Input<V> {
        @Override
        public String toString() {
            return "read";
        }
    }

    /**
     * Writes it; answered by {@link Done}.
     *
     * @param value what it holds from then on; null empties it
     * @param <V> the values
     */
    public record Write<V>(@Nullable V value) implements Input<V> {
        @Override
        public String toString() {
            return "write " + value;
        }
    }

    /**
     * Replaces what it holds if that is what is expected; answered by {@link Swapped}.
     *
     * @param expected what to replace; null to write only if it is empty
     * @param replacement what it holds from then on; null empties it
     * @param <V> the values
     */
    public record CompareAndSet<V>(@Nullable V expected, @Nullable V replacement)
            implements Input<V> {
        @Override
        public String toString() {
            return "cas " + expected + " " + replacement;
        }
    }

    /**
     * What a register answers.
     *
     * @param <V> the values
     */
    public sealed interface Output<V> {}

    /**
     * It was read.
     *
     * @param value what it held; null if it was empty
     * @param <V> the values
     */
    public record Value<V>(@Nullable V value) implements Output<V> {
        @Override
        public String toString() {
            return String.valueOf(value);
        }
    }

    /**
     * It was written.
     *
     * @param <V> the values
     */
    public record Done<V>() implements Output<V> {
        @Override
        public String toString() {
            return "ok";
        }
    }

    /**
     * It was compared.
     *
     * @param swapped whether it held what was expected, and holds the replacement now
     * @param <V> the values
     */
    public record Swapped<V>(boolean swapped) implements Output<V> {
        @Override
        public String toString() {
            return String.valueOf(swapped);
        }
    }

    @Override
    public Value<V> initial() {
        return new Value<>(null);
    }

    @Override
    public @Nullable Value<V> step(Value<V> state, Input<V> input, @Nullable Output<V> output) {
        boolean swaps =
                input instanceof CompareAndSet<V> cas
                        && Objects.equals(state.value(), cas.expected());
        if (output != null && !output.equals(answer(state, input, swaps))) {
            return null;
        }
        if (input instanceof Write<V> write) {
            return new Value<>(write.value());
        }
        return input instanceof CompareAndSet<V> cas && swaps
                ? new Value<>(cas.replacement())
                : state;
    }

    private static <V> Output<V> answer(Value<V> state, Input<V> input, boolean swaps) {
        if (input instanceof Read) {
            return state;
        }
        return input instanceof Write ? new Done<>() : new Swapped<>(swaps);
    }

    @Override
    public boolean isReadOnly(Input<V> input, @Nullable Output<V> output) {
        return input instanceof Read
                || output instanceof Swapped<V> compared && !compared.swapped();
    }
}
