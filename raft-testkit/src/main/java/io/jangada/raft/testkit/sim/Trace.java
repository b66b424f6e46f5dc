package io.jangada.raft.testkit.sim;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in order: a running hash that tells two runs apart, and, for whoever wants to
 * read, a line per event.
 */
final class Trace {
    private final @Nullable Consumer<String> lines;
    private long hash;
    private long count;

    Trace(@Nullable Consumer<String> lines) {
        this.lines = lines;
    }

    /** Takes an event into the hash. */
    void mix(long value) {
        hash = SimRandom.mix(hash ^ value) + 0x9E3779B97F4A7C15L;
        count++;
    }

    /** Shows an event; the text is made only if somebody reads. */
    void say(long nowNanos, Supplier<String> text) {
        if (lines != null) {
            lines.accept(String.format("%12.6f  %s", nowNanos / 1e9, text.get()));
        }
    }

    long hash() {
        return hash;
    }

    long count() {
        return count;
    }
}
