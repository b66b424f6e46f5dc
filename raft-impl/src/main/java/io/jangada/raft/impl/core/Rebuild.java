package io.jangada.raft.impl.core;

import io.jangada.raft.impl.core.Message.Heartbeat;

/**
 * A node whose log was lost in part, while its term and vote were not (Z33). Leaders may have
 * counted acks for entries that it no longer has. So it neither votes nor counts, until the leader
 * has forgotten what it knew of this log, and the log has, durably, everything that the leader had
 * at that moment: whatever this node may once have acknowledged and was committed is among it.
 */
final class Rebuild {
    /** Names this attempt, so that what a leader says of an earlier one is not taken for this. */
    private long nonce;

    /** The term of the leader that said how far to go; another one's word does not count. */
    private long targetTerm = -1;

    private long target;

    /** A nonce of 0 stands for a log that is whole. */
    Rebuild(long nonce) {
        this.nonce = nonce;
    }

    boolean isUnderWay() {
        return nonce != 0;
    }

    long nonce() {
        return nonce;
    }

    void onHeartbeat(Heartbeat heartbeat) {
        if (isUnderWay() && heartbeat.rebuild() == nonce) {
            targetTerm = heartbeat.term();
            target = heartbeat.rebuildTo();
        }
    }

    /**
     * Whether the log has just become whole.
     *
     * @param matchingIndex up to where the log equals that of the leader of {@code term}, durably
     */
    boolean endsWith(long term, long matchingIndex) {
        if (!isUnderWay() || targetTerm != term || matchingIndex < target) {
            return false;
        }
        nonce = 0;
        return true;
    }
}
