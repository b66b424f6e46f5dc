package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.RaftConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a failing swarm run simpler as long as it still fails in the same way: less time, fewer
 * kinds of faults, nodes and clients, and settings as they usually are. Another number of nodes is
 * another story, so each simplification is tried with a few seeds.
 */
final class SwarmShrinker {
    /** How many stories are tried for each simplification. */
    private static final int SEEDS = 6;

    /** Settings that are tried with their defaults; timeouts belong to the story. */
    private static final List<String> LIMITS =
            List.of(
                    "appendBytesMax",
                    "inflightMessagesMax",
                    "inflightBytesMax",
                    "uncommittedBytesMax",
                    "unappliedBytesMax",
                    "pendingReadsMax",
                    "mailboxCapacity",
                    "sessionTimeout",
                    "sessionWindow",
                    "sessionReplyBytesMax",
                    "snapshotEntries",
                    "snapshotBytes",
                    "snapshotInterval",
                    "trailingEntries");

    private static final Pattern TIME = Pattern.compile("at ([0-9]+)\\.([0-9]{6}) s: ");

    /**
     * The simplest story found.
     *
     * @param drawnBy the seed that drew the options
     * @param seed the seed of the run itself
     * @param overrides what is simpler than drawn
     * @param failure how it fails
     * @param runs how many runs it took to find it
     */
    record Shrunk(long drawnBy, long seed, SwarmOverrides overrides, Throwable failure, int runs) {
        SwarmOptions options() {
            return overrides.apply(SwarmOptions.of(drawnBy));
        }
    }

    /** Runs a story. */
    interface Runner {
        void run(long seed, SwarmOptions options);
    }

    private final Runner runner;
    private final int runsMax;
    private final long deadline;
    private final SwarmOptions drawn;
    private final String kind;
    private Shrunk best;
    private int runs;

    private SwarmShrinker(Runner runner, long seed, Throwable failure, int runsMax, Duration most) {
        this.runner = runner;
        this.runsMax = runsMax;
        this.deadline = System.nanoTime() + most.toNanos();
        this.drawn = SwarmOptions.of(seed);
        this.kind = kind(failure);
        this.best = new Shrunk(seed, seed, SwarmOverrides.none(), failure, 0);
    }

    /**
     * Looks for a simpler story with the same failure.
     *
     * @param runner runs a story, and throws what is wrong with it
     * @param seed the failing one, with the options that it draws
     * @param failure what its run threw
     * @param runsMax how many runs may be tried
     * @param most how long that may take
     */
    static Shrunk shrink(Runner runner, long seed, Throwable failure, int runsMax, Duration most) {
        SwarmShrinker shrinker = new SwarmShrinker(runner, seed, failure, runsMax, most);
        shrinker.shrink();
        Shrunk best = shrinker.best;
        return new Shrunk(
                best.drawnBy(), best.seed(), best.overrides(), best.failure(), shrinker.runs);
    }

    /** Failures of one kind violate the same invariant, or are the same exception. */
    static String kind(Throwable failure) {
        String message = "" + failure.getMessage();
        Matcher time = TIME.matcher(message);
        return failure instanceof SimulationFailure && time.find()
                ? message.substring(time.end()).split("\\s", 2)[0]
                : failure.getClass().getName();
    }

    private void shrink() {
        cutTime();
        dropFaults();
        fewer("nodes", now().nodes());
        fewer("spares", now().spares());
        fewer("workload.clients", now().workload().clients());
        fewer("workload.keys", now().workload().keys());
        for (String simple :
                List.of(
                        "network=good",
                        "skewedClocks=false",
                        "workload.duplicates=0",
                        "workload.leaseReads=0",
                        "workload.sessions=0",
                        "workload.valueBytes=0",
                        "syncMin=PT0.0002S",
                        "syncMax=PT0.001S",
                        "schedulingNanosMax=20000")) {
            int equals = simple.indexOf('=');
            attempt(simple.substring(0, equals), simple.substring(equals + 1));
        }
        for (String limit : LIMITS) {
            attempt("config." + limit, usual(limit));
        }
        dropFaults();
        cutTime();
    }

    private SwarmOptions now() {
        return best.options();
    }

    private static String usual(String limit) {
        try {
            return "" + RaftConfig.class.getMethod(limit).invoke(RaftConfig.defaults());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("there is no setting " + limit, e);
        }
    }

    /** What happens after the failure does not matter; before it nothing changes. */
    private void cutTime() {
        Duration failedAt = time(best.failure());
        if (failedAt != null && failedAt.compareTo(now().faultyTime()) < 0) {
            attempt("faultyTime", failedAt.plusMillis(1).toString());
        }
    }

    private static @Nullable Duration time(Throwable failure) {
        Matcher time = TIME.matcher("" + failure.getMessage());
        return time.find()
                ? Duration.ofSeconds(Long.parseLong(time.group(1)))
                        .plusNanos(1_000 * Long.parseLong(time.group(2)))
                : null;
    }

    /** Half of the kinds first, then each for itself. */
    private void dropFaults() {
        List<FaultKind> kinds = new ArrayList<>(now().faults());
        if (kinds.size() > 3) {
            int half = kinds.size() / 2;
            if (!keep(kinds.subList(0, half))) {
                keep(kinds.subList(half, kinds.size()));
            }
        }
        for (FaultKind kind : List.copyOf(now().faults())) {
            Set<FaultKind> fewer = EnumSet.copyOf(now().faults());
            fewer.remove(kind);
            keep(fewer);
        }
    }

    private boolean keep(Iterable<FaultKind> kinds) {
        List<String> names = new ArrayList<>();
        kinds.forEach(kind -> names.add(kind.name()));
        return attempt("faults", names.stream().collect(Collectors.joining(",")));
    }

    /** The least number with which it still fails. */
    private void fewer(String option, int present) {
        int least = option.equals("spares") ? 0 : 1;
        for (int number = least; number < present; number++) {
            if (attempt(option, "" + number)) {
                return;
            }
        }
    }

    /** Whether it fails with a simpler option too; that is the best story then. */
    private boolean attempt(String option, String value) {
        SwarmOverrides overrides = best.overrides().with(option, value);
        SwarmOptions options;
        try {
            options = overrides.apply(drawn);
        } catch (IllegalArgumentException e) {
            return false; // Settings that do not go together.
        }
        if (options.toString().equals(now().toString())) {
            return false; // That is so already; settings cannot be compared but as texts.
        }
        for (int i = 0; i < SEEDS && mayRun(); i++) {
            long seed = best.seed() + i;
            Throwable failure = run(seed, options);
            if (failure != null && kind(failure).equals(kind)) {
                best = new Shrunk(best.drawnBy(), seed, overrides, failure, runs);
                return true;
            }
        }
        return false;
    }

    private boolean mayRun() {
        return runs < runsMax && System.nanoTime() < deadline;
    }

    private @Nullable Throwable run(long seed, SwarmOptions options) {
        runs++;
        try {
            runner.run(seed, options);
            return null;
        } catch (SimulationFailure | RuntimeException e) {
            return e;
        }
    }
}
