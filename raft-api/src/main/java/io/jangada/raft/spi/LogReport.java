package io.jangada.raft.spi;

import java.util.List;
import java.util.Objects;

/**
 * What {@link StoreTools#records} found in the whole log.
 *
 * @param identity whose log it is
 * @param segments how many segments there are
 * @param records how many records with a good checksum
 * @param inUse whether a process has the folder open, so that the end may be in motion
 * @param problems what is wrong with the log as a whole, one sentence each; empty if it is sound
 */
public record LogReport(
        StoreIdentity identity, int segments, long records, boolean inUse, List<String> problems) {
    /** Checks that nothing is missing. */
    public LogReport {
        Objects.requireNonNull(identity, "identity");
        problems = List.copyOf(problems);
    }
}
