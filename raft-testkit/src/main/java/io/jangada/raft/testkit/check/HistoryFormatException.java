package io.jangada.raft.testkit.check;

import java.io.IOException;

/** A file of a history does not say what it should. The message names file, line and field. */
public final class HistoryFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    HistoryFormatException(String message) {
        super(message);
    }

    /** The same complaint with its place. */
    HistoryFormatException at(String name, int lineNumber) {
        return new HistoryFormatException(name + ":" + lineNumber + ": " + getMessage());
    }
}
