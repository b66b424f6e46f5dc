package io.jangada.raft.api;

/**
 * The session expired, never was, or no longer keeps the reply to this sequence. This attempt was
 * not applied; an earlier attempt with the same sequence may have been.
 */
public final class SessionExpiredException extends OutcomeUnknownException {
    private static final long serialVersionUID = 1;

    /**
     * Says which session.
     *
     * @param message one sentence for the caller
     */
    public SessionExpiredException(String message) {
        super(message, null);
    }
}
