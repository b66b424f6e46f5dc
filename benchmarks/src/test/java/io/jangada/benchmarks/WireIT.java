package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.benchmarks.wire.RedisBenchmark;
import io.jangada.benchmarks.wire.WireContenders;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Real servers, as short as it can be; figures of this are worth nothing. */
@Tag("process")
@Tag("long")
class WireIT {
    private static final Path KV_JAR = Path.of("../examples-kv/target/examples-kv.jar");
    private static final List<String> KV =
            List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    KV_JAR.toString());

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({"kv-segment, redis-benchmark-set", "etcd, set-64", "redis-single, get-64"})
    void aServerIsStartedAskedAndRemoved(String contender, String workload) throws Exception {
        requireInstalled(contender, workload);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Wire.commandLine(KV);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        long children = ProcessHandle.current().children().count();

        int code =
                line.execute(
                        "--contenders=" + contender,
                        "--workloads=" + workload,
                        "--rounds=1",
                        "--seconds=0.2",
                        "--warmup=0.2",
                        "--folder=" + folder);

        assertEquals(CommandLine.ExitCode.OK, code, out + "\n" + err);
        assertTrue(out.toString().contains("\n  " + contender), out.toString());
        assertEquals(children, ProcessHandle.current().children().count());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    private static void requireInstalled(String contender, String workload) {
        assumeTrue(
                WireContenders.all(KV).get(contender).missing().isEmpty(),
                () -> contender + " is not installed");
        assumeTrue(
                !contender.startsWith("kv-") || Files.exists(KV_JAR),
                () -> KV_JAR + " was not built");
        assumeTrue(
                !workload.startsWith("redis-") || RedisBenchmark.missing().isEmpty(),
                "redis-benchmark is not installed");
    }
}
