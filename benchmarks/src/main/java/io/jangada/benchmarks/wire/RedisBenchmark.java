package io.jangada.benchmarks.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Redis's own load generator. */
public final class RedisBenchmark {
    private static final String PROGRAM = "redis-benchmark";
    private static final int POLL_MILLIS = 10;

    private RedisBenchmark() {}

    /**
     * What it said.
     *
     * @param rate operations per second
     * @param p50Micros half of the latencies are no longer
     * @param p99Micros 99 of 100 are no longer
     * @param cpuSeconds what it took itself
     */
    public record Figures(double rate, double p50Micros, double p99Micros, double cpuSeconds) {}

    /**
     * What must be installed before it can be used.
     *
     * @return a sentence, or nothing if it is here
     */
    public static Optional<String> missing() {
        return Tools.missing(PROGRAM, "redis-tools");
    }

    /**
     * Runs it, without pipelining.
     *
     * @param server where
     * @param clients how many connections
     * @param reads whether it gets; else it sets
     * @param count how many operations
     * @param timeoutSeconds after so long it is stopped
     * @param out a file for what it prints
     * @return its figures
     * @throws IOException if it cannot do that, or not in time
     * @throws InterruptedException if this thread is told to end
     */
    public static Figures run(
            InetSocketAddress server,
            int clients,
            boolean reads,
            long count,
            double timeoutSeconds,
            Path out)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command(server, clients, reads, count))
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        Thread reaper = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(reaper);
        try {
            double cpuSeconds = awaitEnd(process, timeoutSeconds);
            return parse(Files.readAllLines(out), cpuSeconds);
        } finally {
            process.destroyForcibly().waitFor();
            Runtime.getRuntime().removeShutdownHook(reaper);
        }
    }

    private static List<String> command(
            InetSocketAddress server, int clients, boolean reads, long count) {
        return List.of(
                PROGRAM,
                "-h",
                server.getAddress().getHostAddress(),
                "-p",
                Integer.toString(server.getPort()),
                "-c",
                Integer.toString(clients),
                "-n",
                Long.toString(count),
                "-d",
                Integer.toString(Records.VALUE_BYTES),
                "-r",
                Integer.toString(Records.KEYS),
                "-t",
                reads ? "get" : "set",
                "--csv");
    }

    /** Its CPU time, which nobody can ask for any more when it has ended. */
    private static double awaitEnd(Process process, double timeoutSeconds)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + (long) (timeoutSeconds * 1e9);
        double cpuSeconds = 0;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            cpuSeconds = Math.max(cpuSeconds, Processes.cpuSeconds(process.toHandle()));
            if (System.nanoTime() - end > 0) {
                throw new IOException(
                        String.format(
                                Locale.ROOT, "%s: no end after %.0f s", PROGRAM, timeoutSeconds));
            }
        }
        return cpuSeconds;
    }

    /** The columns are named in one line, and follow in the next. */
    static Figures parse(List<String> lines, double cpuSeconds) throws IOException {
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).startsWith("\"test\",")) {
                Map<String, String> row = row(lines.get(i), lines.get(i + 1));
                return new Figures(
                        number(row, "rps"),
                        number(row, "p50_latency_ms") * 1000,
                        number(row, "p99_latency_ms") * 1000,
                        cpuSeconds);
            }
        }
        throw new IOException(PROGRAM + " gave no figures: " + String.join(" ", lines));
    }

    private static Map<String, String> row(String head, String values) {
        String[] names = head.replace("\"", "").split(",");
        String[] fields = values.replace("\"", "").split(",");
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < Math.min(names.length, fields.length); i++) {
            row.put(names[i], fields[i]);
        }
        return row;
    }

    private static double number(Map<String, String> row, String column) throws IOException {
        try {
            return Double.parseDouble(row.getOrDefault(column, ""));
        } catch (NumberFormatException e) {
            throw new IOException(PROGRAM + " gave no " + column + ": " + row, e);
        }
    }
}
