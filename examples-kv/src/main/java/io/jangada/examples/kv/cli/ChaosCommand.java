package io.jangada.examples.kv.cli;

import io.jangada.examples.kv.chaos.Chaos;
import io.jangada.examples.kv.chaos.ChaosOptions;
import io.jangada.examples.kv.chaos.ChaosReport;
import io.jangada.examples.kv.chaos.FaultKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code kv chaos}: real servers under faults and load, and a judgement. */
@Command(
        name = "chaos",
        header = "Runs real servers under faults and load, and judges what clients saw.",
        customSynopsis =
                "kv chaos --minutes N [--faults LIST] [--nodes 3|5] [--clients K] [--seed S]"
                        + " [--keep DIR]",
        usageHelpWidth = 100,
        description = {
            "",
            "Starts kv server processes on this machine, whose links run through proxies, and harms"
                    + " them by a schedule that the seed decides. Clients note down what they ask"
                    + " and what they are told; in the end everything is read from every node, and"
                    + " the histories must be linearizable, with no acknowledged write lost, none"
                    + " doubled, and no value that nobody wrote.",
            "",
            "Needs Linux. The faults clock and disk need libfaketime and root, and are skipped with a"
                    + " line that says so where these are missing.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 all was well, 1 something was violated or not found out, 2 wrong usage.",
            "",
            "  kv chaos --minutes 4",
            "  kv chaos --minutes 60 --nodes 5 --faults kill,pause,cut --seed 7"
        },
        sortOptions = false)
final class ChaosCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--minutes",
            required = true,
            paramLabel = "N",
            converter = OfMinutes.class,
            description =
                    "How long load and faults last, as in 4 or 0.5; healing and judging come on top.")
    private Duration time = Duration.ZERO;

    @Option(
            names = "--faults",
            paramLabel = "LIST",
            defaultValue = "all",
            converter = OfFaults.class,
            description = {
                "What is done, separated by commas: kill, pause, cut, clock, disk, flip, members,"
                        + " transfer, restart, snapshot (default ${DEFAULT-VALUE}).",
                "snapshot also makes servers take snapshots every 300 entries."
            })
    private Faults faults = new Faults(EnumSet.allOf(FaultKind.class));

    @Option(
            names = "--nodes",
            paramLabel = "3|5",
            defaultValue = "3",
            description = "How many servers found the cluster (default ${DEFAULT-VALUE}).")
    private int nodes = 3;

    @Option(
            names = "--clients",
            paramLabel = "K",
            defaultValue = "8",
            description = "How many clients work at the same time (default ${DEFAULT-VALUE}).")
    private int clients = 8;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "An integer that decides the schedule; any one by default. It is printed.")
    private @Nullable Long seed;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Where histories and logs go and stay; new or empty. By default they are kept"
                            + " only if something was wrong.")
    private @Nullable Path keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ChaosOptions options = options();
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new UsageException("needs Linux: each link has a loopback address of its own");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "seed %d: %d nodes, %d clients, %s, faults: %s%n",
                options.seed(),
                options.nodes(),
                options.clients(),
                seconds(options.time()),
                options.faults().stream()
                        .map(FaultKind::toString)
                        .collect(Collectors.joining(",")));
        ChaosReport report = Chaos.run(options, out::println);
        out.println(ChaosTable.of(report));
        return report.isWell() ? 0 : 1;
    }

    private ChaosOptions options() throws IOException {
        if (keep != null && Files.exists(keep)) {
            if (!Files.isDirectory(keep) || !isEmpty(keep)) {
                throw new UsageException("--keep: '" + keep + "' is not a new or empty folder");
            }
        }
        long decided = seed == null ? ThreadLocalRandom.current().nextInt(1 << 30) : seed;
        try {
            Path folder = keep == null ? null : keep.toAbsolutePath();
            return new ChaosOptions(time, faults.kinds(), nodes, clients, decided, folder);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage());
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }

    /** A wrapper, since the parser would take a plain set for a list of values. */
    record Faults(Set<FaultKind> kinds) {}

    /** {@code kill,cut}. */
    static final class OfFaults implements ITypeConverter<Faults> {
        @Override
        public Faults convert(String text) {
            try {
                return new Faults(FaultKind.parse(text));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** {@code 4}, {@code 0.5}. */
    static final class OfMinutes implements ITypeConverter<Duration> {
        private static final BigDecimal MILLIS = BigDecimal.valueOf(60_000);
        private static final BigDecimal DAY = BigDecimal.valueOf(24 * 60);

        @Override
        public Duration convert(String text) {
            if (text.matches("[0-9]{1,4}(\\.[0-9]{1,3})?")) {
                BigDecimal minutes = new BigDecimal(text);
                if (minutes.signum() > 0 && minutes.compareTo(DAY) <= 0) {
                    return Duration.ofMillis(minutes.multiply(MILLIS).longValue());
                }
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a number of minutes above 0 and up to 1440");
        }
    }
}
