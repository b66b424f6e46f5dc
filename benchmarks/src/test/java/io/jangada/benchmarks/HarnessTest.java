package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way of a measurement, as short as it can be; figures of this are worth nothing. */
@Tag("long")
class HarnessTest {
    private static final Scale TINY = new Scale(0.1, 0.1, 300, 3, 1);

    @TempDir private Path folder;

    /** Each of these compares what the three nodes have applied. */
    @ParameterizedTest(name = "{1} on {0}")
    @CsvSource({
        "empty, write-1",
        "empty, index-64-busy",
        "empty, lease-now",
        "empty, open-load",
        "empty, mix-64",
        "jangada-memory, lease-64-busy"
    })
    void everyKindOfLoadGivesFigures(String contender, String workload) throws Exception {
        Result result = Fork.measure(contender, workload(workload), folder, TINY);

        for (Metric metric : workload(workload).metrics()) {
            double value = result.get(metric.key());
            assertTrue(Double.isFinite(value) && value >= 0, metric + " is " + value);
        }
    }

    /** Writes to durable nodes and the comparison of their states are part of it. */
    @Test
    void restartedNodesHaveWhatWasAcknowledged() throws Exception {
        Result result = Fork.measure("jangada-chronicle", workload("restart"), folder, TINY);

        assertTrue(result.get("entries") > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"failover-cut", "failover-kill"})
    void anotherNodeTakesWritesWhenTheLeaderIsGone(String workload) throws Exception {
        Result result = Fork.measure("jangada-chronicle", workload(workload), folder, TINY);

        assertTrue(result.get("median") > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"write-1", "restart"})
    void theFloorIsMeasured(String workload) throws Exception {
        Result result = Fork.measure(Fork.FLOOR, workload(workload), folder, TINY);

        assertTrue(result.get(workload(workload).metrics().get(0).key()) > 0);
    }

    @Test
    void aMeasurementHasItsOwnProcessAndLeavesNothing() throws Exception {
        Result result = new Launcher(folder, TINY).measure("empty", workload("write-64"));

        assertTrue(result.get(Metric.RATE.key()) > 0);
        assertEquals(List.of(), files());
    }

    @Test
    void aMeasurementThatFailsSaysWhyAndLeavesItsLog() throws Exception {
        Launcher launcher = new Launcher(folder, TINY);

        Launcher.FailedException failure =
                assertThrows(
                        Launcher.FailedException.class,
                        () -> launcher.measure("nobody", workload("write-64")));

        Path log = folder.resolve("bench-nobody-write-64.log");
        assertEquals(
                "java.lang.IllegalArgumentException: there is no contender nobody; see " + log,
                failure.getMessage());
        assertEquals(List.of(log), files());
    }

    @Test
    void aMeasurementThatDoesNotEndIsStopped() throws Exception {
        Launcher impatient = new Launcher(folder, TINY, 0);

        Launcher.FailedException failure =
                assertThrows(
                        Launcher.FailedException.class,
                        () -> impatient.measure("empty", workload("write-64")));

        Path log = folder.resolve("bench-empty-write-64.log");
        assertEquals("no end after 0 s; see " + log, failure.getMessage());
        assertEquals(List.of(log), files());
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static Workload workload(String name) {
        return Workloads.named(name).orElseThrow();
    }
}
