package io.jangada.raft.testkit;

import java.time.Duration;
import java.util.Locale;

/**
 * What runs of {@link RaftSim} came to, all of which ended well.
 *
 * @param seeds how many runs
 * @param commands how many commands were applied, each counted once
 * @param comparisons how many replies and states were compared with those of another node
 * @param snapshots how many snapshots were written
 * @param loads how many times a machine was set to the state of a snapshot
 * @param simulated how much time passed for the nodes
 */
public record RaftSimReport(
        long seeds,
        long commands,
        long comparisons,
        long snapshots,
        long loads,
        Duration simulated) {

    static final RaftSimReport NOTHING = new RaftSimReport(0, 0, 0, 0, 0, Duration.ZERO);

    RaftSimReport plus(RaftSimReport other) {
        return new RaftSimReport(
                seeds + other.seeds,
                commands + other.commands,
                comparisons + other.comparisons,
                snapshots + other.snapshots,
                loads + other.loads,
                simulated.plus(other.simulated));
    }

    /** All of it in one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d seeds, %d commands, %d comparisons, %d snapshots written, %d loaded, %d simulated"
                        + " seconds",
                seeds,
                commands,
                comparisons,
                snapshots,
                loads,
                simulated.toSeconds());
    }
}
