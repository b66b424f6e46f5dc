package io.jangada.examples.kv.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@code kv} command in a process of its own, started as a user would. */
final class KvProcess {
    /** Small and quick to start; the rest stands in the jar's manifest, which is not used here. */
    private static final List<String> JVM_FLAGS =
            List.of(
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "--enable-native-access=ALL-UNNAMED");

    private static final Duration START_TIME = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;

    /** The lines of output, and an empty one at their end. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private KvProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        Thread reader = new Thread(this::readLines, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a command; what it logs goes to a file, which later processes append to. */
    static KvProcess start(Path log, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("io.jangada.examples.kv.cli.Main");
        command.addAll(List.of(args));
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new KvProcess(process, log);
    }

    /** Waits for a line of output that begins so. */
    String line(String beginning) throws InterruptedException {
        long deadline = System.nanoTime() + START_TIME.toNanos();
        while (true) {
            Optional<String> line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.isEmpty()) {
                throw new AssertionError(
                        "no line '" + beginning + "…', but on stderr: " + logged());
            }
            if (line.get().startsWith(beginning)) {
                return line.get();
            }
        }
    }

    /** Gives it something to read and ends its input. */
    void input(String text) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(text.getBytes(UTF_8));
        }
    }

    /** All lines of output to the end, but for those that were asked for before. */
    List<String> rest() throws InterruptedException {
        List<String> rest = new ArrayList<>();
        for (Optional<String> line = lines.take(); line.isPresent(); line = lines.take()) {
            rest.add(line.get());
        }
        return rest;
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    /** SIGKILL: no chance to do anything any more. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Waits for the end and returns the exit code. */
    int exitCode(Duration time) throws InterruptedException {
        boolean ended = process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        assertTrue(ended, () -> "still running after " + time + "; on stderr: " + logged());
        return process.exitValue();
    }

    /** What it wrote to stderr, those before it included. */
    String logged() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readLines() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            reader.lines().map(Optional::of).forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            // The process is gone, and its output with it.
        } finally {
            lines.add(Optional.empty());
        }
    }
}
