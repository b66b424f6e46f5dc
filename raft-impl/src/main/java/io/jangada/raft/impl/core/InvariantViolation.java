package io.jangada.raft.impl.core;

/**
 * State that correct code and honest peers cannot reach. The group must stop at once rather than
 * write, send or apply anything more.
 */
public final class InvariantViolation extends IllegalStateException {
    private static final long serialVersionUID = 1;

    InvariantViolation(String message) {
        super(message);
    }

    static void check(boolean holds, String what, long... values) {
        if (!holds) {
            StringBuilder message = new StringBuilder(what).append(':');
            for (long value : values) {
                message.append(' ').append(value);
            }
            throw new InvariantViolation(message.toString());
        }
    }
}
