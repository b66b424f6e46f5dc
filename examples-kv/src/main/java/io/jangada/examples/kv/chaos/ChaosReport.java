package io.jangada.examples.kv.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What came of a run.
 *
 * @param options what was asked for
 * @param operations how operations ended, by kind
 * @param faults how often each fault was done, in words such as {@code kill leader}
 * @param skipped faults that were asked for and cannot be had on this machine, and why
 * @param longestGap the longest time in which no operation at all succeeded
 * @param longestWriteGap the same for writes
 * @param healing how long the servers needed after the faults until all were equal
 * @param verdict what the checker says about the histories
 * @param violations what must not happen and did, as sentences; for the longer ones the files that
 *     are kept tell more
 * @param kept where histories and logs are, if they were kept
 */
public record ChaosReport(
        ChaosOptions options,
        List<Operations> operations,
        Map<String, Integer> faults,
        Map<FaultKind, String> skipped,
        Duration longestGap,
        Duration longestWriteGap,
        Duration healing,
        Judgement verdict,
        List<String> violations,
        Optional<Path> kept) {

    /**
     * How operations of one kind ended.
     *
     * @param kind such as {@code put}
     * @param ok how many succeeded
     * @param fail how many certainly had no effect
     * @param info of how many nobody knows
     */
    public record Operations(String kind, long ok, long fail, long info) {}

    /**
     * What was found in the histories.
     *
     * @param windows how many there are; each is judged for itself
     * @param operations how many operations took part in the check for linearizability
     * @param linearizable how many windows are
     * @param unknown of how many that could not be found out
     * @param lost acknowledged writes that the final state lacks
     * @param doubled writes that it has more than once
     * @param phantoms values that were read and that nobody wrote, or that were refused
     */
    public record Judgement(
            int windows,
            long operations,
            int linearizable,
            int unknown,
            int lost,
            int doubled,
            int phantoms) {

        /** Whether there are histories and all of them are fine. */
        boolean isWell() {
            return windows > 0
                    && operations > 0
                    && linearizable == windows
                    && lost + doubled + phantoms == 0;
        }
    }

    /** Copies the collections. */
    public ChaosReport {
        operations = List.copyOf(operations);
        faults = Collections.unmodifiableMap(new TreeMap<>(faults));
        skipped = Collections.unmodifiableMap(new TreeMap<>(skipped));
        violations = List.copyOf(violations);
    }

    /**
     * Whether nothing was found.
     *
     * @return false if anything was violated or could not be found out
     */
    public boolean isWell() {
        return violations.isEmpty() && verdict.isWell();
    }
}
