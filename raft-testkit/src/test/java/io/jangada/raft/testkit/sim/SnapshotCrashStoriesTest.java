package io.jangada.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.RaftConfig;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * S25 and S29: a node loses its power before and after every step of saving, renaming, compacting
 * and installing, at several occurrences of it. What was acknowledged must survive, and the node
 * must come back by itself.
 */
class SnapshotCrashStoriesTest extends Story {
    private static final RaftConfig OFTEN =
            RaftConfig.builder()
                    .electionTimeout(Duration.ofMillis(200))
                    .heartbeatInterval(Duration.ofMillis(40))
                    .snapshotEntries(10)
                    .trailingEntries(0)
                    .build();

    static Stream<Arguments> steps() {
        return Stream.of(
                        DiskOperation.SnapshotWrite.class,
                        DiskOperation.SnapshotSync.class,
                        DiskOperation.SnapshotRename.class,
                        DiskOperation.FolderSync.class,
                        DiskOperation.SnapshotDelete.class,
                        DiskOperation.Compact.class,
                        DiskOperation.Append.class,
                        DiskOperation.Sync.class)
                .flatMap(
                        step ->
                                Stream.of(
                                        Arguments.of(step, false, 1),
                                        Arguments.of(step, true, 1),
                                        Arguments.of(step, false, 3),
                                        Arguments.of(step, true, 3)));
    }

    static Stream<Arguments> stepsOfInstalling() {
        return Stream.of(
                        DiskOperation.SnapshotWrite.class,
                        DiskOperation.SnapshotSync.class,
                        DiskOperation.SnapshotRename.class,
                        DiskOperation.FolderSync.class,
                        DiskOperation.SnapshotRead.class,
                        DiskOperation.Reset.class,
                        DiskOperation.Append.class,
                        DiskOperation.Sync.class)
                .flatMap(
                        step ->
                                Stream.of(
                                        Arguments.of(step, false, 1), Arguments.of(step, true, 1)));
    }

    /** The power fails at the n-th such step from now on. */
    private static DiskRule crashAt(
            SimNode node, Class<? extends DiskOperation> step, boolean done, int occurrence) {
        int[] left = {occurrence};
        return node.disk().crashAt(operation -> step.isInstance(operation) && --left[0] == 0, done);
    }

    @ParameterizedTest(name = "{0}, done: {1}, occurrence {2}")
    @MethodSource("steps")
    void s29CrashWhileSaving(Class<? extends DiskOperation> step, boolean done, int occurrence) {
        for (long seed = 1; seed <= 2; seed++) {
            nodes(3, OFTEN, seed);
            SimNode victim = seed == 1 ? awaitLeader() : someFollower();
            fill(awaitLeader(), 5);
            DiskRule rule = crashAt(victim, step, done, occurrence);
            Workload workload = load(WorkloadOptions.DEFAULT);
            boolean crashed = cluster.runUntil(() -> !victim.isUp(), T.multipliedBy(20));
            assertTrue(crashed, "nothing of that kind was done");
            rule.close();
            start(victim);
            runTimeouts(3);
            judge(workload);
        }
    }

    @ParameterizedTest(name = "{0}, done: {1}")
    @MethodSource("stepsOfInstalling")
    void s25CrashWhileInstalling(
            Class<? extends DiskOperation> step, boolean done, int occurrence) {
        for (long seed = 1; seed <= 3; seed++) {
            nodes(3, OFTEN, seed);
            SimNode victim = someFollower();
            crash(victim);
            fill(awaitLeader(), 50);
            runTimeouts(1);
            crashAt(victim, step, done, occurrence);
            start(victim);
            boolean crashed = cluster.runUntil(() -> !victim.isUp(), T.multipliedBy(10));
            assertTrue(crashed, "nothing of that kind was done");
            fill(awaitLeader(), 5);
            start(victim);
            awaitConverged();
        }
    }
}
