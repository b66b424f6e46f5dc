package io.jangada.raft.impl.core;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a leader knows of one peer's log, and what is under way to it (paper Figure 2, {@code
 * nextIndex} and {@code matchIndex}; pipelining: thesis §10.2.2).
 *
 * <p>PROBE looks for the place where the logs agree, one message at a time. REPLICATE sends
 * optimistically, within a window of messages and bytes. SNAPSHOT is for a peer that needs entries
 * which are no longer in the log: it is offered a snapshot, and nothing is appended for it until it
 * has answered for good (Z35).
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

    private static final long KEEP_TIMEOUTS = 20;

    private final RaftConfig config;
    private final Deque<Inflight> inflights = new ArrayDeque<>();
    private long inflightBytes;

    private State state = State.PROBE;

    /**
     * Highest index known to be durable at the peer and equal to ours. Never falls within a term
     * (Z16), unless the peer has lost its log.
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

    /** Since when the peer has been heard without a gap. */
    private long steadyNanos;

    /** How much the peer is preferred as a leader, as it said. */
    private int priority;

    /** The snapshot offered last; only in SNAPSHOT. */
    private @Nullable SnapshotInfo offered;

    private long offeredNanos;

    /** How much of it the peer has fetched, as it said. */
    private long fetchedBytes;

    /**
     * While the peer fetches a snapshot, and catches up after it, the log behind that snapshot
     * stays: were it gone by then, the peer would need another one, and so on for ever. {@link
     * Long#MAX_VALUE} if nothing is kept for the peer.
     */
    private long keptBehind = Long.MAX_VALUE;

    /** When the peer last came closer to what is kept for it. */
    private long closerNanos;

    /**
     * Names the rebuilding of the peer's log; 0 if it is whole. While it is not it counts for
     * nothing.
     */
    private long rebuild;

    /** What the peer must have before it counts again: all that it may once have acknowledged. */
    private long rebuildTo;

    /** Answers to rounds up to this one say nothing new about {@code rebuild}: they may be late. */
    private long rebuildRound;

    Progress(RaftConfig config, long nextIndex, long nowNanos) {
        this.config = config;
        this.nextIndex = nextIndex;
        this.heardNanos = nowNanos;
        this.steadyNanos = nowNanos;
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
        if (nowNanos - heardNanos >= config.electionTimeout().toNanos()) {
            steadyNanos = nowNanos;
        }
        heardNanos = nowNanos;
    }

    /** Silence up to now was agreed on, and says nothing about the peer. */
    void hasRested(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Whether the peer's log is equal to this one, as far as is known, and all of it counts. */
    boolean isLevel(long lastIndex) {
        return state == State.REPLICATE && inflights.isEmpty() && countedIndex() == lastIndex;
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

    /** Whether an AppendEntries has no answer yet. */
    boolean hasInflights() {
        return !inflights.isEmpty();
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
        if (index > matchIndex) {
            closerNanos = heardNanos;
        }
        matchIndex = index;
        if (state == State.SNAPSHOT && offered != null && index >= offered.meta().index()) {
            probeFrom(index + 1);
        }
        nextIndex = Math.max(nextIndex, index + 1);
        checkOrder();
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
        return switch (state) {
            case SNAPSHOT -> false;
            case REPLICATE ->
                    rejectedIndex < nextIndex && (rejectedIndex > matchIndex || isRebuilding());
            case PROBE ->
                    rejectedIndex == nextIndex - 1
                            && (rejectedIndex > matchIndex || isRebuilding());
        };
    }

    /** Looks for agreement from an index on. */
    void probeFrom(long index) {
        state = State.PROBE;
        offered = null;
        if (isRebuilding() && index <= matchIndex) {
            matchIndex = index - 1; // An ack from before the peer lost its log came late.
        }
        nextIndex = Math.max(index, matchIndex + 1);
        checkOrder();
        forgetInflights();
    }

    private void checkOrder() {
        InvariantViolation.check(
                matchIndex < nextIndex,
                "matchIndex must stay below nextIndex (match, next)",
                matchIndex,
                nextIndex);
    }

    /**
     * The peer confirmed a round. What left before that round began and is not in its log by now
     * was lost on the way; what is in its log may take longer, since it waits for the peer's disk.
     * A mistaken guess costs a message sent twice.
     */
    void confirmed(long round, long peerLastIndex, long nowNanos) {
        answeredRound = Math.max(answeredRound, round);
        if (isRebuilding()
                && inflights.isEmpty()
                && round > rebuildRound
                && matchIndex >= rebuildTo) {
            // It says that it is not whole: an ack was from before its loss, and hid this one's.
            probeFrom(matchIndex);
            return;
        }
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
        return Math.min(commitIndex, countedIndex());
    }

    /** Whether the peer waits to hear that an entry made for it is committed. */
    boolean awaitsCommit(long commitIndex) {
        return commitSent < forwardedIndex && commitSent < commitFor(commitIndex);
    }

    void commitSent(long commitIndex) {
        commitSent = Math.max(commitSent, commitIndex);
    }

    // Snapshots, paper §7

    /** Whether the peer must have the snapshot that was offered, as far as is known. */
    @Nullable SnapshotInfo offered() {
        return offered;
    }

    /** The peer needs what a snapshot holds. */
    void offer(SnapshotInfo snapshot, long nowNanos) {
        state = State.SNAPSHOT;
        forgetInflights();
        if (!snapshot.equals(offered)) {
            offered = snapshot;
            fetchedBytes = 0;
            keptBehind = snapshot.meta().index();
            closerNanos = nowNanos;
        }
        offeredNanos = nowNanos;
    }

    /** Whether it is time to offer the snapshot once more: the offer or its answer may be lost. */
    boolean isOfferDue(long nowNanos) {
        return state != State.SNAPSHOT
                || nowNanos - offeredNanos >= config.heartbeatInterval().toNanos();
    }

    /** The peer is fetching a snapshot. */
    void fetched(long index, long bytes) {
        if (offered != null && offered.meta().index() == index) {
            if (bytes > fetchedBytes) {
                closerNanos = heardNanos;
            }
            fetchedBytes = Math.max(fetchedBytes, bytes);
        }
    }

    /**
     * Up to where the log may go, as far as this peer's snapshot is concerned. A peer that comes no
     * closer for several election timeouts holds nothing back.
     */
    long mayCompactTo(long lastIndex, long nowNanos) {
        boolean stuck =
                nowNanos - closerNanos >= KEEP_TIMEOUTS * config.electionTimeout().toNanos();
        boolean caughtUp =
                state == State.REPLICATE && matchIndex + config.trailingEntries() >= lastIndex;
        if (stuck || caughtUp) {
            keptBehind = Long.MAX_VALUE;
        }
        return keptBehind == Long.MAX_VALUE ? keptBehind : Math.max(keptBehind, matchIndex);
    }

    /** The peer could not fetch what it was offered. */
    void fetchFailed(long index) {
        if (offered != null && offered.meta().index() == index) {
            offered = null;
        }
    }

    long fetchedBytes() {
        return fetchedBytes;
    }

    // What the peer says of itself

    long steadyNanos() {
        return steadyNanos;
    }

    int priority() {
        return priority;
    }

    void prefers(int saidPriority) {
        priority = saidPriority;
    }

    boolean isRebuilding() {
        return rebuild != 0;
    }

    long rebuild() {
        return rebuild;
    }

    long rebuildTo() {
        return rebuildTo;
    }

    /** What counts for a quorum: nothing while the peer is being rebuilt (Z33). */
    long countedIndex() {
        return isRebuilding() ? 0 : matchIndex;
    }

    /**
     * The peer said which rebuilding of its log is under way, 0 for none. A new one means that it
     * has lost what it acknowledged: that is forgotten here too, once for each.
     *
     * @param answeredTo the round that it said so in
     * @param round the latest round begun
     * @return whether the log has just become whole
     */
    boolean rebuilding(long saidRebuild, long answeredTo, long round, long lastIndex) {
        if (saidRebuild == rebuild || answeredTo <= rebuildRound) {
            return false;
        }
        rebuild = saidRebuild;
        rebuildRound = round;
        if (isRebuilding()) {
            rebuildTo = lastIndex;
            matchIndex = 0;
            probeFrom(lastIndex); // An entry is what shows where the logs agree.
        }
        return !isRebuilding();
    }

    private void forgetInflights() {
        inflights.clear();
        inflightBytes = 0;
    }
}
