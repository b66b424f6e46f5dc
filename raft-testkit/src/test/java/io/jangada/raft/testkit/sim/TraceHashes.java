package io.jangada.raft.testkit.sim;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Prints the trace hashes of some seeds: what {@link SameOnEveryMachineTest} runs elsewhere. */
final class TraceHashes {
    private static final Logger LIBRARY = Logger.getLogger("io.jangada.raft.impl");

    private TraceHashes() {}

    /** The seeds to run are arguments. */
    public static void main(String[] seeds) {
        LIBRARY.setLevel(Level.OFF);
        for (String seed : seeds) {
            System.out.println(seed + " " + Swarm.run(Long.parseLong(seed), null));
        }
    }
}
