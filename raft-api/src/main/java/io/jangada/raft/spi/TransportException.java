package io.jangada.raft.spi;

import org.jspecify.annotations.Nullable;

/** The transport cannot start; the message names the address and what to do. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Says what and where.
     *
     * @param message one sentence
     * @param cause the error below, if any
     */
    public TransportException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
