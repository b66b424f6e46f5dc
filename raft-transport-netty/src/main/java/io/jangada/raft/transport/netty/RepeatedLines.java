package io.jangada.raft.transport.netty;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what happens again and again from filling the log: a line passes when it is new, and then
 * once a minute with the count of what was held back. Remembers a bounded number of lines.
 * Thread-safe.
 */
final class RepeatedLines {
    private static final long REPEAT_NANOS = Duration.ofMinutes(1).toNanos();

    private static final class Seen {
        long loggedNanos;
        long heldBack;
    }

    private final Map<String, Seen> lines;

    RepeatedLines(int linesMax) {
        lines =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
                        return size() > linesMax;
                    }
                };
    }

    /**
     * Asks whether to log a line now.
     *
     * @param key equal for lines that say the same
     * @return what to add to the line, or empty to hold it back
     */
    synchronized Optional<String> next(String key, long nowNanos) {
        Seen seen = lines.get(key);
        if (seen == null) {
            seen = new Seen();
            lines.put(key, seen);
        } else if (nowNanos - seen.loggedNanos < REPEAT_NANOS) {
            seen.heldBack++;
            return Optional.empty();
        }
        String count = seen.heldBack == 0 ? "" : " (and " + seen.heldBack + " times before)";
        seen.loggedNanos = nowNanos;
        seen.heldBack = 0;
        return Optional.of(count);
    }

    /** Lets every line through again. */
    synchronized void reset() {
        lines.clear();
    }
}
