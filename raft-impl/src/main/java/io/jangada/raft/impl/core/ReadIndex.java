package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A leader's rounds of heartbeats, and what rests on them: linearizable reads without the log
 * (thesis §6.4) and the lease (§6.4.1).
 *
 * <p>A round is a numbered heartbeat to everybody. Once a quorum has answered round r, this node
 * led when r was sent. Reads wait for a round that began after they came; all that wait at that
 * moment share it (Z21). The lease runs from the time the confirmed round was sent (Z22).
 */
final class ReadIndex {
    /** A read of this node ({@code from} null) or of a follower. */
    record Pending(@Nullable NodeId from, long requestId, long askedNanos) {}

    /** A read that may run once its index is applied. */
    record Confirmed(Pending read, long readIndex) {}

    private record Batch(long round, long readIndex, List<Pending> reads) {}

    private record Sent(long round, long nanos) {}

    private final long leaseNanos;
    private List<Pending> waiting = new ArrayList<>();
    private final Deque<Batch> batches = new ArrayDeque<>();
    private final Deque<Sent> unconfirmed = new ArrayDeque<>();
    private long round;
    private long confirmedRound;
    private long confirmedSentNanos = Long.MIN_VALUE;
    private int count;

    ReadIndex(long leaseNanos) {
        this.leaseNanos = leaseNanos;
    }

    int count() {
        return count;
    }

    /** The latest round begun. */
    long round() {
        return round;
    }

    void add(Pending read) {
        waiting.add(read);
        count++;
    }

    /** Whether reads wait for a round and none of theirs is under way: rounds follow each other. */
    boolean wantsRound() {
        return !waiting.isEmpty() && batches.isEmpty();
    }

    /**
     * Begins a round now. Reads that wait join it if the leader may answer them, at its commit
     * index.
     *
     * @param commitIndex or -1 while no entry of the leader's term is committed (Z12)
     */
    void beginRound(long nowNanos, long commitIndex) {
        round++;
        unconfirmed.addLast(new Sent(round, nowNanos));
        if (commitIndex >= 0 && !waiting.isEmpty()) {
            batches.addLast(new Batch(round, commitIndex, waiting));
            waiting = new ArrayList<>();
        }
    }

    /** A quorum has answered this round; returns the reads that this lets run. */
    List<Confirmed> confirmed(long quorumRound) {
        while (!unconfirmed.isEmpty() && unconfirmed.getFirst().round() <= quorumRound) {
            confirmedSentNanos = unconfirmed.getFirst().nanos();
            confirmedRound = unconfirmed.removeFirst().round();
        }
        if (batches.isEmpty() || batches.getFirst().round() > confirmedRound) {
            return List.of();
        }
        List<Confirmed> confirmed = new ArrayList<>();
        while (!batches.isEmpty() && batches.getFirst().round() <= confirmedRound) {
            Batch batch = batches.removeFirst();
            count -= batch.reads().size();
            batch.reads().forEach(read -> confirmed.add(new Confirmed(read, batch.readIndex())));
        }
        return confirmed;
    }

    /** Until when nobody else can lead, as far as rounds tell; {@link Long#MIN_VALUE} if never. */
    long leaseEndNanos() {
        return confirmedSentNanos == Long.MIN_VALUE
                ? Long.MIN_VALUE
                : confirmedSentNanos + leaseNanos;
    }

    /** Reads that this leadership will not answer any more. */
    List<Pending> drain() {
        List<Pending> all = new ArrayList<>();
        batches.forEach(batch -> all.addAll(batch.reads()));
        all.addAll(waiting);
        batches.clear();
        waiting = new ArrayList<>();
        count = 0;
        return all;
    }
}
