package io.jangada.benchmarks.contender;

/** How a linearizable read is made sure of without the log. */
public enum ReadKind {
    /** A quorum confirms the leader (thesis §6.4). */
    INDEX,
    /** The leader trusts its lease (thesis §6.4.1). */
    LEASE
}
