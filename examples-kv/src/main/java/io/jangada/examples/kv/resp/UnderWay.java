package io.jangada.examples.kv.resp;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What takes longer than a request: asked for again while it goes on, it is not begun again.
 * Thread-safe.
 */
final class UnderWay {
    private final Map<Object, CompletableFuture<?>> all = new ConcurrentHashMap<>();

    /**
     * Begins something, or joins it.
     *
     * @param what equal for equal wishes
     * @param start begins it
     * @return its end, shared with others: not to be completed
     */
    CompletableFuture<?> join(Object what, Supplier<? extends CompletableFuture<?>> start) {
        CompletableFuture<?> work = all.computeIfAbsent(what, wish -> start.get());
        work.whenComplete((done, failure) -> all.remove(what, work));
        return work;
    }
}
