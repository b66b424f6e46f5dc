package io.jangada.examples.kv.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Sends what is logged to a stream, one line each: our own from INFO on, libraries' from WARNING.
 */
final class Logs {
    /** Kept, since java.util.logging forgets the levels of loggers that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger OURS = Logger.getLogger("io.jangada");

    /** Warns of native libraries that we leave out on purpose. */
    private static final Logger CHRONICLE = Logger.getLogger("net.openhft");

    private Logs() {}

    static void to(PrintStream out) {
        // Chronicle's own notices; read when its classes are initialised.
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("disable.perf.info", "true");
        for (Handler handler : List.of(ROOT.getHandlers())) {
            ROOT.removeHandler(handler);
        }
        ROOT.setLevel(Level.WARNING);
        OURS.setLevel(Level.INFO);
        CHRONICLE.setLevel(Level.SEVERE);
        ROOT.addHandler(new Lines(out));
    }

    /** As {@link #to}, but for a command that tells by itself how it goes: warnings only. */
    static void quietlyTo(PrintStream out) {
        to(out);
        OURS.setLevel(Level.WARNING);
    }

    private static final class Lines extends Handler {
        private final PrintStream out;

        Lines(PrintStream out) {
            this.out = out;
            setFormatter(new OneLine());
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                out.println(getFormatter().format(record));
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    static final class OneLine extends Formatter {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS")
                        .withZone(ZoneId.systemDefault());

        @Override
        public String format(LogRecord record) {
            Instant when = record.getInstant();
            StringBuilder line = new StringBuilder();
            line.append(TIME.format(when)).append(' ').append(record.getLevel().getName());
            line.append(' ').append(formatMessage(record));
            for (Throwable cause = record.getThrown(); cause != null; cause = cause.getCause()) {
                line.append(" | ").append(cause);
                if (cause.getStackTrace().length > 0) {
                    line.append(" at ").append(cause.getStackTrace()[0]);
                }
            }
            return line.toString().replaceAll("\\R", " ");
        }
    }
}
