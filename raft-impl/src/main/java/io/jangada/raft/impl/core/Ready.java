package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the outside world is owed after the latest inputs. The reset and then the write must be
 * started before the next input is stepped; messages leave as their {@link Outbound#afterWrite}
 * allows, and those of an earlier term than the latest hard state's not at all.
 *
 * @param reset the log begins anew behind a snapshot: a write of its own, before the other one;
 *     null if it goes on
 * @param writeSequence names the write, 0 if there is nothing to write
 * @param hardState make durable together with the entries; null if unchanged or part of the reset
 * @param entries make durable; they replace what the log has from the first one's index on
 * @param messages to send, in order
 * @param load the snapshot to load into the state machine before anything further is applied; it is
 *     the latest one here. Report it as {@link Input.Applied} at its index; null if none
 * @param applyTo committed and durable here: may be applied up to this index
 * @param reads reads that may run
 * @param refused proposals and reads that did not get under way
 * @param fetch the snapshot to pull, which replaces whatever was being pulled; null if nothing new
 * @param changes what became of wishes for other members
 * @param rebuilt this node's log is whole again: note it durably; true once
 */
public record Ready(
        @Nullable Reset reset,
        long writeSequence,
        @Nullable HardState hardState,
        List<LogEntry> entries,
        List<Outbound> messages,
        @Nullable SnapshotInfo load,
        long applyTo,
        List<ReadGrant> reads,
        List<Refused> refused,
        @Nullable Fetch fetch,
        List<ChangeOutcome> changes,
        boolean rebuilt) {
    /**
     * The log's new beginning: empty, and going on behind a snapshot that is durable here.
     *
     * @param writeSequence names this write
     * @param hardState make durable together with the reset; null if unchanged
     * @param index the snapshot's last entry
     * @param term that entry's term
     */
    public record Reset(long writeSequence, @Nullable HardState hardState, long index, long term) {}

    /**
     * A snapshot to pull. Ends with {@link Input.SnapshotReceived} or {@link Input.SnapshotFailed},
     * or with another one that replaces it. The same snapshot may be asked for again from another
     * node, or after a failure: what is here already need not be pulled again.
     *
     * @param from who has it: whoever leads
     */
    public record Fetch(NodeId from, SnapshotInfo info) {}

    /**
     * What became of a wish for other members.
     *
     * @param requestId names the wish
     * @param refusal a sentence that says why not, with nothing changed in the end; null if the
     *     configuration wished for is committed
     */
    public record ChangeOutcome(long requestId, @Nullable String refusal) {
        static final String NOT_READY = "the leader has not committed an entry of its term yet";
        static final String HANDING_OVER = "leadership is being handed over";

        /** Whether the reason goes away by itself soon, so that asking again is worth it. */
        public boolean isPassing() {
            return NOT_READY.equals(refusal) || HANDING_OVER.equals(refusal);
        }
    }

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
