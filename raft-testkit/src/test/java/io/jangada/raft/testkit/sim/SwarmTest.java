package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
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
    @Tag("long")
    void everySeedEndsWell() {
        Long only = Long.getLong("seed");
        if (only != null) {
            SwarmReplay.run(only);
            return;
        }
        long count = Long.getLong("seeds", 1_000);
        SeedRange range = new SeedRange(Long.getLong("first", 1), count);
        range.run();
        System.out.println(range.summary());
        Map<Long, Throwable> failures = range.failures();
        if (!failures.isEmpty()) {
            fail(failures.size() + " seeds failed: " + failures.keySet() + "\n\n" + told(failures));
        }
        assertTrue(range.successes() > 10 * count, "clients got little done");
        assertTrue(
                range.unjudged().size() <= count / 10_000,
                () -> "too many histories could not be judged: " + range.unjudged());
    }

    /** Of the seeds above nobody needs long to open a store; here nobody has to wait for T then. */
    @Test
    @Tag("long")
    void everySeedEndsWellWhenStoresOpenSlowly() {
        SwarmOverrides slow = SwarmOverrides.parse("openingMax=PT3S");
        for (long seed = 1; seed <= 200; seed++) {
            try {
                Swarm.run(seed, slow.apply(SwarmOptions.of(seed)), null);
            } catch (SimulationFailure e) {
                throw new AssertionError(
                        "to see it again: " + SwarmReplay.command(seed, slow) + "\n" + e, e);
            }
        }
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
