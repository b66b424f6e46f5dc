package io.jangada.raft.api;

import org.jspecify.annotations.Nullable;

/**
 * The write was proposed and its fate is not known: it may be applied, now, later or never.
 * Repeating it under the same session and sequence resolves the doubt; repeating it otherwise may
 * apply it twice.
 */
public sealed class OutcomeUnknownException extends RaftException permits SessionExpiredException {
    private static final long serialVersionUID = 1;

    /**
     * Says what is in doubt.
     *
     * @param message one sentence for the caller
     * @param cause what broke the wait, if a fault did
     */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
