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

    // One for each usual number of values: an array each time would cost more than the check.

    static void check(boolean holds, String what) {
        if (!holds) {
            throw violation(what);
        }
    }

    static void check(boolean holds, String what, long value) {
        if (!holds) {
            throw violation(what, value);
        }
    }

    static void check(boolean holds, String what, long first, long second) {
        if (!holds) {
            throw violation(what, first, second);
        }
    }

    static void check(boolean holds, String what, long first, long second, long third) {
        if (!holds) {
            throw violation(what, first, second, third);
        }
    }

    static void check(boolean holds, String what, long... values) {
        if (!holds) {
            throw violation(what, values);
        }
    }

    private static InvariantViolation violation(String what, long... values) {
        StringBuilder message = new StringBuilder(what).append(':');
        for (long value : values) {
            message.append(' ').append(value);
        }
        return new InvariantViolation(message.toString());
    }
}
