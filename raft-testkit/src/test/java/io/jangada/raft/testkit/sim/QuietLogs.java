package io.jangada.raft.testkit.sim;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Thousands of simulated elections and faults are not worth a log line each. */
final class QuietLogs implements BeforeAllCallback {
    /** Held, since the logging system forgets the level of a logger that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft.impl");

    @Override
    public void beforeAll(ExtensionContext context) {
        LIBRARY.setLevel(Level.OFF);
    }
}
