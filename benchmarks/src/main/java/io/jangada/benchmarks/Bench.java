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
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    private static final double START_SECONDS = 4;

    @Mixin private RunOptions options = new RunOptions(Scale.DEFAULT.warmup());

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

    static CommandLine commandLine() {
        return RunOptions.commandLine(new Bench(), "bench");
    }

    /** One contender under one workload. */
    private record Measurement(
            Launcher launcher, Scale scale, String contender, Workload chosenWorkload)
            implements RunOptions.Measurement {
        @Override
        public String workload() {
            return chosenWorkload.name();
        }

        @Override
        public double expectedSeconds() {
            return START_SECONDS + chosenWorkload.expectedSeconds(scale);
        }

        @Override
        public Result run() throws IOException, InterruptedException, Launcher.FailedException {
            return launcher.measure(contender, chosenWorkload);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Scale scale = scale();
        List<String> measured = chosenContenders();
        List<Workload> chosen = chosenWorkloads();
        if (chart != null && chosen.stream().noneMatch(OpenLoad.class::isInstance)) {
            throw options.problem("--chart needs the workload " + new OpenLoad().name());
        }
        List<Measurement> round = round(measured, chosen, scale);
        if (round.isEmpty()) {
            throw options.problem("none of these contenders supports any of these workloads");
        }
        Results results = options.measure(round);
        String table = new Table(results, measured).text(chosen);
        int status = options.show(table, results, new Json(scale.settings()));
        if (chart != null) {
            Files.writeString(chart, new Chart(results).svg(measured));
        }
        return status;
    }

    private Scale scale() {
        options.check();
        options.atLeast("--entries", entries, 1);
        options.atLeast("--groups", groups, 1);
        options.atLeast("--cuts", cuts, 1);
        options.writable(chart);
        return new Scale(options.seconds(), options.warmup(), entries, groups, cuts);
    }

    private List<String> chosenContenders() {
        return options.chosen("contender", contenders, new ContenderNames().names());
    }

    private List<Workload> chosenWorkloads() {
        List<String> known = Workloads.ALL.stream().map(Workload::name).toList();
        return options.chosen("workload", workloads, known).stream()
                .map(name -> Workloads.named(name).orElseThrow())
                .toList();
    }

    /** Contenders take turns within a workload. */
    private List<Measurement> round(List<String> measured, List<Workload> chosen, Scale scale) {
        Launcher launcher = new Launcher(options.folder(), scale);
        List<Measurement> round = new ArrayList<>();
        for (Workload workload : chosen) {
            for (String contender : measured) {
                if (supports(contender, workload)) {
                    round.add(new Measurement(launcher, scale, contender, workload));
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
}
