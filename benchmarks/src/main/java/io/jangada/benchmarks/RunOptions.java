package io.jangada.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands that measure have in common: options, rounds, progress. */
final class RunOptions {
    private static final int FAILED = 1;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each is measured. Default: ${DEFAULT-VALUE}.")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "What is counted of each measurement. Default: ${DEFAULT-VALUE}.")
    private double seconds = Scale.DEFAULT.seconds();

    @Option(
            names = "--warmup",
            paramLabel = "S",
            description = "Load before that, while the JVM compiles. Default: ${DEFAULT-VALUE}.")
    private double warmup;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "A folder on the disk to use. Default: the system's for temporary files.")
    private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes every single measurement there.")
    private @Nullable Path json;

    RunOptions(double warmup) {
        this.warmup = warmup;
    }

    double seconds() {
        return seconds;
    }

    double warmup() {
        return warmup;
    }

    Path folder() {
        return folder;
    }

    /** A command line that says what is wrong in one line, and no more. */
    static CommandLine commandLine(Object command, String name) {
        CommandLine line = new CommandLine(command);
        line.setParameterExceptionHandler(
                (exception, args) -> {
                    line.getErr().println(name + ": " + exception.getMessage());
                    return CommandLine.ExitCode.USAGE;
                });
        line.setExecutionExceptionHandler(
                (exception, ran, parsed) -> {
                    line.getErr().println(name + ": " + exception.getMessage());
                    return FAILED;
                });
        return line;
    }

    /** Complains if one of these options makes no sense. */
    void check() {
        atLeast("--rounds", rounds, 1);
        positive("--seconds", seconds);
        positive("--warmup", warmup);
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw problem("--folder " + folder + " is not a folder that can be written to");
        }
        writable(json);
    }

    void writable(@Nullable Path file) {
        if (file == null) {
            return;
        }
        Path parent = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || parent == null || !Files.isWritable(parent)) {
            throw problem("cannot write " + file);
        }
    }

    void atLeast(String option, int value, int min) {
        if (value < min) {
            throw problem(option + " " + value + " is less than " + min);
        }
    }

    private void positive(String option, double value) {
        if (!(value > 0 && value < 1e6)) {
            throw problem(option + " " + value + " is not a number of seconds above 0");
        }
    }

    /** For one line and exit code 2. */
    ParameterException problem(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(spec.commandLine(), message);
    }

    /** Those that were named, in the order of what there is; NAME* stands for all that begin so. */
    List<String> chosen(String what, List<String> patterns, Collection<String> known) {
        List<String> chosen = new ArrayList<>();
        for (String pattern : patterns) {
            List<String> matching = known.stream().filter(each -> matches(pattern, each)).toList();
            if (matching.isEmpty()) {
                throw problem(
                        String.format(
                                "there is no %s '%s'; there are %s",
                                what, pattern, String.join(", ", known)));
            }
            chosen.addAll(matching);
        }
        return known.stream().filter(Set.copyOf(chosen)::contains).toList();
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    private void warnOfMemory() throws IOException {
        String type = Files.getFileStore(folder).type();
        if (type.equals("tmpfs") || type.equals("ramfs")) {
            progress(
                    folder + " is memory (" + type + "), so that syncs cost nothing: see --folder");
        }
    }

    /** What a round consists of. */
    interface Measurement {
        String contender();

        String workload();

        /** About how long it takes. */
        double expectedSeconds();

        Result run() throws IOException, InterruptedException, Launcher.FailedException;
    }

    /** Measures each of them in turn, for all rounds, and says how far it is. */
    Results measure(List<? extends Measurement> round) throws IOException, InterruptedException {
        warnOfMemory();
        Results results = new Results();
        double left = rounds * round.stream().mapToDouble(Measurement::expectedSeconds).sum();
        double spent = 0;
        double planned = 0;
        for (int r = 1; r <= rounds; r++) {
            for (Measurement one : round) {
                double pace = planned == 0 ? 1 : spent / planned;
                String number = results.all().size() + 1 + "/" + rounds * round.size();
                sayNext(number, left * pace, one, r);
                long begin = System.nanoTime();
                results.add(measure(one, r));
                spent += (System.nanoTime() - begin) / 1e9;
                planned += one.expectedSeconds();
                left -= one.expectedSeconds();
            }
        }
        return results;
    }

    private void sayNext(String number, double secondsLeft, Measurement one, int round) {
        progress(
                String.format(
                        Locale.ROOT,
                        "%s, about %s left: %s, %s, round %d",
                        number,
                        time(secondsLeft),
                        one.workload(),
                        one.contender(),
                        round));
    }

    private Results.One measure(Measurement one, int round)
            throws IOException, InterruptedException {
        String contender = one.contender();
        try {
            return new Results.One(contender, one.workload(), round, one.run(), null);
        } catch (Launcher.FailedException e) {
            progress(contender + " failed: " + e.getMessage());
            return new Results.One(contender, one.workload(), round, null, e.getMessage());
        }
    }

    /** Prints the table, writes the file, and says how the process ends. */
    int show(String table, Results results, Json asJson) throws IOException {
        if (spec != null) {
            spec.commandLine().getOut().print(table);
            spec.commandLine().getOut().flush();
        }
        if (json != null) {
            Files.writeString(json, asJson.text(results));
        }
        return results.all().stream().anyMatch(one -> one.result() == null) ? FAILED : 0;
    }

    static String time(double seconds) {
        long minutes = Math.round(seconds / 60);
        if (minutes < 1) {
            return Math.max(1, Math.round(seconds)) + " s";
        }
        return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    void progress(String line) {
        if (spec != null) {
            spec.commandLine().getErr().println(line);
            spec.commandLine().getErr().flush();
        }
    }
}
