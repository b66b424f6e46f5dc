package io.jangada.examples.kv.cli;

import java.io.IOException;
import java.util.List;

/**
 * A command of the shell itself, not of the server.
 *
 * @param name in lower case
 * @param syntax its arguments
 * @param summary one sentence
 * @param action what it does
 */
record ShellCommand(String name, String syntax, String summary, Action action) {
    /** Does something and says what to print. */
    @FunctionalInterface
    interface Action {
        String run(List<String> arguments) throws IOException;
    }
}
