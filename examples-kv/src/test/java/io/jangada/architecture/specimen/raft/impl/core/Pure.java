package io.jangada.architecture.specimen.raft.impl.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the core is made of: the architecture check must leave it alone. */
@SuppressWarnings("ArrayRecordComponent")
record Pure(long term, byte[] bytes, ByteBuffer buffer, @Nullable Kind kind) {
    private static final Map<String, String> NONE = Map.of();

    enum Kind {
        ODD,
        EVEN
    }

    sealed interface Step permits One, Two {}

    @SuppressWarnings("ArrayRecordComponent")
    record One(long[][] table) implements Step {}

    record Two(Optional<One> one) implements Step {}

    OptionalLong max(List<Long> values, Function<Long, Long> value) {
        List<Long> sorted = new ArrayList<>(values);
        sorted.sort((a, b) -> Long.compare(value.apply(a), value.apply(b)));
        System.arraycopy(bytes, 0, bytes, 1, Math.max(0, bytes.length - 1));
        return sorted.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sorted.get(0));
    }

    String describe(Step step) {
        if (step instanceof One one) {
            return "one " + Arrays.deepToString(one.table()) + new TreeMap<>(NONE) + Set.of(1);
        }
        if (kind == null) {
            throw new IllegalStateException(
                    "no kind in term " + term + " at " + buffer.remaining());
        }
        return switch (kind) {
            case ODD -> "odd";
            case EVEN -> "even";
        };
    }
}
