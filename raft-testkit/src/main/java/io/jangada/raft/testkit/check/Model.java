package io.jangada.raft.testkit.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a service does when it runs one operation at a time.
 *
 * <p>States are immutable values, compared with {@code equals} and {@code hashCode}: two states are
 * equal exactly if no later operation can tell them apart. A state that is equal to too few others
 * makes the search slow, one that is equal to too many makes it wrong.
 *
 * <p><b>Threading.</b> With a budget of several threads all methods are called concurrently; a
 * model has no state of its own.
 *
 * @param <S> state
 * @param <I> what can be asked
 * @param <O> what can come back
 */
public interface Model<S, I, O> {

    /**
     * The state in which every history begins.
     *
     * @return the state
     */
    S initial();

    /**
     * Runs one operation.
     *
     * @param state the state before
     * @param input what was asked
     * @param output what came back; null if unknown, and then every answer is right
     * @return the state after; null if this input cannot give this output in this state, which is
     *     never so for an unknown output
     */
    @Nullable S step(S state, I input, @Nullable O output);

    /**
     * Whether an operation leaves every state as it is in which it can run. Knowing this makes the
     * search much faster; of unknown outcome such operations are left out.
     *
     * @param input what was asked
     * @param output what came back; null if unknown
     * @return false unless the model knows better
     */
    default boolean isReadOnly(I input, @Nullable O output) {
        return false;
    }

    /**
     * Whether two operations never notice each other: from every state, and in either order, they
     * give the same answers and lead to the same state. Knowing this makes the search faster where
     * operations cannot be partitioned.
     *
     * @param one what was asked
     * @param other what else was asked
     * @return false unless the model knows better
     */
    default boolean areIndependent(I one, I other) {
        return false;
    }

    /**
     * Splits operations into parts such that the whole is linearizable exactly if each part is
     * (Herlihy and Wing's locality). Small parts make the search fast. Parts may overlap: a part
     * that follows from another one can be settled sooner and names a smaller conflict. What is in
     * no part is not checked.
     *
     * @param operations those of a history that matter, by position of their calls
     * @return the parts, operations in the order given; one part with all of them unless the model
     *     knows better
     */
    default List<Partition<I, O>> partition(List<Operation<I, O>> operations) {
        return List.of(new Partition<>("history", operations));
    }

    /**
     * A part of a history that can be checked on its own.
     *
     * @param name what a reader of a verdict calls it, such as {@code key "a"}
     * @param operations its operations, by position of their calls
     * @param <I> what can be asked
     * @param <O> what can come back
     */
    record Partition<I, O>(String name, List<Operation<I, O>> operations) {

        /** Copies the operations. */
        public Partition {
            operations = List.copyOf(operations);
        }
    }
}
