package io.jangada.examples.kv;

import io.jangada.raft.api.Codec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link KvCommand} answers, as it is kept for clients that ask again. */
@SuppressWarnings("ArrayRecordComponent") // Compared by content all the same.
public sealed interface KvResult {
    /** Writes results and reads them back; {@link KvResultCodec} tells how. */
    Codec<KvResult> CODEC = new KvResultCodec();

    /** It took place. */
    record Ok() implements KvResult {}

    /** There is no value. */
    record Nil() implements KvResult {}

    /**
     * A number.
     *
     * @param value the number
     */
    record Int(long value) implements KvResult {}

    /**
     * A value.
     *
     * @param value the value, never changed
     */
    record Value(byte[] value) implements KvResult {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Value that && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }

    /**
     * The command could not be applied to the value that is there; nothing changed.
     *
     * @param reason one line in Redis's words
     */
    record Refused(String reason) implements KvResult {}

    /**
     * The results of a {@link KvCommand.Batch}.
     *
     * @param results one for each command, in order
     */
    record Many(List<KvResult> results) implements KvResult {}
}
