package io.jangada.raft.testkit.sim;

import java.time.Duration;

/**
 * What simulated clients do.
 *
 * @param clients how many work at a time, each with one operation open
 * @param keys how many keys they share
 * @param thinkTimeMax the longest pause between two operations of a client
 * @param reads share of reads, from 0 to 1
 * @param leaseReads share of reads under the lease among the reads
 * @param sessions share of clients that keep a session of their own and retry within it
 * @param duplicates probability that such a client sends a write to two nodes at once
 * @param leaderAffinity probability that an operation goes to the node believed to lead
 * @param valueBytes size of written values, beside what makes them unique
 */
public record WorkloadOptions(
        int clients,
        int keys,
        Duration thinkTimeMax,
        double reads,
        double leaseReads,
        double sessions,
        double duplicates,
        double leaderAffinity,
        int valueBytes) {
    /** Five clients on three keys, a bit of everything. */
    public static final WorkloadOptions DEFAULT =
            new WorkloadOptions(5, 3, Duration.ofMillis(20), 0.5, 0.5, 0.5, 0.1, 0.5, 0);

    /** The same with reads that ask a quorum instead of those under the lease. */
    WorkloadOptions withoutLeases() {
        return new WorkloadOptions(
                clients,
                keys,
                thinkTimeMax,
                reads,
                0,
                sessions,
                duplicates,
                leaderAffinity,
                valueBytes);
    }
}
