package io.jangada.raft.testkit.sim;

/** A run showed something that must never be; the message says what, and how to see it again. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    /**
     * Says what was found.
     *
     * @param message the invariant, the nodes, indexes and terms concerned, and the seed
     */
    public SimulationFailure(String message) {
        super(message);
    }
}
