package io.jangada.raft.testkit;

import static io.jangada.raft.testkit.RaftSim.ALL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.Codec;
import io.jangada.raft.testkit.sim.SimulationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Right machines pass, and wrong ones are found and told in words that lead to the mistake. */
class RaftSimTest {
    private static <S extends Shop> RaftSim<S, Shop.Order, Shop.Receipt> sim(Supplier<S> machine) {
        return RaftSim.of(machine, Codec.of(Shop.Order.class))
                .commands(Shop::order)
                .nodes(5)
                .faults(ALL);
    }

    static List<Arguments> rightMachines() {
        return List.of(
                Arguments.of("plain", (Supplier<Shop>) Shop::new),
                Arguments.of(
                        "with views and batches",
                        (Supplier<Shop.WithViewsAndBatches>) Shop.WithViewsAndBatches::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rightMachines")
    void aRightMachinePasses(String name, Supplier<Shop> machine) {
        RaftSimReport report = sim(machine).seeds(10);
        System.out.println("RaftSim, " + name + ": " + report);
        assertTrue(report.commands() > 200, report::toString);
        assertTrue(report.comparisons() > 500, report::toString);
        assertTrue(report.snapshots() > 100 && report.loads() > 20, report::toString);
    }

    static List<Arguments> wrongMachines() {
        return List.of(
                wrong("a clock", Shop.WithClock::new, "two nodes", "A clock is read"),
                wrong("a random number", Shop.WithLuck::new, "states", "A random number"),
                wrong("hash order", Shop.WithHashOrder::new, "two nodes", "in hash order"),
                wrong(
                        "saved in hash order",
                        Shop.WithSavedHashOrder::new,
                        "load()",
                        "in hash order"),
                wrong("a forgotten field", Shop.WithForgottenNumber::new, "load()", "lastNumber"),
                wrong("a forgotten query", Shop.WithForgottenItem::new, "load()", "lastItem"),
                wrong("a live view", Shop.WithLiveView::new, "view()", "copy them"),
                wrong(
                        "batches that show",
                        Shop.WithBatchesThatShow::new,
                        "two nodes",
                        "applyAll() lets"),
                wrong("a static field", Shop.WithStatic::new, "two nodes", "a static field"),
                wrong("an exception", Shop.Throwing::new, "throws out of apply()", "a result"),
                wrong("misreading", Shop.Misreading::new, "throws out of load()", "save() writes"));
    }

    private static <S extends Shop> Arguments wrong(
            String name, Supplier<S> machine, String what, String cause) {
        return Arguments.of(name, machine, what, cause);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongMachines")
    void aWrongMachineIsFound(String name, Supplier<Shop> machine, String what, String cause) {
        SimulationFailure failure =
                assertThrows(SimulationFailure.class, () -> sim(machine).seeds(20));
        String message = failure.getMessage();
        assertTrue(message.contains(what), message);
        assertTrue(message.matches("(?s).*\n    n\\d, (which|in) .*"), "not on a node: " + message);
        assertTrue(message.contains("Usual cause: ") && message.contains(cause), message);
        assertTrue(
                message.matches("(?s)seed \\d+: .*To see it again: \\.seed\\(\\d+\\).*"), message);
    }

    /** In a story in which it is never started anew. */
    @Test
    void aMachineThatIsAloneIsComparedWithOneThatComesLater() {
        String message =
                assertThrows(
                                SimulationFailure.class,
                                () -> sim(Shop.WithClock::new).nodes(1).faults(Set.of()).seed(3))
                        .getMessage();
        assertTrue(message.contains("one that replayed it a moment later"), message);
        message =
                assertThrows(
                                SimulationFailure.class,
                                () ->
                                        sim(Shop.WithForgottenItem::new)
                                                .nodes(1)
                                                .faults(Set.of())
                                                .seed(3))
                        .getMessage();
        assertTrue(message.contains("one that was saved and loaded on the way"), message);
    }

    @Test
    void aForgottenFieldIsShownWithTheFewestCommands() {
        String message =
                assertThrows(
                                SimulationFailure.class,
                                () -> sim(Shop.WithForgottenNumber::new).seed(1))
                        .getMessage();
        long commands = message.lines().filter(line -> line.strip().startsWith("Order[")).count();
        assertEquals(1, commands, message);
    }

    @Test
    void aFingerprintTakesThePlaceOfFields() {
        RaftSim<Shop.WithForgottenItem, Shop.Order, Shop.Receipt> sim =
                sim(Shop.WithForgottenItem::new);
        sim.fingerprint(shop -> List.of(shop.sold, shop.lastNumber)).seed(1);
        assertThrows(SimulationFailure.class, () -> sim.fingerprint(shop -> shop.lastItem).seed(1));
    }

    @Test
    void aSeedReplaysExactly() {
        assertEquals(trace(3), trace(3));
    }

    private static List<String> trace(long seed) {
        List<String> lines = new ArrayList<>();
        sim(Shop::new).trace(lines::add).seed(seed);
        assertTrue(lines.stream().anyMatch(line -> line.contains(" applies ")), "no command shown");
        assertTrue(lines.stream().anyMatch(line -> line.contains(" loads a state ")), "no load");
        return lines;
    }

    @Test
    void whoGivesNoCommandsIsTold() {
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> RaftSim.of(Shop::new, Codec.of(Shop.Order.class)).seeds(1));
        assertTrue(e.getMessage().startsWith("no commands: say how they are made"), e.getMessage());
    }
}
