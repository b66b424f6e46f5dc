package io.jangada.examples.kv.resp;

import io.jangada.raft.api.OutcomeUnknownException;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.api.SessionExpiredException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;

/**
 * The error words that a client acts on. {@code UNAVAILABLE} and {@code ERR} promise that nothing
 * was applied; whatever is not certain is {@code UNKNOWN}.
 */
final class Failures {
    private static final System.Logger LOG = System.getLogger(Failures.class.getName());

    private Failures() {}

    /** Why a write, the opening of a session or an admin command did not end well. */
    static Reply of(Throwable failure) {
        // A session that expired here is the library's own: the client has none that it could
        // reopen.
        return of(causeOf(failure), "UNKNOWN");
    }

    /** As {@link #of}, for a write in a session of the client's own. */
    static Reply ofSession(Throwable failure) {
        Throwable cause = causeOf(failure);
        return cause instanceof SessionExpiredException
                ? failure("NOSESSION", cause)
                : of(cause, "UNKNOWN");
    }

    /** A read changes nothing, so nothing about it is unknown. */
    static Reply ofRead(Throwable failure) {
        return of(causeOf(failure), "UNAVAILABLE");
    }

    private static Reply of(Throwable cause, String whenUncertain) {
        if (cause instanceof CommandException wrong) {
            return wrong.reply();
        } else if (cause instanceof RejectedException.TooLarge
                || cause instanceof IllegalArgumentException) {
            return failure("ERR", cause);
        } else if (cause instanceof RejectedException) {
            return failure("UNAVAILABLE", cause);
        } else if (!(cause instanceof OutcomeUnknownException)) {
            LOG.log(Level.WARNING, "a request failed for an unexpected reason", cause);
        }
        return failure(whenUncertain, cause);
    }

    private static Reply failure(String word, Throwable cause) {
        String message = cause.getMessage();
        return new Reply.Failure(word + " " + (message == null ? cause.toString() : message));
    }

    private static Throwable causeOf(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
