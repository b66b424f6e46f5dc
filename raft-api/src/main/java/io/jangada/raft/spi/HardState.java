package io.jangada.raft.spi;

import io.jangada.raft.api.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What a node must remember besides its log (paper Figure 2, thesis §3.8).
 *
 * @param currentTerm latest term this node has seen
 * @param votedFor the candidate that got this node's vote in that term, or null
 */
public record HardState(long currentTerm, @Nullable NodeId votedFor) {
    /** Of a node that has seen nothing yet. */
    public static final HardState INITIAL = new HardState(0, null);
}
