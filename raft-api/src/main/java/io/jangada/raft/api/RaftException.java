package io.jangada.raft.api;

import org.jspecify.annotations.Nullable;

/**
 * How a call can end other than with its result. The two branches answer the only question that
 * matters to a caller: {@link RejectedException} – certainly not applied; {@link
 * OutcomeUnknownException} – may be applied, now or later.
 */
public abstract sealed class RaftException extends RuntimeException
        permits RejectedException, OutcomeUnknownException {
    private static final long serialVersionUID = 1;

    RaftException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
