package io.jangada.examples.kv.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;

/** Commands of the operating system. */
final class Shell {
    private Shell() {}

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws IOException if there is no such command, or if it failed; says what it printed
     */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", List.of(command)) + ": " + output);
        }
        return output;
    }
}
