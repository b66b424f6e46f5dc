package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A seed means the same everywhere: nothing of a run depends on identity hashes, on the salt of
 * immutable sets, on locale, time zone, charset, heap, collector or compiler.
 */
@Tag("process")
@Tag("long")
class SameOnEveryMachineTest {
    private static final List<String> SEEDS = List.of("3", "8", "21", "34");

    @Test
    void aSeedHasTheSameTraceInJvmsThatDiffer() throws IOException, InterruptedException {
        Process one =
                start(
                        "-Xmx256m -XX:+UseSerialGC -XX:+UnlockExperimentalVMOptions -XX:hashCode=0"
                                + " -Duser.language=tr -Duser.country=TR"
                                + " -Duser.timezone=Pacific/Apia -Dfile.encoding=US-ASCII"
                                + " -XX:TieredStopAtLevel=1");
        Process other =
                start(
                        "-Xmx768m -XX:+UseG1GC -XX:+UnlockExperimentalVMOptions -XX:hashCode=3"
                                + " -Duser.language=ar -Duser.country=EG"
                                + " -Duser.timezone=America/St_Johns -Dfile.encoding=UTF-8");
        String first = output(one);
        assertEquals(SEEDS.size(), first.lines().count(), first);
        assertEquals(first, output(other));
    }

    private static Process start(String flags) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(flags.split(" ")));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(TraceHashes.class.getName());
        command.addAll(SEEDS);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        // What a JVM itself has to say of libraries.
        return output.lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .collect(Collectors.joining("\n"));
    }
}
