package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the network does with messages, or with frames of the bulk lane, that a filter chooses, from
 * now until the rule is closed. Of several rules for one of them the latest counts. What happens to
 * one that a rule lets pass is up to the link.
 *
 * @param <T> what is on the way
 */
public abstract sealed class NetworkRule<T> implements AutoCloseable permits MessageRule, BulkRule {
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

    final SimNetwork network;
    private final Fate fate;
    private final long delayNanos;
    private final List<T> held = new ArrayList<>();
    private long matched;

    NetworkRule(SimNetwork network, Fate fate, Duration delay) {
        this.network = network;
        this.fate = fate;
        this.delayNanos = delay.toNanos();
    }

    abstract boolean matches(T sent);

    /** Whatever its link is like. */
    abstract void arrive(T sent);

    /** Unless its link is cut then. */
    abstract void arriveIn(long nanos, T sent);

    final Fate fate() {
        return fate;
    }

    final long delayNanos() {
        return delayNanos;
    }

    final void matched(T sent) {
        matched++;
        if (fate == Fate.HOLD) {
            held.add(sent);
        }
    }

    /**
     * How many it has met.
     *
     * @return their number, held or not
     */
    public final long matchedCount() {
        return matched;
    }

    /**
     * What it holds.
     *
     * @return a copy, in the order of sending
     */
    public final List<T> held() {
        return List.copyOf(held);
    }

    /**
     * Lets a held one arrive now, whatever its link is like.
     *
     * @param sent one of {@link #held()}
     */
    public final void deliver(T sent) {
        take(sent);
        arrive(sent);
    }

    /**
     * Lets a copy of a held one arrive now, and keeps holding it.
     *
     * @param sent one of {@link #held()}
     */
    public final void deliverCopy(T sent) {
        checkHeld(sent);
        arrive(sent);
    }

    /**
     * Lets a held one arrive some time from now, unless its link is cut then.
     *
     * @param sent one of {@link #held()}
     * @param delay how long it still takes
     */
    public final void deliverLater(T sent, Duration delay) {
        take(sent);
        arriveIn(delay.toNanos(), sent);
    }

    /**
     * Loses a held one.
     *
     * @param sent one of {@link #held()}
     */
    public final void drop(T sent) {
        take(sent);
    }

    /** Lets all that it holds arrive now, in order, and holds nothing any more. */
    public final void release() {
        close();
        for (T sent : held()) {
            deliver(sent);
        }
    }

    /** The rule ends; what it still holds stays held. Calling it again does nothing. */
    @Override
    public final void close() {
        network.remove(this);
    }

    private void take(T sent) {
        checkHeld(sent);
        held.remove(sent);
    }

    private void checkHeld(T sent) {
        if (!held.contains(sent)) {
            throw new IllegalArgumentException(sent + " is not held by this rule");
        }
    }
}
