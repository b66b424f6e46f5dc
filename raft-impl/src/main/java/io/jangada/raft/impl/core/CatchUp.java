package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Brings one future voter up to date in rounds (thesis §4.2.1): each round ends with the log as it
 * was when the round began. One that took less than an election timeout says that the node keeps
 * up, so that waiting for it will not stop the group for longer than an election would.
 */
final class CatchUp {
    private static final int ROUNDS_MAX = 10;

    /** A node that is silent for so many election timeouts is given up. */
    private static final int SILENT_TIMEOUTS = 5;

    /** So is one that answers and gets no further: its disk may have stopped. */
    private static final int STUCK_TIMEOUTS = 30;

    private final NodeId id;
    private int rounds;
    private long roundEnd;
    private long roundNanos;
    private boolean done;
    private long furthestMatch = -1;
    private long fetchedBytes;
    private long advancedNanos;

    CatchUp(NodeId id, long lastIndex, long nowNanos) {
        this.id = id;
        this.roundEnd = lastIndex;
        this.roundNanos = nowNanos;
        this.advancedNanos = nowNanos;
    }

    boolean isDone() {
        return done;
    }

    /** Looks how far the peer has come. Says why it must be given up; null if it need not. */
    @Nullable String check(
            @Nullable Progress peer, long lastIndex, long timeoutNanos, long nowNanos) {
        if (done || peer == null) {
            return null;
        }
        if (peer.matchIndex() > furthestMatch || peer.fetchedBytes() != fetchedBytes) {
            furthestMatch = peer.matchIndex();
            fetchedBytes = peer.fetchedBytes();
            advancedNanos = nowNanos;
        }
        if (nowNanos - peer.heardNanos() >= SILENT_TIMEOUTS * timeoutNanos) {
            return "node " + id + " does not answer";
        }
        if (nowNanos - advancedNanos >= STUCK_TIMEOUTS * timeoutNanos) {
            return "node " + id + " answers but takes no entries";
        }
        return peer.isRebuilding() || peer.matchIndex() < roundEnd
                ? null
                : endRound(lastIndex, timeoutNanos, nowNanos);
    }

    private @Nullable String endRound(long lastIndex, long timeoutNanos, long nowNanos) {
        rounds++;
        if (nowNanos - roundNanos < timeoutNanos) {
            done = true;
            return null;
        }
        if (rounds == ROUNDS_MAX) {
            return "node " + id + " does not keep up: it was behind after " + rounds + " rounds";
        }
        roundEnd = lastIndex;
        roundNanos = nowNanos;
        return null;
    }
}
