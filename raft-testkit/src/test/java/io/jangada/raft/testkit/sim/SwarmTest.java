package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * S54 swarm and S55 heal: stories drawn from seeds, in parallel on all cores. {@code -Dseeds=N}
 * runs that many, {@code -Dfirst=F} begins there, {@code -Dseed=S} runs one, {@code -Dtrace=true}
 * shows its events.
 */
@ExtendWith(QuietLogs.class)
class SwarmTest {
    private static final String REPLAY =
            "mvn -q -pl raft-testkit -am test -Dtest=SwarmTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dtrace=true -Dseed=";

    @Test
    void everySeedEndsWell() {
        Long only = Long.getLong("seed");
        long first = only == null ? Long.getLong("first", 1) : only;
        long count = only == null ? Long.getLong("seeds", 300) : 1;
        boolean trace = Boolean.getBoolean("trace");
        List<String> failures = new ArrayList<>();
        AtomicLong simulatedNanos = new AtomicLong();
        AtomicLong successes = new AtomicLong();
        long began = System.nanoTime();
        LongStream.range(first, first + count)
                .parallel()
                .forEach(
                        seed -> {
                            try {
                                Swarm.Result result =
                                        Swarm.run(seed, trace ? System.out::println : null);
                                simulatedNanos.addAndGet(result.simulatedNanos());
                                successes.addAndGet(result.successes());
                            } catch (SimulationFailure | RuntimeException e) {
                                synchronized (failures) {
                                    failures.add(e + "\nTo see it again: " + REPLAY + seed);
                                }
                            }
                        });
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "swarm: %d seeds, %.0f simulated seconds in %.1f s, %d operations, %d failures%n",
                count, simulatedNanos.get() / 1e9, seconds, successes.get(), failures.size());
        if (!failures.isEmpty()) {
            fail(failures.size() + " seeds failed:\n\n" + String.join("\n\n", failures));
        }
        assertTrue(successes.get() > 10 * count, "clients got little done: " + successes);
    }

    @Test
    void aSeedReplaysExactly() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(Swarm.run(seed, null), Swarm.run(seed, null));
        }
    }
}
