package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.benchmarks.contender.Contenders;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command line. */
class BenchTest {
    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine line = Bench.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "--contenders nobody => bench: there is no contender 'nobody'; there are floor,",
                "--workloads chess => bench: there is no workload 'chess'; there are write-1,",
                "--rounds 0 => bench: --rounds 0 is less than 1",
                "--rounds many => bench: Invalid value for option '--rounds': 'many' is not an int",
                "--seconds 0 => bench: --seconds 0.0 is not a number of seconds above 0",
                "--warmup -1 => bench: --warmup -1.0 is not a number of seconds above 0",
                "--seconds NaN => bench: --seconds NaN is not a number of seconds above 0",
                "--entries 0 => bench: --entries 0 is less than 1",
                "--folder /nowhere => bench: --folder /nowhere is not a folder that can be written",
                "--json /nowhere/x.json => bench: cannot write /nowhere/x.json",
                "--chart /tmp/x.svg --workloads write-1 => bench: --chart needs the workload open",
                "--contenders empty --workloads failover-cut => bench: none of these contenders",
                "--foo => bench: Unknown option: '--foo'",
                "extra => bench: Unmatched argument at index 0: 'extra'"
            })
    void whatIsWrongIsOneLineAndExitCodeTwo(String args, String message) {
        assertEquals(CommandLine.ExitCode.USAGE, run(args.split(" ")));

        assertTrue(err.toString().startsWith(message), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void helpNamesAllContendersAndWorkloads() {
        assertEquals(CommandLine.ExitCode.OK, run("--help"));

        for (String name : Contenders.names()) {
            assertTrue(out.toString().contains(name), name);
        }
        for (Workload workload : Workloads.ALL) {
            assertTrue(out.toString().contains(workload.name()), workload.name());
        }
    }

    /** The command asks all of them, in a JVM without the flags that some of them need to start. */
    @Test
    void everyContenderSaysWhatItHasBeforeItIsStarted() {
        for (String name : Contenders.names()) {
            assertFalse(Contenders.create(name).traits().isEmpty(), name);
        }
    }

    @Test
    void aRunPrintsProgressAndATableAndWritesJson() throws Exception {
        Path json = folder.resolve("results.json");

        int code =
                run(
                        "--contenders", "empty",
                        "--workloads", "write-64",
                        "--rounds", "1",
                        "--seconds", "0.05",
                        "--warmup", "0.05",
                        "--folder", folder.toString(),
                        "--json", json.toString());

        assertEquals(CommandLine.ExitCode.OK, code, err.toString());
        assertTrue(err.toString().startsWith("1/1, about "), err.toString());
        assertTrue(out.toString().startsWith("write-64: writes of 256 B, 64 outstanding\n"));
        assertTrue(Files.readString(json).contains("\"contender\": \"empty\""));
    }

    @ParameterizedTest
    @CsvSource({"0, 1 s", "29, 29 s", "61, 1 min", "3600, 1 h 0 min", "9000, 2 h 30 min"})
    void remainingTimeIsRounded(double seconds, String text) {
        assertEquals(text, RunOptions.time(seconds));
    }
}
