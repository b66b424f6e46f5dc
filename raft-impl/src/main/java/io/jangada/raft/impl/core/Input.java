package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.SnapshotInfo;

/**
 * Everything that can happen to a {@link RaftCore}. Each input says when it came, on the node's
 * monotonic clock; the core knows no other time.
 */
public sealed interface Input {
    /** When it came, in nanoseconds of a monotonic clock; never falls from input to input. */
    long nowNanos();

    /**
     * Founds the group on an empty log: its first entry, equal on all initial voters, is this
     * configuration. Only ever the first input.
     */
    record Found(long nowNanos, Membership membership) implements Input {}

    /** Time passed: due timers fire. Step it after the messages that were waiting, not before. */
    record Tick(long nowNanos) implements Input {}

    /**
     * Someone on this node wants an entry in the log. Answered by a {@link Ready.Refused} at once,
     * or by nothing: the entry, or its forwarding, is then under way.
     *
     * @param requestId names the proposal in a refusal
     */
    record Propose(long nowNanos, long requestId, Proposal proposal) implements Input {}

    /**
     * Someone on this node wants to read linearizably. Answered by one {@link Ready.ReadGrant} or
     * one {@link Ready.Refused}.
     */
    record Read(long nowNanos, long requestId) implements Input {}

    /** A message arrived. */
    record Received(long nowNanos, NodeId from, Message message) implements Input {}

    /** All writes up to this one are durable. */
    record Persisted(long nowNanos, long writeSequence) implements Input {}

    /** The state machine has applied everything up to this index. */
    record Applied(long nowNanos, long index) implements Input {}

    /** Leadership should move to a voter, whoever leads now. */
    record TransferLeadership(long nowNanos, NodeId target) implements Input {}

    /**
     * Someone on this node wants other members. Answered by one {@link Ready.ChangeOutcome}, or by
     * nothing if leadership or a message is lost meanwhile: then ask again, whoever leads. Asking
     * twice does no harm: a change that is under way already takes the second asker along, and one
     * that is done is answered at once.
     *
     * @param requestId names the wish in its outcome
     */
    record Reconfigure(long nowNanos, long requestId, MembershipChange change) implements Input {}

    /**
     * A snapshot of this node's own state is durable, as the latest one. From now on a leader
     * offers it to peers that need entries which are gone; only after this input has been stepped
     * may the log up to it be compacted.
     */
    record SnapshotSaved(long nowNanos, SnapshotInfo info) implements Input {}

    /**
     * More of the snapshot that {@link Ready.Fetch} asked for is here. A courtesy to the leader,
     * which gives up a peer that makes no progress.
     *
     * @param bytes how much of it is here by now
     */
    record SnapshotProgress(long nowNanos, SnapshotInfo info, long bytes) implements Input {}

    /**
     * The snapshot that {@link Ready.Fetch} asked for is whole, verified, and durable as the latest
     * one. If the log does not hold what it stands for, the next {@link Ready} installs it. Else
     * entries that it holds may still have to be applied: the log is never compacted further than
     * what is applied.
     */
    record SnapshotReceived(long nowNanos, SnapshotInfo info) implements Input {}

    /** The fetching of a snapshot was given up. The leader will offer one again. */
    record SnapshotFailed(long nowNanos, SnapshotInfo info) implements Input {}

    /**
     * Nobody vouches for this group's rest any more: timers run again. Nothing if it does not rest.
     */
    record Rouse(long nowNanos) implements Input {}

    /**
     * The disk has become too slow or too full to lead, or is well again. A leader with a sick disk
     * hands over, and a node with one does not stand for election.
     */
    record DiskSick(long nowNanos, boolean sick) implements Input {}
}
