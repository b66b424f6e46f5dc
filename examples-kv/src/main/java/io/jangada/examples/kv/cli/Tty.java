package io.jangada.examples.kv.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether a person sits at the other end. */
final class Tty {
    private Tty() {}

    /** Whether both standard input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // The other half of the answer follows.
    static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From Java 22 on there is a console even without a terminal, and it can be asked.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
