package io.jangada.raft.impl.core;

import io.jangada.raft.api.RaftConfig;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a leader knows of one peer's log, and what is under way to it (paper Figure 2, {@code
 * nextIndex} and {@code matchIndex}; pipelining: thesis §10.2.2).
 *
 * <p>PROBE looks for the place where the logs agree, one message at a time. REPLICATE sends
 * optimistically, within a window of messages and bytes. SNAPSHOT will stand for a peer that needs
 * entries which are no longer in the log.
 *
 * <p>Invariant: {@code matchIndex < nextIndex}.
 */
final class Progress {
    enum State {
        PROBE,
        REPLICATE,
        SNAPSHOT
    }

    /** An AppendEntries without an answer: its last index, its size, and when it left. */
    private record Inflight(long lastIndex, long bytes, long round, long sentNanos) {}

    private final RaftConfig config;
    private final Deque<Inflight> inflights = new ArrayDeque<>();
    private long inflightBytes;

    private State state = State.PROBE;

    /**
     * Highest index known to be durable at the peer and equal to ours. Never falls within a term.
     */
    private long matchIndex;

    private long nextIndex;

    /** Highest round that the peer confirmed. */
    private long answeredRound;

    /** When the peer was last heard, so that a leader without a quorum notices (Z7). */
    private long heardNanos;

    /** Highest commit index told to the peer. */
    private long commitSent;

    /** Last index that was appended for the peer: it waits to hear of its commitment. */
    private long forwardedIndex;

    Progress(RaftConfig config, long nextIndex, long nowNanos) {
        this.config = config;
        this.nextIndex = nextIndex;
        this.heardNanos = nowNanos;
    }

    State state() {
        return state;
    }

    long matchIndex() {
        return matchIndex;
    }

    long nextIndex() {
        return nextIndex;
    }

    long answeredRound() {
        return answeredRound;
    }

    long heardNanos() {
        return heardNanos;
    }

    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Room in the window, in bytes; 0 if nothing may be sent now. */
    long sendableBytes() {
        if (inflights.isEmpty()) {
            return state == State.SNAPSHOT
                    ? 0
                    : Math.min(config.appendBytesMax(), config.inflightBytesMax());
        }
        boolean full =
                state != State.REPLICATE
                        || inflights.size() >= config.inflightMessagesMax()
                        || inflightBytes >= config.inflightBytesMax();
        return full
                ? 0
                : Math.min(config.appendBytesMax(), config.inflightBytesMax() - inflightBytes);
    }

    void sent(long lastIndex, long bytes, long commitIndex, long round, long nowNanos) {
        inflights.addLast(new Inflight(lastIndex, bytes, round, nowNanos));
        inflightBytes += bytes;
        commitSent = Math.max(commitSent, commitIndex);
        if (state == State.REPLICATE) {
            nextIndex = lastIndex + 1;
        }
    }

    /** The peer's log matches ours up to an index. Says whether that is news. */
    boolean accepted(long index) {
        if (index < matchIndex) {
            return false;
        }
        boolean news = index > matchIndex || state == State.PROBE;
        matchIndex = index;
        nextIndex = Math.max(nextIndex, index + 1);
        while (!inflights.isEmpty() && inflights.getFirst().lastIndex() <= index) {
            inflightBytes -= inflights.removeFirst().bytes();
        }
        if (state == State.PROBE) {
            state = State.REPLICATE;
            forgetInflights();
        }
        return news;
    }

    /** Whether a rejection of {@code prevLogIndex} speaks of the present, not of the past (Z16). */
    boolean isCurrentRejection(long rejectedIndex) {
        return rejectedIndex > matchIndex
                && (state == State.REPLICATE
                        ? rejectedIndex < nextIndex
                        : rejectedIndex == nextIndex - 1);
    }

    /** Looks for agreement from an index on. */
    void probeFrom(long index) {
        state = State.PROBE;
        nextIndex = Math.max(index, matchIndex + 1);
        forgetInflights();
    }

    /**
     * The peer confirmed a round. What left before that round began and is not in its log by now
     * was lost on the way; what is in its log may take longer, since it waits for the peer's disk.
     * A mistaken guess costs a message sent twice.
     */
    void confirmed(long round, long peerLastIndex, long nowNanos) {
        answeredRound = Math.max(answeredRound, round);
        if (inflights.isEmpty() || inflights.getFirst().round() >= round) {
            return;
        }
        Inflight oldest = inflights.getFirst();
        long patience =
                state == State.PROBE
                        ? 3 * config.heartbeatInterval().toNanos()
                        : config.electionTimeout().toNanos();
        if (peerLastIndex < oldest.lastIndex() || nowNanos - oldest.sentNanos() > patience) {
            probeFrom(state == State.PROBE ? nextIndex : matchIndex + 1);
        }
    }

    void forwarded(long index) {
        forwardedIndex = index;
    }

    /**
     * What a heartbeat may tell the peer to be committed: entries that are known to match. The peer
     * believes it though a heartbeat verifies nothing (Z15), after a restart too.
     */
    long commitFor(long commitIndex) {
        return Math.min(commitIndex, matchIndex);
    }

    /** Whether the peer waits to hear that an entry made for it is committed. */
    boolean awaitsCommit(long commitIndex) {
        return commitSent < forwardedIndex && commitSent < commitFor(commitIndex);
    }

    void commitSent(long commitIndex) {
        commitSent = Math.max(commitSent, commitIndex);
    }

    private void forgetInflights() {
        inflights.clear();
        inflightBytes = 0;
    }
}
