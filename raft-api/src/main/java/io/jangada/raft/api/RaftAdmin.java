package io.jangada.raft.api;

import io.jangada.raft.spi.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Path;
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

    /**
     * Changes who belongs to the group. New voters join as learners and get their vote once they
     * have caught up. Asking again for what was asked before is harmless.
     *
     * @param change the wish
     * @return the configuration that this node saw committed; fails with {@link
     *     RejectedException.MembershipRefused} if the change was refused and undone, {@link
     *     OutcomeUnknownException} if it did not come to an end in time
     */
    default CompletableFuture<Membership> change(MembershipChange change) {
        throw new UnsupportedOperationException("change");
    }

    /**
     * Changes who belongs to the group to exactly these members, see {@link #change}.
     *
     * @param target voters and learners, not joint
     * @return as {@link #change}
     */
    default CompletableFuture<Membership> reconfigure(Membership target) {
        return change(new MembershipChange.Become(target));
    }

    /**
     * Takes a snapshot on this node now, and drops the log below it.
     *
     * @return the index of the snapshot, once it is durable
     */
    default CompletableFuture<Long> snapshot() {
        throw new UnsupportedOperationException("snapshot");
    }

    /**
     * Writes a consistent copy of the group's state: what {@link RaftBuilder#restoreFrom} takes.
     * Linearizable: contains every write acknowledged before the call. Blocks.
     *
     * @param file where to; must not exist
     * @return what was written
     * @throws RaftException if there is no leader in time
     * @throws IOException if the file cannot be written
     */
    default SnapshotInfo backup(Path file) throws IOException {
        throw new UnsupportedOperationException("backup");
    }
}
