package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.Contenders;
import io.jangada.benchmarks.contender.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: measures contenders in turn and prints one table. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures Jangada and its peers: three nodes in one JVM, on this machine, in turn.",
            "Every measurement has a JVM and an empty folder of its own. The table shows medians",
            "of all rounds, and how the first number compares with that of the best peer whose",
            "log is kept alike, and with the floor: what disk and wire take by themselves."
        },
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class Bench implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final double START_SECONDS = 4;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--contenders",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Which, separated by commas; all unless given. There are: "
                            + "${COMPLETION-CANDIDATES}.",
            completionCandidates = ContenderNames.class)
    private List<String> contenders = List.copyOf(new ContenderNames().names());

    @Option(
            names = "--workloads",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Which, separated by commas; NAME* stands for all that begin so; all"
                            + " unless given. There are: ${COMPLETION-CANDIDATES}.",
            completionCandidates = WorkloadNames.class)
    private List<String> workloads = List.of("*");

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
    private double warmup = Scale.DEFAULT.warmup();

    @Option(
            names = "--entries",
            paramLabel = "N",
            description = "Entries that a restart replays. Default: ${DEFAULT-VALUE}.")
    private int entries = Scale.DEFAULT.entries();

    @Option(
            names = "--groups",
            paramLabel = "N",
            description = "Idle groups. Default: ${DEFAULT-VALUE}.")
    private int groups = Scale.DEFAULT.groups();

    @Option(
            names = "--cuts",
            paramLabel = "N",
            description = "Failovers in one measurement. Default: ${DEFAULT-VALUE}.")
    private int cuts = Scale.DEFAULT.cuts();

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

    @Option(
            names = "--chart",
            paramLabel = "FILE",
            description = "Draws latency against load there (SVG), from the workload open-load.")
    private @Nullable Path chart;

    private Bench() {}

    /** Names for the help text. */
    static final class ContenderNames implements Iterable<String> {
        Set<String> names() {
            Set<String> names = new LinkedHashSet<>(List.of(Fork.FLOOR));
            names.addAll(Contenders.names());
            return names;
        }

        @Override
        public Iterator<String> iterator() {
            return names().iterator();
        }
    }

    /** Names for the help text. */
    static final class WorkloadNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Workloads.ALL.stream().map(Workload::name).iterator();
        }
    }

    /**
     * Ends the process: 0 when all was measured, 1 when something failed, 2 when an option is
     * wrong.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** With one line, and no more, for what is wrong. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Bench());
        line.setParameterExceptionHandler(
                (exception, args) -> {
                    line.getErr().println("bench: " + exception.getMessage());
                    return CommandLine.ExitCode.USAGE;
                });
        line.setExecutionExceptionHandler(
                (exception, command, parsed) -> {
                    line.getErr().println("bench: " + exception.getMessage());
                    return FAILED;
                });
        return line;
    }

    /** What one round consists of. */
    private record Measurement(String contender, Workload workload) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Scale scale = scale();
        List<Workload> chosen = chosenWorkloads();
        if (chart != null && chosen.stream().noneMatch(OpenLoad.class::isInstance)) {
            throw problem("--chart needs the workload " + new OpenLoad().name());
        }
        List<Measurement> round = round(chosen);
        if (round.isEmpty()) {
            throw problem("none of these contenders supports any of these workloads");
        }
        warnOfMemory();
        Results results = measure(round, scale);
        commandLineOut(new Table(results, chosenContenders()).text(chosen));
        if (json != null) {
            Files.writeString(json, new Json(scale).text(results));
        }
        if (chart != null) {
            Files.writeString(chart, new Chart(results).svg(chosenContenders()));
        }
        return results.all().stream().anyMatch(one -> one.result() == null) ? FAILED : 0;
    }

    private Scale scale() {
        atLeast("--rounds", rounds, 1);
        atLeast("--entries", entries, 1);
        atLeast("--groups", groups, 1);
        atLeast("--cuts", cuts, 1);
        positive("--seconds", seconds);
        positive("--warmup", warmup);
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw problem("--folder " + folder + " is not a folder that can be written to");
        }
        for (Path file : files()) {
            Path parent = file.toAbsolutePath().getParent();
            if (Files.isDirectory(file) || parent == null || !Files.isWritable(parent)) {
                throw problem("cannot write " + file);
            }
        }
        return new Scale(seconds, warmup, entries, groups, cuts);
    }

    private List<Path> files() {
        return Stream.of(json, chart).filter(Objects::nonNull).toList();
    }

    private void atLeast(String option, int value, int min) {
        if (value < min) {
            throw problem(option + " " + value + " is less than " + min);
        }
    }

    private void positive(String option, double value) {
        if (!(value > 0 && value < 1e6)) {
            throw problem(option + " " + value + " is not a number of seconds above 0");
        }
    }

    private ParameterException problem(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(spec.commandLine(), message);
    }

    private List<String> chosenContenders() {
        Set<String> known = new ContenderNames().names();
        for (String name : contenders) {
            if (!known.contains(name)) {
                throw problem(
                        "there is no contender '"
                                + name
                                + "'; there are "
                                + String.join(", ", known));
            }
        }
        return known.stream().filter(contenders::contains).toList();
    }

    private List<Workload> chosenWorkloads() {
        List<Workload> chosen = new ArrayList<>();
        for (String name : workloads) {
            List<Workload> matching =
                    Workloads.ALL.stream().filter(each -> matches(name, each.name())).toList();
            if (matching.isEmpty()) {
                throw problem(
                        "there is no workload '"
                                + name
                                + "'; there are "
                                + String.join(", ", new WorkloadNames()));
            }
            matching.stream().filter(each -> !chosen.contains(each)).forEach(chosen::add);
        }
        return chosen;
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    /** Contenders take turns within a workload. */
    private List<Measurement> round(List<Workload> chosen) {
        List<Measurement> round = new ArrayList<>();
        for (Workload workload : chosen) {
            for (String contender : chosenContenders()) {
                if (supports(contender, workload)) {
                    round.add(new Measurement(contender, workload));
                }
            }
        }
        return round;
    }

    private static boolean supports(String contender, Workload workload) {
        if (contender.equals(Fork.FLOOR)) {
            return workload.hasFloor();
        }
        Set<Trait> traits = Contenders.create(contender).traits();
        return traits.containsAll(workload.needs());
    }

    private void warnOfMemory() throws IOException {
        String type = Files.getFileStore(folder).type();
        if (type.equals("tmpfs") || type.equals("ramfs")) {
            progress(
                    folder + " is memory (" + type + "), so that syncs cost nothing: see --folder");
        }
    }

    private Results measure(List<Measurement> round, Scale scale)
            throws IOException, InterruptedException {
        Results results = new Results();
        Launcher launcher = new Launcher(folder, scale);
        double left = rounds * round.stream().mapToDouble(one -> expected(one, scale)).sum();
        double spent = 0;
        double planned = 0;
        int number = 0;
        for (int r = 1; r <= rounds; r++) {
            for (Measurement one : round) {
                double pace = planned == 0 ? 1 : spent / planned;
                progress(
                        String.format(
                                Locale.ROOT,
                                "%d/%d, about %s left: %s, %s, round %d",
                                ++number,
                                rounds * round.size(),
                                time(left * pace),
                                one.workload().name(),
                                one.contender(),
                                r));
                long begin = System.nanoTime();
                results.add(measure(launcher, one, r));
                spent += (System.nanoTime() - begin) / 1e9;
                planned += expected(one, scale);
                left -= expected(one, scale);
            }
        }
        return results;
    }

    private static double expected(Measurement one, Scale scale) {
        return START_SECONDS + one.workload().expectedSeconds(scale);
    }

    private Results.One measure(Launcher launcher, Measurement one, int round)
            throws IOException, InterruptedException {
        String workload = one.workload().name();
        try {
            Result result = launcher.measure(one.contender(), one.workload());
            return new Results.One(one.contender(), workload, round, result, null);
        } catch (Launcher.FailedException e) {
            progress(one.contender() + " failed: " + e.getMessage());
            return new Results.One(one.contender(), workload, round, null, e.getMessage());
        }
    }

    static String time(double seconds) {
        long minutes = Math.round(seconds / 60);
        if (minutes < 1) {
            return Math.max(1, Math.round(seconds)) + " s";
        }
        return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    private void progress(String line) {
        if (spec != null) {
            spec.commandLine().getErr().println(line);
            spec.commandLine().getErr().flush();
        }
    }

    private void commandLineOut(String text) {
        if (spec != null) {
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
        }
    }
}
