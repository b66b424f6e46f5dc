package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the outside world is owed after the latest inputs. The write must be started before the next
 * input is stepped; messages leave as their {@link Outbound#afterWrite} allows.
 *
 * @param writeSequence names the write, 0 if there is nothing to write
 * @param hardState make durable together with the entries; null if unchanged
 * @param entries make durable; they replace what the log has from the first one's index on
 * @param messages to send, in order
 * @param applyTo committed and durable here: may be applied up to this index
 * @param reads reads that may run
 * @param refused proposals and reads that did not get under way
 */
public record Ready(
        long writeSequence,
        @Nullable HardState hardState,
        List<LogEntry> entries,
        List<Outbound> messages,
        long applyTo,
        List<ReadGrant> reads,
        List<Refused> refused) {
    /**
     * A message and the write it rests on.
     *
     * @param afterWrite may leave once this write is durable; 0 or a durable one: at once,
     *     alongside later writes (thesis §10.2.1)
     */
    public record Outbound(NodeId to, Message message, long afterWrite) {}

    /**
     * A read may run here once the index is applied (thesis §6.4).
     *
     * @param askedNanos the state read will be no older than this moment
     */
    public record ReadGrant(long requestId, long readIndex, long askedNanos) {}

    /**
     * A proposal or read of this node was refused.
     *
     * @param here refused by this node, so that this attempt certainly changes nothing; a leader's
     *     refusal is no such proof, since the network may have delivered the proposal twice
     */
    public record Refused(long requestId, Refusal reason, boolean here) {}
}
