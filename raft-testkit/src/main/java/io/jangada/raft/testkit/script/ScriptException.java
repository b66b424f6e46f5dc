package io.jangada.raft.testkit.script;

/** A script cannot be run as it is written; the message says where, and what is wrong. */
public final class ScriptException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String reason;

    /**
     * Says what is wrong.
     *
     * @param where file and line, as in {@code s02-leader-killed.txt:12}
     * @param reason what is wrong there, and what would be right
     */
    public ScriptException(String where, String reason) {
        super(where + ": " + reason);
        this.reason = reason;
    }

    /**
     * What is wrong.
     *
     * @return the message without the place
     */
    public String reason() {
        return reason;
    }
}
