package io.jangada.raft.testkit.check;

import org.jspecify.annotations.Nullable;

/** One counter, 0 at first. The state is its value. */
public final class CounterModel implements Model<Long, CounterModel.Input, CounterModel.Output> {

    /** The model; it has no settings. */
    public CounterModel() {}

    /** What a client asks of a counter. */
    public sealed interface Input {}

    /**
     * Adds; answered by {@link Done}.
     *
     * @param amount how much, of either sign
     */
    public record Add(long amount) implements Input {
        @Override
        public String toString() {
            return "add " + amount;
        }
    }

    /**
     * Adds and tells the new value; answered by {@link Total}.
     *
     * @param amount how much, of either sign
     */
    public record AddAndGet(long amount) implements Input {
        @Override
        public String toString() {
            return "add and get " + amount;
        }
    }

    /** Reads; answered by {@link Total}. */
    public record Read() implements Input {
        @Override
        public String toString() {
            return "read";
        }
    }

    /** What a counter answers. */
    public sealed interface Output {}

    /** It was added to. */
    public record Done() implements Output {
        @Override
        public String toString() {
            return "ok";
        }
    }

    /**
     * Its value.
     *
     * @param value the value after the operation
     */
    public record Total(long value) implements Output {
        @Override
        public String toString() {
            return String.valueOf(value);
        }
    }

    @Override
    public Long initial() {
        return 0L;
    }

    @Override
    public @Nullable Long step(Long state, Input input, @Nullable Output output) {
        long after = state + amount(input);
        Output answer = input instanceof Add ? new Done() : new Total(after);
        return output == null || output.equals(answer) ? (Long) after : null;
    }

    private static long amount(Input input) {
        if (input instanceof Add add) {
            return add.amount();
        }
        return input instanceof AddAndGet add ? add.amount() : 0;
    }

    @Override
    public boolean isReadOnly(Input input, @Nullable Output output) {
        return amount(input) == 0;
    }

    /** Additions whose answers tell nothing do not notice each other. */
    @Override
    public boolean areIndependent(Input one, Input other) {
        return one instanceof Add && other instanceof Add || amount(one) == 0 && amount(other) == 0;
    }
}
