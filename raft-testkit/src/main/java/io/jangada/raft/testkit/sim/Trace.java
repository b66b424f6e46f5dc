package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in order: a running hash that tells two runs apart, and, for whoever wants to
 * read, an event with words.
 */
final class Trace {
    private final List<Consumer<? super TraceEvent>> readers = new ArrayList<>();
    private long hash;
    private long count;

    void add(Consumer<? super TraceEvent> reader) {
        readers.add(reader);
    }

    void remove(Consumer<? super TraceEvent> reader) {
        readers.remove(reader);
    }

    /** Takes an event into the hash. */
    void mix(long value) {
        hash = SimRandom.mix(hash ^ value) + 0x9E3779B97F4A7C15L;
        count++;
    }

    /** Shows an event; the text is made only if somebody reads. */
    void say(
            long nowNanos,
            Shape shape,
            @Nullable NodeId node,
            @Nullable NodeId peer,
            Supplier<String> text) {
        if (!readers.isEmpty()) {
            TraceEvent event = new TraceEvent(nowNanos, shape, node, peer, text.get());
            readers.forEach(reader -> reader.accept(event));
        }
    }

    long hash() {
        return hash;
    }

    long count() {
        return count;
    }
}
