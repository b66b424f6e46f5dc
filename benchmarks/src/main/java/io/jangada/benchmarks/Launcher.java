package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Contenders;
import io.jangada.benchmarks.contender.Folders;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs each measurement in a JVM of its own, on an empty folder, for a limited time. */
final class Launcher {
    /** What Chronicle Queue and Aeron need of the JVM, and the same heap for all. */
    private static final List<String> JVM_FLAGS =
            List.of(
                    "-Xms3g",
                    "-Xmx3g",
                    "-Xmn1500m",
                    "-XX:+UseG1GC",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED");

    private static final double TIMEOUT_FACTOR = 3;
    private static final double TIMEOUT_EXTRA_SECONDS = 180;

    private final Path folder;
    private final Scale scale;
    private final double extraSeconds;

    /** Below a folder on the disk that is to be measured. */
    Launcher(Path folder, Scale scale) {
        this(folder, scale, TIMEOUT_EXTRA_SECONDS);
    }

    /** A measurement may take three times what is expected, and so many seconds. */
    Launcher(Path folder, Scale scale, double extraSeconds) {
        this.folder = folder;
        this.scale = scale;
        this.extraSeconds = extraSeconds;
    }

    /** A measurement that did not come to its end. */
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }

    Result measure(String contender, Workload workload)
            throws IOException, InterruptedException, FailedException {
        Path work = Files.createTempDirectory(folder, "bench");
        Path log = folder.resolve("bench-" + contender + "-" + workload.name() + ".log");
        Path result = work.resolve("result");
        boolean ended = false;
        try {
            Process process = start(contender, workload, work, result, log);
            // Children do not end with their parent by themselves.
            Thread reaper = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(reaper);
            try {
                ended = process.waitFor((long) timeoutSeconds(workload), TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly().waitFor();
                Runtime.getRuntime().removeShutdownHook(reaper);
                Contenders.removeRemains(process.pid());
            }
            if (!ended) {
                throw new FailedException(
                        "no end after " + (long) timeoutSeconds(workload) + " s; see " + log);
            }
            if (process.exitValue() != 0) {
                throw new FailedException(reason(log) + "; see " + log);
            }
            Result measured = Result.load(result);
            Files.deleteIfExists(log);
            return measured;
        } finally {
            Folders.delete(work);
        }
    }

    private double timeoutSeconds(Workload workload) {
        return workload.expectedSeconds(scale) * TIMEOUT_FACTOR + extraSeconds;
    }

    private Process start(String contender, Workload workload, Path work, Path result, Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.add("-Djava.io.tmpdir=" + work);
        command.add("-Djava.util.logging.config.file=" + quietLogging(work));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Fork.class.getName());
        command.addAll(
                Arrays.asList(
                        Fork.arguments(contender, workload, work.resolve("data"), result, scale)));
        Files.createDirectories(work.resolve("data"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(new File("/dev/null"))
                .start();
    }

    /** Some libraries log every election and file: only what is wrong is of interest here. */
    private static Path quietLogging(Path work) throws IOException {
        return Files.writeString(
                work.resolve("logging.properties"),
                "handlers=java.util.logging.ConsoleHandler\n.level=WARNING\n");
    }

    /** The first line that looks like the cause. */
    private static String reason(Path log) throws IOException {
        List<String> lines =
                Arrays.asList(
                        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).split("\n"));
        return lines.stream()
                .filter(line -> line.matches("\\S*(Exception|Error)\\b.*"))
                .reduce((first, last) -> last)
                .orElse(lines.get(lines.size() - 1));
    }
}
