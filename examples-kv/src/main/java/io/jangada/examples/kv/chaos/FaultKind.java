package io.jangada.examples.kv.chaos;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be done to the servers. */
public enum FaultKind {
    /** {@code kill -9} of one, some or all of them. */
    KILL,
    /** SIGSTOP, and SIGCONT later. */
    PAUSE,
    /** Partitions of every shape, one-way and flapping ones among them, slow and reset links. */
    CUT,
    /** Wall clocks that jump and clocks that run too fast or too slow, by libfaketime. */
    CLOCK,
    /** A disk without room, on a small file system of its own. */
    DISK,
    /** A flipped bit in a file of a node that is down. */
    FLIP,
    /** Nodes that are added, removed and replaced. */
    MEMBERS,
    /** Leadership that is moved by hand. */
    TRANSFER,
    /** Clean stops and starts, one node after the other. */
    RESTART,
    /** Snapshots every few entries, and by hand. */
    SNAPSHOT;

    /** The name as it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a list of kinds.
     *
     * @param text names, separated by commas, or {@code all}
     * @return the kinds
     * @throws IllegalArgumentException if one of the names is none; says which there are
     */
    public static Set<FaultKind> parse(String text) {
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        for (String name : text.split(",", -1)) {
            if (name.equals("all")) {
                return EnumSet.allOf(FaultKind.class);
            }
            kinds.add(
                    Arrays.stream(values())
                            .filter(kind -> kind.toString().equals(name))
                            .findFirst()
                            .orElseThrow(() -> new IllegalArgumentException(unknown(name))));
        }
        return kinds;
    }

    private static String unknown(String name) {
        String known =
                Arrays.stream(values()).map(FaultKind::toString).collect(Collectors.joining(","));
        return "'" + name + "' is no fault; there are " + known + " and all";
    }
}
