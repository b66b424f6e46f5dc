package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * S54 swarm and S55 heal: stories drawn from seeds, in parallel on all cores. {@code -Dseeds=N}
 * runs that many, {@code -Dfirst=F} begins there, {@code -Dseed=S} runs one, which {@link
 * SwarmReplay} shows.
 */
@ExtendWith(QuietLogs.class)
class SwarmTest {
    /** Shrinking takes a while; the first failures are enough to begin with. */
    private static final int REPORTS_MAX = 3;

    @Test
    void everySeedEndsWell() {
        Long only = Long.getLong("seed");
        long first = only == null ? Long.getLong("first", 1) : only;
        long count = only == null ? Long.getLong("seeds", 300) : 1;
        Map<Long, Throwable> failures = Collections.synchronizedMap(new TreeMap<>());
        AtomicLong simulatedNanos = new AtomicLong();
        AtomicLong successes = new AtomicLong();
        long began = System.nanoTime();
        LongStream.range(first, first + count)
                .parallel()
                .forEach(
                        seed -> {
                            try {
                                Swarm.Result result = SwarmReplay.run(seed);
                                simulatedNanos.addAndGet(result.simulatedNanos());
                                successes.addAndGet(result.successes());
                            } catch (SimulationFailure | RuntimeException e) {
                                failures.put(seed, e);
                            }
                        });
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "swarm: %d seeds, %.0f simulated seconds in %.1f s, %d operations, %d failures%n",
                count, simulatedNanos.get() / 1e9, seconds, successes.get(), failures.size());
        if (only != null && !failures.isEmpty()) {
            throw new AssertionError(failures.get(only).getMessage(), failures.get(only));
        } else if (!failures.isEmpty()) {
            fail(failures.size() + " seeds failed: " + failures.keySet() + "\n\n" + told(failures));
        }
        assertTrue(only != null || successes.get() > 10 * count, "clients got little done");
    }

    private static String told(Map<Long, Throwable> failures) {
        return failures.entrySet().stream()
                .limit(REPORTS_MAX)
                .map(each -> SwarmReplay.report(each.getKey(), each.getValue()))
                .collect(Collectors.joining("\n\n"));
    }

    @Test
    void aSeedReplaysExactly() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(Swarm.run(seed, null), Swarm.run(seed, null));
        }
    }
}
