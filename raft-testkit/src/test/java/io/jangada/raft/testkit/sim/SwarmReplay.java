package io.jangada.raft.testkit.sim;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a failing seed shows: its shrunk story, one command that runs that story again, and how it
 * ends. The same system properties that the command sets decide what is run and shown: {@code
 * seed}, {@code drawn} (the seed that draws the options, if another one), {@code options} (what
 * differs from them), and {@code trace}, which is {@code true} for all events or {@code diagram}
 * for the latest ones, as many as {@code trace.last} says.
 */
final class SwarmReplay {
    private static final int RUNS_MAX = Integer.getInteger("shrink.runs", 400);
    private static final Duration SHRINK_MOST =
            Duration.ofSeconds(Integer.getInteger("shrink.seconds", 60));

    private SwarmReplay() {}

    static String command(SwarmShrinker.Shrunk story, String trace) {
        return command(story.seed(), story.overrides())
                + (story.drawnBy() == story.seed() ? "" : " -Ddrawn=" + story.drawnBy())
                + " -Dtrace="
                + trace;
    }

    static String command(long seed, SwarmOverrides overrides) {
        return "mvn -q -pl raft-testkit -am test -Dtest=SwarmTest#everySeedEndsWell"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dseed="
                + seed
                + (overrides.isEmpty() ? "" : " -Doptions='" + overrides + "'");
    }

    /** The options of a seed, as the system properties would have them. */
    static SwarmOptions options(long seed) {
        return SwarmOverrides.parse(System.getProperty("options", ""))
                .apply(SwarmOptions.of(Long.getLong("drawn", seed)));
    }

    /** Runs the story of a seed and shows of it what the system properties ask for. */
    static Swarm.Result run(long seed) {
        String trace = System.getProperty("trace", "false");
        SwarmOptions options = options(seed);
        if (trace.equals("diagram")) {
            SequenceDiagram diagram = new SequenceDiagram(Integer.getInteger("trace.last", 200));
            try {
                return Swarm.run(seed, options, diagram);
            } finally {
                System.out.println("seed " + seed + ": " + options + "\n" + diagram.render());
            }
        }
        Consumer<TraceEvent> lines = trace.equals("true") ? System.out::println : null;
        return Swarm.run(seed, options, lines);
    }

    /** What to print about a failing seed. */
    static String report(long seed, Throwable failure) {
        SwarmShrinker.Shrunk story =
                SwarmShrinker.shrink(
                        (each, options) -> Swarm.run(each, options, null),
                        seed,
                        failure,
                        RUNS_MAX,
                        SHRINK_MOST);
        SequenceDiagram end = new SequenceDiagram(40);
        try {
            Swarm.run(story.seed(), story.options(), end);
        } catch (SimulationFailure | RuntimeException e) {
            // As expected; the story has it already.
        }
        return failure
                + "\n\nshrunk in "
                + story.runs()
                + " runs to: "
                + (story.overrides().isEmpty() ? "nothing simpler" : story.overrides())
                + "\n"
                + story.failure().getMessage()
                + "\n\nhow it ends:\n"
                + end.render()
                + "\nTo see it again: "
                + command(story, "diagram")
                + "\n(-Dtrace=true shows every event from the beginning.)";
    }
}
