package io.jangada.raft.testkit.check;

import java.util.List;

/**
 * What clients did and saw, immutable.
 *
 * @param operations all operations, by position of their calls
 * @param faults what was done to the cluster meanwhile, by position
 * @param <I> what can be asked
 * @param <O> what can come back
 */
public record History<I, O>(List<Operation<I, O>> operations, List<Fault> faults) {

    /**
     * Copies both lists.
     *
     * @throws IllegalArgumentException if the operations are not in order of their calls
     */
    public History {
        operations = List.copyOf(operations);
        faults = List.copyOf(faults);
        for (int i = 1; i < operations.size(); i++) {
            if (operations.get(i - 1).call() >= operations.get(i).call()) {
                throw new IllegalArgumentException(
                        "operations must be in order of their calls: "
                                + operations.get(i)
                                + " stands behind "
                                + operations.get(i - 1));
            }
        }
    }
}
