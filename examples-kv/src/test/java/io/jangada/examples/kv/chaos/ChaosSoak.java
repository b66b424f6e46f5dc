package io.jangada.examples.kv.chaos;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An hour of all faults, half of it against three servers and half against five.
 *
 * <pre>
 * mvn -pl examples-kv -am verify -Psoak -Dtest=ChaosSoak -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * {@code -Dminutes=720} for another number of minutes in all, {@code -Dseed=…} for a schedule that
 * was there before.
 */
@Tag("soak")
@Timeout(7 * 24 * 3600)
class ChaosSoak {
    private static final int MINUTES = Integer.getInteger("minutes", 60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void s49_nothingIsLostUnderAllFaults(int nodes) throws Exception {
        long seed = Long.getLong("seed", ThreadLocalRandom.current().nextInt(1 << 30));
        Duration time = Duration.ofMinutes(MINUTES).dividedBy(2);
        System.out.printf("%d nodes, %s, seed %d%n", nodes, time, seed);
        ChaosReport report =
                Chaos.run(
                        new ChaosOptions(
                                time,
                                EnumSet.allOf(FaultKind.class),
                                nodes,
                                8,
                                seed,
                                folder.resolve("run" + nodes)),
                        System.out::println);
        System.out.println(report);
        assertTrue(report.isWell(), report::toString);
    }
}
