package io.jangada.raft.impl.runtime;

import io.jangada.raft.spi.EntryType;
import java.util.concurrent.CompletableFuture;

/**
 * A write on its way, and the caller's future in one object. Its session and sequence name it on
 * every node, however often and wherever it is proposed. Fields are the loop's, except where said.
 *
 * @param <R> the result
 */
final class PendingWrite<R> extends CompletableFuture<R> implements LoopTask {
    /** Session of a write that the library numbers itself. */
    static final long OWN_SESSION = -1;

    private final Writes<?> writes;
    final EntryType type;
    final byte[] content;
    final long deadlineNanos;

    /** Names it in refusals; drawn on the loop. */
    long requestId;

    /** Set before the write is proposed for the first time; read by the applier afterwards. */
    long session;

    long sequence;

    /** Some attempt was appended or sent, so that the entry may yet be committed. */
    boolean inDoubt;

    /** {@link #inDoubt} before the latest attempt, in case that is refused for certain. */
    boolean wasInDoubt;

    /** Its entry may be among those that a snapshot took the place of here. */
    volatile boolean entriesSkipped;

    /** How often it was tried, and where and when the latest attempt went. */
    int attempts;

    long attemptTerm = -1;

    long attemptNanos;

    PendingWrite(
            Writes<?> writes,
            EntryType type,
            byte[] content,
            long session,
            long sequence,
            long deadlineNanos) {
        this.writes = writes;
        this.type = type;
        this.content = content;
        this.session = session;
        this.sequence = sequence;
        this.deadlineNanos = deadlineNanos;
    }

    @Override
    public void run(long nowNanos) {
        writes.submit(this, nowNanos);
    }

    @Override
    public void failed(Throwable cause) {
        writes.failed(cause);
    }
}
