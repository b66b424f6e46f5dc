package io.jangada.benchmarks.contender;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What to start.
 *
 * @param folder where the nodes keep their data, each in a folder of its own below
 * @param groups how many Raft groups, normally one; operations concern the first
 * @param cuttable whether {@link Contender#cut} will be called
 * @param leases whether reads will be {@link ReadKind#LEASE}, for libraries whose servers are set
 *     to one kind or the other
 */
public record ClusterSpec(Path folder, int groups, boolean cuttable, boolean leases) {
    /** The election timeout of all contenders. */
    public static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

    /** How many nodes. */
    public static final int NODES = 3;

    /**
     * One group, not cuttable, without leases.
     *
     * @param folder where the nodes keep their data
     */
    public ClusterSpec(Path folder) {
        this(folder, 1, false, false);
    }

    /**
     * The folder of one node.
     *
     * @param node from 0
     * @return its path
     */
    public Path folder(int node) {
        return folder.resolve("n" + (node + 1));
    }
}
