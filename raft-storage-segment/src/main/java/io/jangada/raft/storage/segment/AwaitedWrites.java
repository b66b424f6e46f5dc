package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.WriteListener;
import org.jspecify.annotations.Nullable;

/** Lets one thread wait for its writes. */
final class AwaitedWrites implements WriteListener {
    private long persisted;
    private @Nullable StoreException failure;

    @Override
    public synchronized void onPersisted(long writeSequence) {
        persisted = writeSequence;
        notifyAll();
    }

    @Override
    public synchronized void onFailed(StoreException cause) {
        failure = cause;
        notifyAll();
    }

    /**
     * Waits until a write is durable; an interrupt is kept for later.
     *
     * @throws StoreException if it failed
     */
    synchronized void await(long writeSequence) {
        boolean interrupted = false;
        while (persisted < writeSequence) {
            StoreException cause = failure;
            if (cause != null) {
                throw new StoreException(String.valueOf(cause.getMessage()), cause);
            }
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
