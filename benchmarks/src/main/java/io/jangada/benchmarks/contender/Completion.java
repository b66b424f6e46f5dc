package io.jangada.benchmarks.contender;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears once that an operation has ended: with any result, or with a failure. Called on any thread;
 * does not block. A {@link BiConsumer}, so that contenders with futures hand it to them as it is.
 */
@FunctionalInterface
public interface Completion extends BiConsumer<@Nullable Object, @Nullable Throwable> {
    /** The operation succeeded. */
    default void succeed() {
        accept(null, null);
    }

    /**
     * The operation failed.
     *
     * @param failure why
     */
    default void fail(Throwable failure) {
        accept(null, failure);
    }
}
