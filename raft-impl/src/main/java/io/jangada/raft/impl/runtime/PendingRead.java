package io.jangada.raft.impl.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A read on its way, and the caller's future in one object.
 *
 * @param <S> the state machine
 * @param <T> the answer
 */
final class PendingRead<S, T> extends CompletableFuture<T> implements LoopTask {
    private final Reads<S> reads;
    private final Function<? super S, ? extends T> query;
    final long deadlineNanos;

    PendingRead(Reads<S> reads, Function<? super S, ? extends T> query, long deadlineNanos) {
        this.reads = reads;
        this.query = query;
        this.deadlineNanos = deadlineNanos;
    }

    @Override
    public void run(long nowNanos) {
        reads.submit(this);
    }

    @Override
    public void failed(Throwable cause) {
        reads.failed(cause);
    }

    /** Asks the machine; what the query throws is the caller's. */
    @SuppressWarnings("CatchingUnchecked")
    void answer(S machine) {
        try {
            complete(query.apply(machine));
        } catch (Throwable thrown) {
            completeExceptionally(thrown);
        }
    }
}
