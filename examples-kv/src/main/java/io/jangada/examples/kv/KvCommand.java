package io.jangada.examples.kv;

import io.jangada.raft.api.Codec;
import java.util.List;

/**
 * What changes the map. A command carries all that {@link KvStateMachine#apply} needs to decide,
 * limits included, so that every node decides the same whatever its own settings are.
 *
 * <p>Arrays in a command are never changed once it is made.
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Commands are carried, never compared; a wrapper would only cost.
public sealed interface KvCommand {
    /** Writes commands into the log and reads them back; {@link KvCommandCodec} tells how. */
    Codec<KvCommand> CODEC = new KvCommandCodec();

    /**
     * Whether the answer is a value, and so may be as large as one.
     *
     * @return true for commands that answer what was there before
     */
    default boolean answersValue() {
        return false;
    }

    /** When a {@link Put} takes place. */
    enum When {
        /** Always. */
        ALWAYS('*'),
        /** Only if the key has no value. */
        ABSENT('a'),
        /** Only if the key has a value. */
        PRESENT('x');

        private final char letter;

        When(char letter) {
            this.letter = letter;
        }

        /**
         * What stands for it in the log.
         *
         * @return a letter that no other has
         */
        public char letter() {
            return letter;
        }
    }

    /** What a {@link Put} answers. */
    enum Answer {
        /** {@link KvResult.Ok}, or {@link KvResult.Nil} if it did not take place. */
        OK('o'),
        /** The value before, or {@link KvResult.Nil}, whether it took place or not. */
        PREVIOUS('p'),
        /** 1, or 0 if it did not take place. */
        COUNT('c');

        private final char letter;

        Answer(char letter) {
            this.letter = letter;
        }

        /**
         * What stands for it in the log.
         *
         * @return a letter that no other has
         */
        public char letter() {
            return letter;
        }
    }

    /**
     * Gives a key a value.
     *
     * @param key the key
     * @param value its new value
     * @param when on which condition
     * @param answer what to answer
     */
    record Put(byte[] key, byte[] value, When when, Answer answer) implements KvCommand {
        @Override
        public boolean answersValue() {
            return answer == Answer.PREVIOUS;
        }
    }

    /**
     * Gives several keys values, all at once. Answers {@link KvResult.Ok}.
     *
     * @param keysAndValues key, value, key, value, …; a later pair wins over an earlier one
     */
    record PutAll(List<byte[]> keysAndValues) implements KvCommand {
        /**
         * Checks the pairs.
         *
         * @throws IllegalArgumentException if the last key has no value
         */
        public PutAll {
            if (keysAndValues.size() % 2 != 0) {
                throw new IllegalArgumentException("the last key has no value");
            }
        }
    }

    /**
     * Adds bytes to the end of a value, a missing one counting as empty. Answers the new length.
     *
     * @param key the key
     * @param suffix what to add
     * @param valueBytesMax how long the value may become; beyond that nothing changes
     */
    record Append(byte[] key, byte[] suffix, int valueBytesMax) implements KvCommand {}

    /**
     * Adds to a value that is a decimal integer, a missing one counting as 0. Answers the new
     * value.
     *
     * @param key the key
     * @param delta what to add
     */
    record Add(byte[] key, long delta) implements KvCommand {}

    /**
     * Gives a key a new value if it has the expected one. Answers 1, or 0 if it did not.
     *
     * @param key the key
     * @param expected the value it must have; a missing value equals none
     * @param value its new value
     */
    record CompareAndSet(byte[] key, byte[] expected, byte[] value) implements KvCommand {}

    /**
     * Removes a key and answers its value, or {@link KvResult.Nil}.
     *
     * @param key the key
     */
    record Take(byte[] key) implements KvCommand {
        @Override
        public boolean answersValue() {
            return true;
        }
    }

    /**
     * Removes keys, all at once. Answers how many there were.
     *
     * @param keys the keys
     */
    record Delete(List<byte[]> keys) implements KvCommand {}

    /** Removes everything. Answers {@link KvResult.Ok}. */
    record Clear() implements KvCommand {}

    /**
     * Several commands of one client as one log entry: applied in order, with nothing in between.
     * Answers a {@link KvResult.Many} with a result for each.
     *
     * @param commands at least one, none of them a batch
     */
    record Batch(List<KvCommand> commands) implements KvCommand {
        /**
         * Checks the commands.
         *
         * @throws IllegalArgumentException if there is none, or one is a batch itself
         */
        public Batch {
            if (commands.isEmpty() || commands.stream().anyMatch(c -> c instanceof Batch)) {
                throw new IllegalArgumentException("a batch holds commands, and no batches");
            }
        }
    }
}
