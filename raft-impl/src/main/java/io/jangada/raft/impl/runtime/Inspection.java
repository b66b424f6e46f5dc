package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.impl.core.CoreStatus;
import io.jangada.raft.impl.core.RaftCore.PeerProgress;
import java.util.Map;

/** A look at the inside of a running group, for the simulator: what {@code status()} leaves out. */
public final class Inspection {
    private final GroupCore<?, ?, ?> core;

    /**
     * Looks into a group.
     *
     * @param group a group of this library
     * @throws IllegalArgumentException if somebody else made it
     */
    public Inspection(RaftGroup<?, ?, ?> group) {
        if (!(group instanceof Replica<?, ?, ?> replica)) {
            throw new IllegalArgumentException(group + " is not a group of this library");
        }
        this.core = replica.core();
    }

    /**
     * The group's state after its latest batch of inputs; the same object until the next batch.
     *
     * @return the picture that the runtime itself goes by
     */
    public CoreStatus status() {
        return core.status();
    }

    /**
     * What this node as a leader knows of its peers' logs. Only to be called where the loop does
     * not run.
     *
     * @return by peer; empty if this node does not lead
     */
    public Map<NodeId, PeerProgress> progress() {
        return core.progress();
    }

    /**
     * How far the state machine is.
     *
     * @return the highest index applied
     */
    public long appliedIndex() {
        return core.appliedIndex();
    }

    /**
     * Whether the group stopped on this node.
     *
     * @return true after a fault or a close
     */
    public boolean isStopped() {
        return core.stopped() != null;
    }

    /**
     * Ends the group on this node, as a fault in it would; its host and its other groups go on.
     *
     * @param cause what is thrown on the loop
     */
    public void fail(RuntimeException cause) {
        core.execute(
                now -> {
                    throw cause;
                });
    }
}
