package io.jangada.raft.testkit.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How good is the simulator? Plants each fault of {@code src/test/resources/planted} into a build
 * of its own, lets the swarm look for it, seed after seed, and writes down who caught it, and when.
 *
 * <p>Options: {@code --seeds N} up to which seed the swarm looks (2000), {@code --cores N} how many
 * faults are hunted at a time (all cores), {@code --minutes N} how long one hunt may take (60),
 * {@code --only A,B} the beginnings of the faults' names, {@code --tests no} leaves named tests
 * out, {@code --hunt no} only tells what is known, {@code --report FILE} where the table goes
 * (nowhere). What was found is kept under {@code target}, so a run with more seeds goes on where
 * the one before stopped, as long as no class has changed.
 */
public final class PlantedFaults {
    /** What the command line asks for. */
    record Options(
            long seeds,
            int cores,
            long minutes,
            List<String> only,
            boolean tests,
            boolean hunt,
            String report) {
        private static final List<String> NAMES =
                List.of(
                        "--seeds",
                        "--cores",
                        "--minutes",
                        "--only",
                        "--tests",
                        "--hunt",
                        "--report");

        static Options of(String... arguments) {
            Map<String, String> given = new TreeMap<>();
            for (int i = 0; i < arguments.length; i += 2) {
                boolean known = NAMES.contains(arguments[i]);
                if (!known || i + 1 == arguments.length) {
                    throw new IllegalArgumentException(
                            known
                                    ? arguments[i] + " needs a value"
                                    : "'" + arguments[i] + "' is no option; there are " + NAMES);
                }
                given.put(arguments[i], arguments[i + 1]);
            }
            int processors = Runtime.getRuntime().availableProcessors();
            return new Options(
                    number(given, "--seeds", 2_000),
                    (int) number(given, "--cores", processors),
                    number(given, "--minutes", 60),
                    List.of(given.getOrDefault("--only", "").split(",")),
                    !given.getOrDefault("--tests", "yes").equals("no"),
                    !given.getOrDefault("--hunt", "yes").equals("no"),
                    given.getOrDefault("--report", ""));
        }

        private static long number(Map<String, String> given, String option, long usual) {
            String value = given.getOrDefault(option, "" + usual);
            if (!value.matches("[0-9]{1,9}") || Long.parseLong(value) == 0) {
                throw new IllegalArgumentException(
                        option + " needs a number from 1 to 999999999, not '" + value + "'");
            }
            return Long.parseLong(value);
        }
    }

    private PlantedFaults() {}

    /**
     * Runs as the options say; ends with code 2 and a sentence if they are wrong or a patch does
     * not fit.
     *
     * @param arguments the options
     */
    public static void main(String[] arguments) {
        try {
            run(Options.of(arguments));
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("planted faults: " + e.getMessage());
            System.exit(2);
        } catch (InterruptedException e) {
            System.exit(130);
        }
    }

    /** Hunts all that are asked for, and says what became of each. */
    static Map<PlantedFault, Outcome> run(Options options)
            throws IOException, InterruptedException {
        Project project = Project.find();
        List<PlantedFault> faults = new ArrayList<>(PlantedFault.readAll(project.patches()));
        faults.removeIf(fault -> options.only().stream().noneMatch(fault.name()::startsWith));
        if (faults.isEmpty()) {
            throw new IllegalArgumentException("no fault's name begins with " + options.only());
        }
        Map<PlantedFault, Outcome> outcomes = hunt(project, options, faults);
        if (!options.report().isEmpty()) {
            Path report = project.root().resolve(options.report());
            Files.writeString(report, Report.of(options.seeds(), outcomes));
            System.out.println("written: " + report);
        }
        return outcomes;
    }

    private static Map<PlantedFault, Outcome> hunt(
            Project project, Options options, List<PlantedFault> faults)
            throws IOException, InterruptedException {
        ExecutorService hunters = Executors.newFixedThreadPool(options.cores());
        Map<PlantedFault, Outcome> outcomes = new TreeMap<>(Report.ORDER);
        try {
            Map<PlantedFault, Future<Outcome>> running = new TreeMap<>(Report.ORDER);
            for (PlantedFault fault : faults) {
                Hunt hunt =
                        new Hunt(
                                project,
                                fault,
                                options.seeds(),
                                options.minutes() * 60,
                                options.tests(),
                                System.out::println);
                running.put(
                        fault,
                        hunters.submit(
                                () -> told(fault, options.hunt() ? hunt.run() : hunt.known())));
            }
            for (Map.Entry<PlantedFault, Future<Outcome>> each : running.entrySet()) {
                outcomes.put(each.getKey(), each.getValue().get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalArgumentException cause) {
                throw cause;
            }
            throw new IOException("" + e.getCause(), e);
        } finally {
            hunters.shutdownNow();
        }
        long caught = outcomes.values().stream().filter(Outcome::isCaughtBySwarm).count();
        long told = outcomes.values().stream().filter(Outcome::isCaughtByTest).count();
        System.out.printf(
                "planted faults: %d; caught by the swarm %d, by named tests %d, not at all %d%n",
                outcomes.size(), caught, told, outcomes.size() - caught - told);
        return outcomes;
    }

    private static Outcome told(PlantedFault fault, Outcome outcome) {
        String how =
                outcome.isCaughtBySwarm()
                        ? "seed " + outcome.seeds() + ": " + outcome.caught()
                        : outcome.isCaughtByTest()
                                ? outcome.test() + ", after " + outcome.seeds() + " seeds"
                                : "NOT CAUGHT up to seed " + outcome.seeds();
        System.out.println(fault + ": " + how);
        return outcome;
    }
}
