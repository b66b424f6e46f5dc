package io.jangada.examples.kv.cli;

/**
 * What the user asked for cannot be done as asked: one line, exit code 2, and nothing was created.
 */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
