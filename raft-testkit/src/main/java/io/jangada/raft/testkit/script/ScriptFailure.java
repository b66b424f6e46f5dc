package io.jangada.raft.testkit.script;

import org.jspecify.annotations.Nullable;

/**
 * A script ran and something was not as it says: another output, an expectation that does not hold,
 * or a violated invariant.
 */
public final class ScriptFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    /**
     * Says what was found.
     *
     * @param where file and line, as in {@code s02-leader-killed.txt:12}
     * @param message what was found there
     * @param cause the failure of the simulation, or null
     */
    public ScriptFailure(String where, String message, @Nullable Throwable cause) {
        super(where + ": " + message, cause);
    }
}
