package io.jangada.raft.impl.core;

import io.jangada.raft.api.Membership;
import io.jangada.raft.api.NodeId;

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
}
