package io.jangada.raft.testkit;

import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the library from logging while simulations run: thousands of elections and faults that are
 * meant to be are not worth a line each. Only where logging is that of the JDK.
 */
final class QuietLibrary {
    /** Held, since the logging system forgets the level of a logger that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft.impl");

    private static int users;
    private static @Nullable Level before;

    private QuietLibrary() {}

    /** Does something without a log line. */
    static <T> T during(Supplier<T> work) {
        enter();
        try {
            return work.get();
        } finally {
            leave();
        }
    }

    private static synchronized void enter() {
        if (users++ == 0) {
            before = LIBRARY.getLevel();
            LIBRARY.setLevel(Level.OFF);
        }
    }

    private static synchronized void leave() {
        if (--users == 0) {
            LIBRARY.setLevel(before);
        }
    }
}
