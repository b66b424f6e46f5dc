package io.jangada.raft.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.testkit.jqwik.RaftArbitraries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** Schedules out of jqwik: a right machine survives any of them, a wrong one a short one. */
class SchedulesTest {
    @Provide
    Arbitrary<List<SimStep<Shop.Order>>> schedules() {
        return RaftArbitraries.schedules(3, orders());
    }

    private static Arbitrary<Shop.Order> orders() {
        return Combinators.combine(
                        Arbitraries.of("apple", "pear", "fig"),
                        Arbitraries.integers().between(1, 9))
                .as(Shop.Order::new);
    }

    @Property(tries = 30, seed = "1", afterFailure = AfterFailureMode.SAMPLE_FIRST)
    void aRightMachineSurvivesAnySchedule(@ForAll("schedules") List<SimStep<Shop.Order>> schedule) {
        RaftSim.of(Shop::new, Codec.of(Shop.Order.class)).run(schedule);
    }

    @Property(
            tries = 200,
            seed = "1",
            shrinking = ShrinkingMode.FULL,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    @AddLifecycleHook(ForgottenNumberShrinks.class)
    void aWrongMachineIsFoundWithAShortSchedule(
            @ForAll("schedules") List<SimStep<Shop.Order>> schedule) {
        RaftSim.of(Shop.WithForgottenNumber::new, Codec.of(Shop.Order.class)).run(schedule);
    }

    /** Nobody forgets a number before something was ordered, saved and loaded. */
    static final class ForgottenNumberShrinks implements AroundPropertyHook {
        @Override
        public PropertyExecutionResult aroundProperty(
                PropertyLifecycleContext context, PropertyExecutor property) {
            PropertyExecutionResult result = property.execute();
            assertEquals(PropertyExecutionResult.Status.FAILED, result.status());
            String message = result.throwable().orElseThrow().getMessage();
            assertTrue(message.contains("lastNumber"), message);
            List<?> shortest = (List<?>) result.falsifiedParameters().orElseThrow().get(0);
            assertEquals(
                    List.of(
                            new SimStep.Write<>(1, new Shop.Order("apple", 1)),
                            new SimStep.Snapshot<>(1),
                            new SimStep.Restart<>(1)),
                    shortest);
            return result.mapToSuccessful();
        }
    }

    @Example
    void everyStepDoesWhatItSays() {
        List<String> trace = new ArrayList<>();
        Duration some = Duration.ofMillis(300);
        RaftSim.of(Shop::new, Codec.of(Shop.Order.class))
                .trace(trace::add)
                .run(
                        List.of(
                                new SimStep.Write<>(1, new Shop.Order("apple", 1)),
                                new SimStep.Snapshot<>(1),
                                new SimStep.Crash<>(2),
                                new SimStep.Crash<>(2),
                                new SimStep.Write<>(2, new Shop.Order("pear", 1)),
                                new SimStep.Cut<>(3),
                                new SimStep.Wait<>(some),
                                new SimStep.Heal<>(),
                                new SimStep.Restart<>(5), // Which is 2.
                                new SimStep.Wait<>(some),
                                new SimStep.Transfer<>(2),
                                new SimStep.Wait<>(some)));
        List<String> told =
                List.of(
                        "n1 applies .*apple.*",
                        "n1 SnapshotWrite.*",
                        "n2 crashes.*",
                        "cut n1>n3",
                        "cut n3>n1",
                        "mend n3>n1",
                        "n2 starts",
                        "n\\d>n2 #\\d+ TimeoutNow.*");
        for (String line : told) {
            assertTrue(
                    trace.stream().anyMatch(event -> event.strip().matches("[\\d.]+  " + line)),
                    () -> line + " is not in\n" + String.join("\n", trace));
        }
        assertEquals(1, trace.stream().filter(event -> event.contains("n2 crashes")).count());
        assertTrue(trace.stream().noneMatch(event -> event.contains("pear")));
    }

    @Example
    void commandsMayComeFromAnArbitrary() {
        RaftSimReport report =
                RaftSim.of(Shop::new, Codec.of(Shop.Order.class))
                        .commands(RaftArbitraries.commands(orders()))
                        .seeds(2);
        assertTrue(report.commands() > 20, report::toString);
    }
}
