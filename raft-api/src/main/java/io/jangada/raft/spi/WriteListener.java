package io.jangada.raft.spi;

/**
 * Hears of the fate of a group's writes. Called by the store, from one thread at a time, never from
 * within a call of {@link GroupLog#append}; must not block and must not throw.
 */
public interface WriteListener {
    /**
     * All writes up to a sequence are durable. Successive calls never name a lower one; not every
     * write is named.
     *
     * @param writeSequence the highest durable write
     */
    void onPersisted(long writeSequence);

    /**
     * A write failed; no later one will be confirmed. Called at most once.
     *
     * @param cause what went wrong
     */
    void onFailed(StoreException cause);
}
