package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time: a queue of events, run one by one on the caller's thread. Between events no time
 * passes; at an event the clock jumps to its moment. Events of one moment run in the order in which
 * they were scheduled. Chance comes from one seed, so that a run is a pure function of the seed and
 * of what the caller does between steps. Not thread-safe.
 */
public final class Simulation {
    private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return atNanos != other.atNanos
                    ? Long.compare(atNanos, other.atNanos)
                    : Long.compare(number, other.number);
        }
    }

    private final long seed;
    private final SimRandom random;
    private final Trace trace;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Runnable> observers = new ArrayList<>();
    private Runnable afterEvent = () -> {};
    private long nowNanos;
    private long scheduled;
    private long executed;

    /**
     * An empty world at time 0.
     *
     * @param seed decides all that is random in it
     * @param lines takes a line per event for people, or null
     */
    public Simulation(long seed, @Nullable Consumer<String> lines) {
        this.seed = seed;
        this.random = new SimRandom(seed);
        this.trace = new Trace();
        if (lines != null) {
            trace.add(event -> lines.accept(event.toString()));
        }
    }

    /**
     * Shows all further events to somebody. The trace hash does not depend on who looks.
     *
     * @param reader gets each event as it happens, and must not change anything
     */
    public void traceTo(Consumer<? super TraceEvent> reader) {
        trace.add(reader);
    }

    /**
     * Ends what {@link #traceTo} began.
     *
     * @param reader who looks no more
     */
    public void traceNoMore(Consumer<? super TraceEvent> reader) {
        trace.remove(reader);
    }

    /**
     * Lets somebody look at the world after every further event, once the invariants were checked.
     *
     * @param observer is called between events, and must not change anything
     */
    public void observe(Runnable observer) {
        observers.add(observer);
    }

    /**
     * What decides this run.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * The source of all chance; drawing from it changes what follows.
     *
     * @return this run's random numbers
     */
    public SimRandom random() {
        return random;
    }

    /**
     * The present.
     *
     * @return nanoseconds since the beginning
     */
    public long nowNanos() {
        return nowNanos;
    }

    /**
     * A fingerprint of everything that happened: equal for equal runs.
     *
     * @return the hash of the trace
     */
    public long traceHash() {
        return trace.hash();
    }

    /**
     * How many events have run.
     *
     * @return their number
     */
    public long eventCount() {
        return executed;
    }

    /**
     * Makes something happen later.
     *
     * @param delayNanos from now, not negative
     * @param action what happens
     */
    public void schedule(long delayNanos, Runnable action) {
        scheduleAt(nowNanos + delayNanos, action);
    }

    void scheduleAt(long atNanos, Runnable action) {
        events.add(new Event(Math.max(atNanos, nowNanos), scheduled++, action));
    }

    void afterEvent(Runnable check) {
        afterEvent = check;
    }

    /**
     * Notes an event that is nobody's.
     *
     * @param kind its kind, for the hash of the trace
     * @param detail what tells it from others of its kind, for the hash of the trace
     * @param text a line for people, made only if somebody reads
     */
    public void note(long kind, long detail, Supplier<String> text) {
        note(kind, detail, Shape.WORLD, null, null, text);
    }

    /** Notes an event of a node. */
    void note(long kind, long detail, NodeId node, Supplier<String> text) {
        note(kind, detail, Shape.STEP, node, null, text);
    }

    /** Notes any event. */
    void note(
            long kind,
            long detail,
            Shape shape,
            @Nullable NodeId node,
            @Nullable NodeId peer,
            Supplier<String> text) {
        trace.mix(kind);
        trace.mix(nowNanos);
        trace.mix(detail);
        trace.say(nowNanos, shape, node, peer, text);
    }

    // Running

    /**
     * Runs the next event.
     *
     * @return false if there is none
     * @throws SimulationFailure if an invariant does not hold afterwards
     */
    public boolean step() {
        return stepUntil(Long.MAX_VALUE);
    }

    private boolean stepUntil(long limitNanos) {
        Event next = events.peek();
        if (next == null || next.atNanos() > limitNanos) {
            return false;
        }
        events.remove();
        nowNanos = next.atNanos();
        executed++;
        next.action().run();
        afterEvent.run();
        observers.forEach(Runnable::run);
        return true;
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     * @throws SimulationFailure if an invariant does not hold after some event
     */
    public void run(Duration duration) {
        long end = nowNanos + duration.toNanos();
        while (stepUntil(end)) {
            // The event has run.
        }
        nowNanos = Math.max(nowNanos, end);
    }

    /**
     * Lets time pass until something holds; looked at after each event.
     *
     * @param condition what is waited for
     * @param limit how long at most
     * @return whether it holds now
     * @throws SimulationFailure if an invariant does not hold after some event
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (!stepUntil(end)) {
                nowNanos = Math.max(nowNanos, end);
                return condition.getAsBoolean();
            }
        }
        return true;
    }
}
