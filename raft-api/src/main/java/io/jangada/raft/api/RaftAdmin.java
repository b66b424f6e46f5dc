package io.jangada.raft.api;

import java.util.concurrent.CompletableFuture;

/** Operations on a group for those who run it, from any node. */
public interface RaftAdmin {
    /**
     * Makes another voter the leader (thesis §3.10). Proposals wait meanwhile; if the target does
     * not take over within one election timeout the old leader goes on.
     *
     * @param target a voter
     * @return done once this node sees the target lead; fails with {@link
     *     RejectedException.NoLeader} if it did not come to that in time, or {@link
     *     IllegalArgumentException} if {@code target} is not a voter
     */
    CompletableFuture<Void> transferLeadership(NodeId target);
}
