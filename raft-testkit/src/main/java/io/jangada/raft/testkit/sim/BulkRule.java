package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.function.Predicate;

/** A rule for frames of the bulk lane. */
public final class BulkRule extends NetworkRule<BulkInFlight> {
    private final Predicate<? super BulkInFlight> filter;

    BulkRule(
            SimNetwork network, Predicate<? super BulkInFlight> filter, Fate fate, Duration delay) {
        super(network, fate, delay);
        this.filter = filter;
    }

    @Override
    boolean matches(BulkInFlight frame) {
        return filter.test(frame);
    }

    @Override
    void arrive(BulkInFlight frame) {
        network.arrive(frame);
    }

    @Override
    void arriveIn(long nanos, BulkInFlight frame) {
        network.arriveIn(nanos, frame);
    }
}
