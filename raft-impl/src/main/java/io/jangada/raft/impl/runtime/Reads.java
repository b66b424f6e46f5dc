package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RejectedException;
import io.jangada.raft.impl.core.Input;
import io.jangada.raft.impl.core.Ready.ReadGrant;
import io.jangada.raft.impl.core.Refusal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The linearizable reads of this node that wait for an index (thesis §6.4). One that loses its
 * leader is asked again at the next one, until its time is up. Runs on the loop.
 *
 * @param <S> the state machine
 */
final class Reads<S> {
    /** What the latest answer of a confirmed leader says of this node's age. */
    record Freshness(long askedNanos, long readIndex) {}

    private final RaftConfig config;
    private final GroupCore<?, ?, ?> group;

    /** Hands a read with its index to the applier; false if that has too many. */
    private final Predicate<PendingRead<S, ?>> applier;

    private final Map<Long, PendingRead<S, ?>> asked = new HashMap<>();
    private final Deque<PendingRead<S, ?>> parked = new ArrayDeque<>();
    private long lastRequest;
    private volatile @Nullable Freshness freshness;
    private @Nullable RejectedException closed;

    Reads(RaftConfig config, GroupCore<?, ?, ?> group, Predicate<PendingRead<S, ?>> applier) {
        this.config = config;
        this.group = group;
        this.applier = applier;
    }

    void submit(PendingRead<S, ?> read, long nowNanos) {
        if (closed != null) {
            read.completeExceptionally(closed);
        } else if (asked.size() + parked.size() >= config.pendingReadsMax()) {
            read.completeExceptionally(overloaded());
        } else {
            ask(read, nowNanos);
        }
    }

    private void ask(PendingRead<S, ?> read, long nowNanos) {
        read.requestId = --lastRequest;
        asked.put(read.requestId, read);
        group.step(new Input.Read(nowNanos, read.requestId));
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
        PendingRead<S, ?> read = asked.remove(grant.requestId());
        if (read != null) {
            read.readIndex = grant.readIndex();
            if (!applier.test(read)) {
                read.completeExceptionally(overloaded());
            }
        }
    }

    void refused(long requestId, Refusal reason) {
        PendingRead<S, ?> read = asked.remove(requestId);
        if (read == null) {
            return;
        }
        if (reason == Refusal.OVERLOADED) {
            read.completeExceptionally(overloaded());
        } else {
            parked.add(read);
        }
    }

    /** Asks again what lost its leader. */
    void retry(long nowNanos) {
        for (int count = parked.size(); count > 0; count--) {
            ask(parked.remove(), nowNanos);
        }
    }

    void expire(long nowNanos, @Nullable NodeId leader) {
        asked.values().removeIf(read -> endIfLate(read, nowNanos, leader));
        parked.removeIf(read -> endIfLate(read, nowNanos, leader));
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
        return asked.isEmpty() && parked.isEmpty();
    }

    void close(RejectedException reason) {
        closed = reason;
        asked.values().forEach(read -> read.completeExceptionally(reason));
        asked.clear();
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
