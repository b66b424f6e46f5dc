package io.jangada.raft.transport.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** Writes down what the transport logs, instead of printing it. */
final class CapturedLog implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Logger logger = Logger.getLogger("io.jangada.raft.transport.netty");
    private final List<LogRecord> records = new ArrayList<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    if (line.getLevel().intValue() >= Level.INFO.intValue()) {
                        add(line);
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    CapturedLog() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    private synchronized void add(LogRecord line) {
        records.add(line);
        notifyAll();
    }

    synchronized List<String> lines() {
        return records.stream().map(LogRecord::getMessage).collect(Collectors.toList());
    }

    synchronized List<String> lines(String node, String part) {
        return lines().stream().filter(of(node, part)).collect(Collectors.toList());
    }

    synchronized List<String> errors() {
        return records.stream()
                .filter(line -> line.getLevel().equals(Level.SEVERE))
                .map(line -> line.getMessage() + " " + line.getThrown())
                .collect(Collectors.toList());
    }

    /** For tests that cause errors on purpose. */
    synchronized void forgetErrors() {
        records.removeIf(line -> line.getLevel().equals(Level.SEVERE));
    }

    /** Waits for a line of a node that contains a text. */
    synchronized String await(String node, String part) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            List<String> found = lines(node, part);
            if (!found.isEmpty()) {
                return found.get(0);
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        "no line of "
                                + node
                                + " with '"
                                + part
                                + "' in:\n"
                                + String.join("\n", lines()));
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
        }
    }

    private static Predicate<String> of(String node, String part) {
        return line -> line.startsWith(node + ": ") && line.contains(part);
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }
}
