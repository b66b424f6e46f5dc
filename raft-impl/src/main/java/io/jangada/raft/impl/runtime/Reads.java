package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Ready.ReadGrant;
import io.jangada.raft.impl.core.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The linearizable reads of this node that wait for an index (thesis §6.4). Those of one round of
 * the loop ask as one. What loses its leader is asked again at the next one, until its time is up.
 * Runs on the loop.
 *
 * @param <S> the state machine
 */
final class Reads<S> {
    /** What the latest answer of a confirmed leader says of this node's age. */
    record Freshness(long askedNanos, long readIndex) {}

    /** Room for the reads of the next round: as many as in the last one, up to this. */
    private static final int READS_EXPECTED = 1024;

    private final RaftConfig config;
    private final GroupCore<?, ?, ?> group;

    private final Consumer<ReadBatch<S>> applier;

    /** Of the present round: not asked for yet. */
    private List<PendingRead<S, ?>> fresh = new ArrayList<>();

    private final Map<Long, List<PendingRead<S, ?>>> asked = new HashMap<>();
    private final List<PendingRead<S, ?>> parked = new ArrayList<>();

    /** How many these are, all together. */
    private int count;

    private long lastRequest;
    private volatile @Nullable Freshness freshness;
    private @Nullable RejectedException closed;

    /**
     * Reads that nobody has asked for.
     *
     * @param applier takes what has its index
     */
    Reads(RaftConfig config, GroupCore<?, ?, ?> group, Consumer<ReadBatch<S>> applier) {
        this.config = config;
        this.group = group;
        this.applier = applier;
    }

    void submit(PendingRead<S, ?> read) {
        if (closed != null) {
            read.completeExceptionally(closed);
        } else if (count >= config.pendingReadsMax()) {
            read.completeExceptionally(overloaded());
        } else {
            fresh.add(read);
            count++;
            group.touchLoop();
        }
    }

    /** Asks once for all that came since the last time. */
    void ask(long nowNanos) {
        if (fresh.isEmpty()) {
            return;
        }
        long requestId = --lastRequest;
        asked.put(requestId, fresh);
        fresh = new ArrayList<>(Math.min(fresh.size(), READS_EXPECTED));
        group.step(new Input.Read(nowNanos, requestId));
    }

    /** Reads have negative request ids, writes positive ones. */
    static boolean isRead(long requestId) {
        return requestId < 0;
    }

    void failed(Throwable cause) {
        group.failed(cause);
    }

    void granted(ReadGrant grant) {
        Freshness known = freshness;
        if (known == null || known.askedNanos() < grant.askedNanos()) {
            freshness = new Freshness(grant.askedNanos(), grant.readIndex());
        }
        List<PendingRead<S, ?>> reads = taken(grant.requestId());
        if (!reads.isEmpty()) {
            applier.accept(new ReadBatch<>(grant.readIndex(), reads));
        }
    }

    void refused(long requestId, Refusal reason) {
        List<PendingRead<S, ?>> reads = taken(requestId);
        if (reason == Refusal.OVERLOADED) {
            reads.forEach(read -> read.completeExceptionally(overloaded()));
        } else {
            parked.addAll(reads);
            count += reads.size();
        }
    }

    private List<PendingRead<S, ?>> taken(long requestId) {
        List<PendingRead<S, ?>> reads = asked.remove(requestId);
        if (reads == null) {
            return List.of();
        }
        count -= reads.size();
        return reads;
    }

    /** Asks again for what lost its leader, together with what is new. */
    void retry(long nowNanos) {
        fresh.addAll(parked);
        parked.clear();
        ask(nowNanos);
    }

    void expire(long nowNanos, @Nullable NodeId leader) {
        for (List<PendingRead<S, ?>> reads : asked.values()) {
            expire(reads, nowNanos, leader);
        }
        asked.values().removeIf(List::isEmpty);
        expire(parked, nowNanos, leader);
    }

    private void expire(List<PendingRead<S, ?>> reads, long nowNanos, @Nullable NodeId leader) {
        count -= reads.size();
        reads.removeIf(read -> endIfLate(read, nowNanos, leader));
        count += reads.size();
    }

    private static boolean endIfLate(
            PendingRead<?, ?> read, long nowNanos, @Nullable NodeId leader) {
        boolean late = nowNanos >= read.deadlineNanos;
        if (late) {
            read.completeExceptionally(
                    new RejectedException.NoLeader(
                            "no leader confirmed the read within its time", leader));
        }
        return late;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void close(RejectedException reason) {
        closed = reason;
        asked.values().forEach(parked::addAll);
        asked.clear();
        parked.addAll(fresh);
        fresh.clear();
        count = 0;
        parked.forEach(read -> read.completeExceptionally(reason));
        parked.clear();
    }

    /** How old this node's state is at most, if that is known; any thread. */
    @Nullable Freshness freshness() {
        return freshness;
    }

    static RejectedException overloaded() {
        return new RejectedException.Overloaded(
                "too many reads wait on this node: pendingReadsMax is reached");
    }
}
