package io.jangada.raft.impl.core;

import io.jangada.raft.api.NodeId;

/**
 * A hand-over under way (thesis §3.10). From its start the lease is void and proposals are refused
 * (Z25), until the target takes over or time runs out.
 */
record LeadershipTransfer(NodeId target, long deadlineNanos, boolean timeoutNowSent) {
    LeadershipTransfer sentTimeoutNow() {
        return new LeadershipTransfer(target, deadlineNanos, true);
    }
}
