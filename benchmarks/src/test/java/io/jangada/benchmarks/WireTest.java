package io.jangada.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.benchmarks.wire.WireContenders;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command line for servers, and what it does when they do not work. */
class WireTest {
    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(List<String> kvLauncher, String... args) {
        CommandLine line = Wire.commandLine(kvLauncher);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "--contenders nobody => bench: there is no contender 'nobody'; there are kv-chr",
                "--workloads x* => bench: there is no workload 'x*'; there are set-64, get-64, re",
                "--rounds 0 => bench: --rounds 0 is less than 1",
                "--seconds 0 => bench: --seconds 0.0 is not a number of seconds above 0",
                "--folder /nowhere => bench: --folder /nowhere is not a folder that can be written",
                "--json /nowhere/x.json => bench: cannot write /nowhere/x.json",
                "--groups 3 => bench: Unknown options: '--groups', '3'",
                "--contenders etcd --workloads redis-benchmark-set => bench: none of these can be"
            })
    void whatIsWrongIsOneLineAndExitCodeTwo(String args, String message) {
        assertEquals(CommandLine.ExitCode.USAGE, run(List.of("false"), args.split(" ")));

        List<String> lines = err.toString().lines().filter(line -> !isHint(line)).toList();
        assertEquals(1, lines.size(), err.toString());
        assertTrue(lines.get(0).startsWith(message), err.toString());
        assertEquals("", out.toString());
    }

    /** Whether something is missing on this machine does not matter here. */
    private static boolean isHint(String line) {
        return line.contains(" is left out: ") && line.contains("apt-get install ");
    }

    @Test
    void helpNamesAllContendersAndWorkloads() {
        assertEquals(CommandLine.ExitCode.OK, run(List.of(), "--help"));

        String help = out.toString();
        for (String name : WireContenders.all(List.of()).keySet()) {
            assertTrue(help.contains(name), name);
        }
        for (String name : WireWorkload.keys()) {
            assertTrue(help.contains(name), name);
        }
    }

    @Test
    void whatIsNotHereIsNamedAndLeftOut() {
        assertEquals(CommandLine.ExitCode.USAGE, run(List.of(), "--contenders", "kv-segment"));

        assertEquals(
                List.of(
                        "bench: kv-segment is left out: the key-value server is not known: start"
                                + " this with bin/bench",
                        "bench: none of these can be measured here"),
                err.toString().lines().limit(2).toList());
    }

    @Test
    void serversThatEndAreAFailureAndLeaveTheirLogOnly() throws Exception {
        Path log = folder.resolve("bench-kv-segment-set-64.log");

        int code =
                run(
                        List.of("false"),
                        "--contenders=kv-segment",
                        "--workloads=set-64",
                        "--rounds=1",
                        "--folder=" + folder);

        assertEquals(CommandLine.ExitCode.SOFTWARE, code, err.toString());
        String reason = "kv-segment: a server ended with code 1; see " + log;
        assertTrue(out.toString().contains(reason), out.toString());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(log), files.toList());
        }
    }
}
