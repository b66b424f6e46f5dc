package io.jangada.raft.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the network does with frames of the bulk lane that a filter chooses, from now until the rule
 * is closed. Of several rules for one frame the latest counts.
 */
public final class BulkRule implements AutoCloseable {
    enum Fate {
        DROP,
        HOLD,
        DUPLICATE,
        DELAY
    }

    private final SimNetwork network;
    private final Predicate<? super BulkInFlight> filter;
    private final Fate fate;
    private final List<BulkInFlight> held = new ArrayList<>();
    private long matched;
    private long delayNanos;

    BulkRule(SimNetwork network, Predicate<? super BulkInFlight> filter, Fate fate) {
        this.network = network;
        this.filter = filter;
        this.fate = fate;
    }

    boolean matches(BulkInFlight frame) {
        return filter.test(frame);
    }

    Fate fate() {
        return fate;
    }

    long delayNanos() {
        return delayNanos;
    }

    void delayNanos(long nanos) {
        delayNanos = nanos;
    }

    void matched(BulkInFlight frame) {
        matched++;
        if (fate == Fate.HOLD) {
            held.add(frame);
        }
    }

    /**
     * How many frames it has met.
     *
     * @return their number, held or not
     */
    public long matchedCount() {
        return matched;
    }

    /**
     * The frames that it holds.
     *
     * @return a copy, in the order in which they were sent
     */
    public List<BulkInFlight> held() {
        return List.copyOf(held);
    }

    /**
     * Lets a held frame arrive now, whatever its link is like.
     *
     * @param frame one of {@link #held()}
     */
    public void deliver(BulkInFlight frame) {
        take(frame);
        network.arrive(frame);
    }

    /**
     * Lets a copy of a held frame arrive now, and keeps holding it.
     *
     * @param frame one of {@link #held()}
     */
    public void deliverCopy(BulkInFlight frame) {
        checkHeld(frame);
        network.arrive(frame);
    }

    /**
     * Loses a held frame.
     *
     * @param frame one of {@link #held()}
     */
    public void drop(BulkInFlight frame) {
        take(frame);
    }

    private void take(BulkInFlight frame) {
        checkHeld(frame);
        held.remove(frame);
    }

    private void checkHeld(BulkInFlight frame) {
        if (!held.contains(frame)) {
            throw new IllegalArgumentException(frame + " is not held by this rule");
        }
    }

    /** Lets all held frames arrive now, in order, and holds no further ones. */
    public void release() {
        close();
        List<BulkInFlight> waited = List.copyOf(held);
        held.clear();
        waited.forEach(network::arrive);
    }

    /** The rule ends; what it still holds stays held. Calling it again does nothing. */
    @Override
    public void close() {
        network.remove(this);
    }
}
