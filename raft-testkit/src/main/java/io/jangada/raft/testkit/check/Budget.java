package io.jangada.raft.testkit.check;

/**
 * How much a check may cost. The bounds hold for each partition on its own and count work, not
 * time, so that the same history always gets the same verdict.
 *
 * @param stepsMax how many steps a search may take, forward, back, or comparing two sets of
 *     operations: bounds the time. A search takes a million per second or more if the model is
 *     simple. Too small: verdict unknown
 * @param configurationsMax how many pairs of linearized operations and state may be remembered:
 *     bounds the memory, at some 300 bytes each and the state. Too small: verdict unknown
 * @param threads how many partitions may be searched at the same time, at least 1. Memory grows
 *     with it, the verdict does not depend on it
 */
public record Budget(long stepsMax, int configurationsMax, int threads) {

    /** Twenty million steps, a million configurations, one thread. */
    public static final Budget DEFAULT = new Budget(20_000_000, 1_000_000, 1);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one of the numbers is not positive
     */
    public Budget {
        if (stepsMax < 1 || configurationsMax < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "steps ("
                            + stepsMax
                            + "), configurations ("
                            + configurationsMax
                            + ") and threads ("
                            + threads
                            + ") must be at least 1");
        }
    }

    /**
     * The same bounds with another number of threads.
     *
     * @param count at least 1
     * @return a budget
     */
    public Budget withThreads(int count) {
        return new Budget(stepsMax, configurationsMax, count);
    }
}
