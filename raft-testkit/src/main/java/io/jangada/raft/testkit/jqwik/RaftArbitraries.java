package io.jangada.raft.testkit.jqwik;

import io.jangada.raft.testkit.SimStep;
import io.jangada.raft.testkit.check.KvInput;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Tuple;

/**
 * Arbitraries for tests of state machines.
 *
 * <pre>{@code
 * @Provide
 * Arbitrary<List<SimStep<Add>>> schedules() {
 *     return RaftArbitraries.schedules(3, Arbitraries.longs().map(Add::new));
 * }
 *
 * @Property(tries = 50)
 * void anyScheduleEndsWell(@ForAll("schedules") List<SimStep<Add>> schedule) {
 *     RaftSim.of(Counter::new, Codec.of(Add.class)).run(schedule);
 * }
 * }</pre>
 */
public final class RaftArbitraries {
    private static final int STEPS_MAX = 40;
    private static final int GEN_SIZE = 1_000;

    private RaftArbitraries() {}

    /**
     * Schedules of up to 40 steps: mostly writes, and crashes, restarts, cuts, mending, snapshots,
     * transfers and waiting in between. They shrink to fewer steps, and each step to a simpler one
     * of its kind on a node with a lower number.
     *
     * @param nodes how many nodes there are, at least 1
     * @param commands what is written
     * @param <C> commands
     * @return the schedules
     */
    public static <C> Arbitrary<List<SimStep<C>>> schedules(int nodes, Arbitrary<C> commands) {
        return steps(nodes, commands).list().ofMaxSize(STEPS_MAX);
    }

    /**
     * Single steps of schedules.
     *
     * @param nodes how many nodes there are, at least 1
     * @param commands what is written
     * @param <C> commands
     * @return the steps
     */
    public static <C> Arbitrary<SimStep<C>> steps(int nodes, Arbitrary<C> commands) {
        Arbitrary<Integer> node = Arbitraries.integers().between(1, nodes).shrinkTowards(1);
        Arbitrary<SimStep<C>> write = Combinators.combine(node, commands).as(SimStep.Write<C>::new);
        return Arbitraries.frequencyOf(
                Tuple.of(10, write),
                Tuple.of(1, Arbitraries.create(SimStep.Heal<C>::new)),
                Tuple.of(2, node.map(SimStep.Snapshot<C>::new)),
                Tuple.of(2, node.map(SimStep.Restart<C>::new)),
                Tuple.of(1, node.map(SimStep.Crash<C>::new)),
                Tuple.of(1, node.map(SimStep.Cut<C>::new)),
                Tuple.of(1, node.map(SimStep.Transfer<C>::new)),
                Tuple.of(
                        1,
                        Arbitraries.integers()
                                .between(1, 500)
                                .map(millis -> new SimStep.Wait<C>(Duration.ofMillis(millis)))));
    }

    /**
     * An arbitrary as a source of commands for {@link
     * io.jangada.raft.testkit.RaftSim#commands(Function)}: within a property or example of jqwik,
     * where its arbitraries can be used.
     *
     * @param arbitrary the commands
     * @param <C> commands
     * @return makes commands by the random numbers that it is given
     */
    public static <C> Function<Random, C> commands(Arbitrary<C> arbitrary) {
        RandomGenerator<C> generator = arbitrary.generator(GEN_SIZE, true);
        return random -> generator.next(random).value();
    }

    /**
     * Operations of a key-value store on three keys: puts, appends, deletes, compare-and-sets and
     * gets.
     *
     * @return the operations
     */
    public static Arbitrary<KvInput> kvInputs() {
        Arbitrary<String> key = Arbitraries.of("a", "b", "c");
        Arbitrary<String> value = Arbitraries.strings().withCharRange('a', 'z').ofMaxLength(4);
        return Arbitraries.frequencyOf(
                Tuple.of(4, Combinators.combine(key, value).as(KvInput.Put::new)),
                Tuple.of(2, key.map(KvInput.Get::new)),
                Tuple.of(2, Combinators.combine(key, value).as(KvInput.Append::new)),
                Tuple.of(1, key.map(KvInput.Delete::new)),
                Tuple.of(
                        2,
                        Combinators.combine(key, value.injectNull(0.2), value.injectNull(0.2))
                                .as(KvInput.Cas::new)));
    }
}
