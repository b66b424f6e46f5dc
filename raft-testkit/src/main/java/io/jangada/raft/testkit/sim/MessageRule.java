package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the network does with messages that a filter chooses, from now until the rule is closed. Of
 * several rules for one message the latest counts. What happens to a message that a rule lets pass
 * is up to the link.
 */
public final class MessageRule implements AutoCloseable {
    enum Fate {
        DROP,
        HOLD,
        DUPLICATE,
        DELAY,
        DELIVER,
        CRASH_BEFORE_SENDING,
        CRASH_AFTER_SENDING,
        CRASH_RECEIVER
    }

    private final SimNetwork network;
    private final MessageFilter filter;
    private final Fate fate;
    private final long delayNanos;
    private final List<InFlight> held = new ArrayList<>();
    private long matched;

    MessageRule(SimNetwork network, MessageFilter filter, Fate fate, Duration delay) {
        this.network = network;
        this.filter = filter;
        this.fate = fate;
        this.delayNanos = delay.toNanos();
    }

    boolean matches(InFlight message) {
        return filter.matches(message.from(), message.to(), message.message());
    }

    Fate fate() {
        return fate;
    }

    long delayNanos() {
        return delayNanos;
    }

    void matched(InFlight message) {
        matched++;
        if (fate == Fate.HOLD) {
            held.add(message);
        }
    }

    /**
     * How many messages it has met.
     *
     * @return their number, held or not
     */
    public long matchedCount() {
        return matched;
    }

    /**
     * The messages that it holds.
     *
     * @return a copy, in the order in which they were sent
     */
    public List<InFlight> held() {
        return List.copyOf(held);
    }

    /**
     * Lets a held message arrive now, whatever its link is like.
     *
     * @param message one of {@link #held()}
     */
    public void deliver(InFlight message) {
        take(message);
        network.arrive(message);
    }

    /**
     * Lets a copy of a held message arrive now, and keeps holding it.
     *
     * @param message one of {@link #held()}
     */
    public void deliverCopy(InFlight message) {
        checkHeld(message);
        network.arrive(message);
    }

    /**
     * Lets a held message arrive some time from now, unless its link is cut then.
     *
     * @param message one of {@link #held()}
     * @param delay how long it still takes
     */
    public void deliverLater(InFlight message, Duration delay) {
        take(message);
        network.arriveIn(delay.toNanos(), message);
    }

    /**
     * Loses a held message.
     *
     * @param message one of {@link #held()}
     */
    public void drop(InFlight message) {
        take(message);
    }

    /** Lets all held messages arrive now, in order, and holds no further ones. */
    public void release() {
        close();
        for (InFlight message : held()) {
            deliver(message);
        }
    }

    /** The rule ends; what it still holds stays held. Calling it again does nothing. */
    @Override
    public void close() {
        network.remove(this);
    }

    private void take(InFlight message) {
        checkHeld(message);
        held.remove(message);
    }

    private void checkHeld(InFlight message) {
        if (!held.contains(message)) {
            throw new IllegalArgumentException("message " + message + " is not held by this rule");
        }
    }
}
