package io.jangada.raft.api;

/**
 * What a node currently is in a group (paper §5.1; pre-candidate: thesis §9.6; learner: §4.2.1).
 */
public enum Role {
    /** Follows a leader, or waits for one. */
    FOLLOWER,
    /** Asks whether it could win an election, without disturbing anyone yet. */
    PRE_CANDIDATE,
    /** Stands for election. */
    CANDIDATE,
    /** Leads the group in the current term. */
    LEADER,
    /** Follows without a vote. */
    LEARNER,
    /** Stopped, by close or by a fault that {@link GroupStatus#stopped()} names. */
    STOPPED
}
