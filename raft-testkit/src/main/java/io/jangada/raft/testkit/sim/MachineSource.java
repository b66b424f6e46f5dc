package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.StateMachine;

/**
 * State machines for a simulated cluster other than the simulator's own.
 *
 * @param <M> the state machine
 * @param <C> its commands
 * @param <R> its results
 */
public interface MachineSource<M extends StateMachine<C, R>, C, R> {
    /**
     * Makes an empty state machine. Called in each life of each node.
     *
     * @param cluster whose it is, to report what is wrong with it
     * @param node the node's name
     * @return a new one
     */
    M newMachine(SimCluster cluster, NodeId node);

    /**
     * A fingerprint of a state: nodes whose machines have applied the same must have the same.
     *
     * @param machine one that this source made
     * @return equal for equal states
     */
    long stateHash(M machine);

    /**
     * Encodes commands.
     *
     * @return the codec
     */
    Codec<C> commands();

    /**
     * Encodes results.
     *
     * @return the codec
     */
    Codec<R> results();
}
