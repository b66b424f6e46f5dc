package io.jangada.raft.testkit.sim;

import java.time.Duration;

/** A rule for messages of the main lane. */
public final class MessageRule extends NetworkRule<InFlight> {
    private final MessageFilter filter;

    MessageRule(SimNetwork network, MessageFilter filter, Fate fate, Duration delay) {
        super(network, fate, delay);
        this.filter = filter;
    }

    @Override
    boolean matches(InFlight message) {
        return filter.matches(message.from(), message.to(), message.message());
    }

    @Override
    void arrive(InFlight message) {
        network.arrive(message);
    }

    @Override
    void arriveIn(long nanos, InFlight message) {
        network.arriveIn(nanos, message);
    }
}
