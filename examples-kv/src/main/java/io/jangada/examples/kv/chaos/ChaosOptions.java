package io.jangada.examples.kv.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run is to do.
 *
 * @param time how long load and faults last; healing and judging come on top
 * @param faults what is done to the servers; none leaves only load
 * @param nodes how many servers there are at first, 3 or 5
 * @param clients how many clients work at the same time, from 1 to 100
 * @param seed decides the schedule of faults and what clients ask
 * @param keep where histories and logs are kept in any case; null: a temporary folder, which goes
 *     when all was well
 */
public record ChaosOptions(
        Duration time,
        Set<FaultKind> faults,
        int nodes,
        int clients,
        long seed,
        @Nullable Path keep) {

    private static final int CLIENTS_MAX = 100;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ChaosOptions {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("the time must be positive, not " + time);
        }
        if (nodes != 3 && nodes != 5) {
            throw new IllegalArgumentException("nodes must be 3 or 5, not " + nodes);
        }
        if (clients < 1 || clients > CLIENTS_MAX) {
            throw new IllegalArgumentException("clients must be from 1 to 100, not " + clients);
        }
        Set<FaultKind> sorted = EnumSet.noneOf(FaultKind.class);
        sorted.addAll(faults);
        faults = Collections.unmodifiableSet(sorted);
    }
}
