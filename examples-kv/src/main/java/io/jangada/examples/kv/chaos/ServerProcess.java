package io.jangada.examples.kv.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One {@code kv server} as a process of its own. */
final class ServerProcess {
    /** Small and quick to start; what the jar's manifest says otherwise must be said here. */
    private static final List<String> JVM_FLAGS =
            List.of(
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "--enable-native-access=ALL-UNNAMED");

    private final Process process;
    private final CountDownLatch readyOrEnded = new CountDownLatch(1);
    private volatile boolean ready;

    /** Whether somebody here ended it, so that its end is no news. */
    private volatile boolean ending;

    private ServerProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::readLines, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts it.
     *
     * @param log what it writes to stderr is appended here
     * @param hosts the names that it knows
     * @param environment added to its environment
     * @param arguments behind {@code kv}
     */
    static ServerProcess start(
            Path log, Path hosts, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.add("-Djdk.net.hosts.file=" + hosts);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("io.jangada.examples.kv.cli.Main");
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start());
    }

    /** Waits until it serves; false if it ended or took too long. */
    boolean awaitReady(Duration time) throws InterruptedException {
        return readyOrEnded.await(time.toMillis(), TimeUnit.MILLISECONDS) && ready;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isEnding() {
        return ending;
    }

    long pid() {
        return process.pid();
    }

    /** CPU time that it has used, in all its threads. */
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Runs something when it has ended, on any thread. */
    void onEnd(Runnable work) {
        process.onExit().thenRun(work);
    }

    /** Sends a signal by its name; that it is gone already is no failure. */
    void signal(String name) throws IOException, InterruptedException {
        ending |= name.equals("TERM");
        new ProcessBuilder("kill", "-" + name, "" + process.pid())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Says that its end, if it comes, is no surprise. */
    void mayEnd() {
        ending = true;
    }

    /** SIGKILL: no chance to do anything any more. */
    void kill() {
        ending = true;
        process.destroyForcibly();
        // Waits in pieces that nothing interrupts: what follows relies on its being gone.
        process.onExit().join();
    }

    /** Waits for its end; empty if it does not come in time. */
    OptionalInt exitCode(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    private void readLines() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("READY ")) {
                    ready = true;
                    readyOrEnded.countDown();
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The process is gone, and its output with it.
        } finally {
            readyOrEnded.countDown();
        }
    }
}
