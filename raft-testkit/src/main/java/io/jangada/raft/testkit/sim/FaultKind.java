package io.jangada.raft.testkit.sim;

/** What a {@link Swarm} does to its cluster. */
public enum FaultKind {
    /** One node loses its power, and comes back later. */
    CRASH,
    /** All nodes lose their power at once, and come back later. */
    CRASH_ALL,
    /** One node is stopped in good order, and started later. */
    STOP,
    /** One process is frozen for a while. */
    PAUSE,
    /** One node is cut off from all others. */
    ISOLATE,
    /** The nodes are cut into two groups. */
    SPLIT,
    /** Single links are cut in one direction. */
    ONE_WAY_CUTS,
    /** Much is lost, doubled, delayed and reordered for a while. */
    BAD_NETWORK,
    /** One disk is slow for a while. */
    SLOW_DISK,
    /** A sync fails on one node, which has to be started again. */
    SYNC_ERROR,
    /** One disk is full for a while; its node has to be started again. */
    FULL_DISK,
    /** Leadership is handed to a random node. */
    TRANSFER,
    /** A clock changes its pace, within the bound. */
    CLOCK_RATE,
    /** One node loses its power in the middle of something that it asks of its disk. */
    CRASH_AT,
    /** One node is told to take a snapshot. */
    SNAPSHOT,
    /** What one node does with files of snapshots fails for a while. */
    SNAPSHOT_ERROR,
    /** Members are added, removed, promoted, demoted and exchanged. */
    MEMBERSHIP,
    /** One node's log is damaged, which it finds when it is started, and rebuilds its copy. */
    DAMAGE,
    /** One node loses its disk, and is removed. */
    LOST_DISK,
    /** One node is started again with other limits than the rest. */
    OTHER_LIMITS,
    /** For a while much of what is sent comes once more, when its time is long over. */
    ECHOES,
    /** Members are changed, and whoever leads then is lost in the middle of it. */
    DISTURBED_CHANGE,
    /** The leader is lost, or its successor sleeps, while leadership is handed over. */
    DISTURBED_TRANSFER,
    /** The leader is cut off, and those who stand in its place hear each other late and twice. */
    CONTEST,
    /** The leader is cut off, and changes places with its successor before long. */
    CHANGE_OF_SIDES,
    /** The others try to get another leader while the present one may hold a lease. */
    USURPATION,
    /**
     * One clock, mostly the leader's, stands still for a while as if the machine had slept, which
     * is beyond every bound: leases promise nothing then, and clients use none. All else must hold,
     * for nothing else may rest on a clock.
     */
    STOPPED_CLOCK
}
