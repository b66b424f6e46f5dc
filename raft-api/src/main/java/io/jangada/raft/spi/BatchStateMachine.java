package io.jangada.raft.spi;

import java.util.List;

/**
 * A state machine that takes several commands at once. Optional: the builder recognises it by type.
 *
 * @param <C> commands
 * @param <R> results
 */
public interface BatchStateMachine<C, R> extends StateMachine<C, R> {
    /**
     * Applies commands in order, as if {@link #apply} had been called for each. Where a batch ends
     * differs from node to node and must not influence state or results.
     *
     * @param commands at least one command
     * @param at for each command, where in the log it stands
     * @return for each command, its result
     */
    List<R> applyAll(List<C> commands, List<Applied> at);
}
