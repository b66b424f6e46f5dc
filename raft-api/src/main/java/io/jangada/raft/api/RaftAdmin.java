package io.jangada.raft.api;

import io.jangada.raft.spi.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
     * How long {@link #change(MembershipChange)} waits: long enough for a new node to receive a
     * large state at the default {@link RaftBuilder#snapshotRate}.
     */
    Duration CHANGE_PATIENCE = Duration.ofMinutes(30);

    /**
     * Changes who belongs to the group, waiting for {@link #CHANGE_PATIENCE} at most.
     *
     * @param change the wish
     * @return as {@link #change(MembershipChange, Duration)}
     */
    default CompletableFuture<Membership> change(MembershipChange change) {
        return change(change, CHANGE_PATIENCE);
    }

    /**
     * Changes who belongs to the group. New voters join as learners and get their vote once they
     * have caught up, which may take minutes; meanwhile {@link RaftEvent.MembershipChanged} and
     * {@link #why} tell how far it is. A leader that is lost on the way is replaced by the next
     * one, which goes on. Asking again for what was asked before is harmless.
     *
     * @param change the wish
     * @param timeout how long to wait, positive; usually longer than {@link
     *     RaftConfig#requestTimeout()}, within which a leader must be found
     * @return the configuration that this node saw committed and that grants the wish; fails with
     *     {@link RejectedException.MembershipRefused} if the leader refused the change, or gave it
     *     up and undid it, with {@link RejectedException.NoLeader} if no leader was found to begin
     *     with, and with {@link OutcomeUnknownException} if the change did not come to an end in
     *     time: it may still do so
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    CompletableFuture<Membership> change(MembershipChange change, Duration timeout);

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
    CompletableFuture<Long> snapshot();

    /**
     * Writes a consistent copy of the group's state: what {@link RaftBuilder#restoreFrom} takes.
     * Linearizable: contains every write acknowledged before the call. Works on any node that the
     * leader reaches. Blocks.
     *
     * @param file where to; must not exist. It appears whole and durable, or not at all
     * @return what was written
     * @throws RaftException if there is no leader in time, or the group stopped on this node
     * @throws IOException if the file cannot be written
     * @throws io.jangada.raft.spi.StoreException if the snapshot cannot be read
     */
    SnapshotInfo backup(Path file) throws IOException;

    /**
     * Says in words what this node waits for: why there is no leader as far as it can tell, what a
     * change of membership waits for, what else is under way. For people; the words may change.
     *
     * @return one or several sentences
     */
    String why();
}
