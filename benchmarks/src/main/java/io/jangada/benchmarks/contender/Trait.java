package io.jangada.benchmarks.contender;

/** What a contender has, so that a workload is not asked of one that lacks it. */
public enum Trait {
    /** Syncs its log on every node before it acknowledges. Without it: memory only. */
    DURABLE,
    /** {@link ReadKind#INDEX}. */
    INDEX_READS,
    /** {@link ReadKind#LEASE}. */
    LEASE_READS,
    /**
     * Answers {@link ReadKind#INDEX} without a quorum while nothing is written: shown, not
     * compared.
     */
    SKIPS_QUORUM_WHEN_IDLE,
    /** {@link Contender#cut} and {@link Contender#heal}. */
    CUT,
    /** Started again on its folder, it has what it acknowledged. */
    RESTART,
    /** {@link ClusterSpec#groups()} may be more than one. */
    GROUPS,
    /** Ours: compared with the best peer, never a peer itself. */
    OURS,
    /** No replication at all: measures the harness. */
    BASELINE
}
