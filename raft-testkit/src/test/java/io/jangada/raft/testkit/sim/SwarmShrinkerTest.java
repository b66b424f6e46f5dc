package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.testkit.sim.SwarmShrinker.Shrunk;
import io.jangada.raft.testkit.sim.TraceEvent.Shape;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Failing stories become simpler, and stay the same failure. */
@ExtendWith(QuietLogs.class)
class SwarmShrinkerTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static SimulationFailure failure(String invariant) {
        return new SimulationFailure("seed 5 at 0.750000 s: " + invariant + " violated: n1");
    }

    /** Fails if pauses meet at least three nodes; whatever else is drawn does not matter. */
    private static void pausesOfThree(long seed, SwarmOptions options) {
        if (options.faults().contains(FaultKind.PAUSE) && options.nodes() >= 3) {
            throw failure("I7 committed is durable");
        } else if (options.nodes() < 3) {
            throw failure("I1 election safety");
        }
    }

    private static long seedThatFails() {
        for (long seed = 1; ; seed++) {
            SwarmOptions options = SwarmOptions.of(seed);
            boolean pauses = options.faults().contains(FaultKind.PAUSE);
            if (options.nodes() > 3 && options.faults().size() > 5 && pauses) {
                return seed;
            }
        }
    }

    @Test
    void whatDoesNotMatterGoesAndTheFailureStays() {
        long seed = seedThatFails();
        Shrunk story =
                SwarmShrinker.shrink(
                        SwarmShrinkerTest::pausesOfThree, seed, failure("I7 x"), 500, LONG);
        SwarmOptions options = story.options();
        assertEquals(Set.of(FaultKind.PAUSE), options.faults());
        assertEquals(3, options.nodes(), "with two it fails in another way");
        assertEquals(0, options.spares());
        assertEquals(1, options.workload().clients());
        assertEquals(1, options.workload().keys());
        assertEquals(LinkQuality.GOOD, options.network());
        assertEquals(Duration.ofMillis(751), options.faultyTime(), "nothing after the failure");
        assertEquals(RaftConfig.defaults().snapshotEntries(), options.config().snapshotEntries());
        assertEquals(
                SwarmOptions.of(seed).config().electionTimeout(),
                options.config().electionTimeout());
        assertTrue(SwarmReplay.command(story, "diagram").contains("-Dseed=" + story.seed()));
    }

    @Test
    void theReplayCommandNamesTheSameStory() {
        long seed = seedThatFails();
        Shrunk story =
                SwarmShrinker.shrink(
                        SwarmShrinkerTest::pausesOfThree, seed, failure("I7 x"), 500, LONG);
        String text = "" + story.overrides();
        assertEquals(
                "" + story.options(),
                "" + SwarmOverrides.parse(text).apply(SwarmOptions.of(seed)),
                text);
    }

    @Test
    void theEffortIsBounded() {
        int[] runs = {0};
        Shrunk story =
                SwarmShrinker.shrink(
                        (each, options) -> runs[0]++, seedThatFails(), failure("I7 x"), 20, LONG);
        assertEquals(20, runs[0]);
        assertEquals(20, story.runs());
    }

    /** A real run: it "fails" when a node has lost its power and somebody else applies a write. */
    @Test
    void aRealStoryIsShrunkAndRunsAgain() {
        SwarmShrinker.Runner runner =
                (seed, options) -> {
                    boolean[] crashed = {false};
                    Swarm.run(
                            seed,
                            options,
                            event -> {
                                crashed[0] |=
                                        event.shape() == Shape.LIFE
                                                && event.text().startsWith("crashes");
                                if (crashed[0] && event.text().startsWith("applies")) {
                                    throw new SimulationFailure(
                                            "seed "
                                                    + seed
                                                    + " at "
                                                    + TraceEvent.seconds(event.atNanos())
                                                    + " s: I99 nobody goes on violated: n1");
                                }
                            });
                };
        SimulationFailure failure =
                assertThrows(SimulationFailure.class, () -> runner.run(2, SwarmOptions.of(2)));
        Shrunk story = SwarmShrinker.shrink(runner, 2, failure, 120, LONG);
        assertTrue(story.options().faults().size() <= 2, () -> "" + story.overrides());
        assertTrue(story.options().workload().clients() == 1, () -> "" + story.overrides());
        SimulationFailure again =
                assertThrows(
                        SimulationFailure.class, () -> runner.run(story.seed(), story.options()));
        assertEquals(story.failure().getMessage(), again.getMessage(), "to the microsecond");
    }

    @Test
    void wrongOverridesAreRefusedInWords() {
        SwarmOptions options = SwarmOptions.of(1);
        for (String wrong :
                new String[] {
                    "nodes", "nodes=many", "knots=3", "faults=FIRE", "config.speed=1", "network=bad"
                }) {
            IllegalArgumentException refusal =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> SwarmOverrides.parse(wrong).apply(options),
                            wrong);
            assertTrue(refusal.getMessage().contains(wrong.split("=")[0]), refusal.getMessage());
        }
    }
}
