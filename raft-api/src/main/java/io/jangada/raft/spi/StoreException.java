package io.jangada.raft.spi;

import org.jspecify.annotations.Nullable;

/** The store cannot do what it must; the message names the file and what to do. */
public sealed class StoreException extends RuntimeException permits SuspectGroupException {
    private static final long serialVersionUID = 1;

    /**
     * Says what and where.
     *
     * @param message one sentence
     * @param cause the error below, if any
     */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
