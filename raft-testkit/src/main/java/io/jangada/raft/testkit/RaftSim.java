package io.jangada.raft.testkit;

import io.jangada.raft.api.Codec;
import io.jangada.raft.spi.DurableStateMachine;
import io.jangada.raft.spi.FileStateMachine;
import io.jangada.raft.spi.StateMachine;
import io.jangada.raft.testkit.sim.FaultKind;
import io.jangada.raft.testkit.sim.SimulationFailure;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries a state machine of yours in simulated clusters, under faults, with snapshots taken all the
 * time, installed on nodes that are behind and loaded on nodes that start again; and compares what
 * the machines of all nodes answer, and what state they are in, at every index.
 *
 * <pre>{@code
 * RaftSim.of(Counter::new, Codec.of(Add.class))
 *         .commands(random -> new Add(random.nextInt(10)))
 *         .nodes(5)
 *         .faults(ALL)
 *         .seeds(1_000);
 * }</pre>
 *
 * <p>Each seed is a story of a few simulated seconds, the same each time. A state machine fails if
 * it reads a clock, draws a random number, depends on hash order, forgets a field in its snapshot,
 * lets a view go on changing, or throws. The message says what differs and where, shows the fewest
 * commands found that show it without a cluster, says what usually causes it, and how to see it
 * again.
 *
 * <p>Compared are replies, as their codec writes them; states, as {@link StateMachine#save} writes
 * them, which must be the same bytes for the same state; and the fields of the machine, by value.
 * Fields that are no part of the state, such as caches and statistics, are left out if they are
 * {@code transient}, or if {@link #fingerprint} says what the state is.
 *
 * <p>Not found is what looks the same to all machines of one JVM at one time: a locale, a file, a
 * date that does not change meanwhile, the order of {@code Set.of}, hash codes of enum constants.
 * {@code StateMachineContract} in the test-jar of {@code raft-api} tries other locales and time
 * zones.
 *
 * <p>An object of this class is a description that is built up, and then used by one thread. Log
 * lines of the library are silenced while it runs.
 *
 * @param <S> the state machine
 * @param <C> its commands
 * @param <R> its results
 */
public final class RaftSim<S extends StateMachine<C, R>, C, R> {
    /** Every kind of fault. */
    public static final Set<FaultKind> ALL =
            Collections.unmodifiableSet(EnumSet.allOf(FaultKind.class));

    private static final int NODES_MAX = 9;

    /** Run this seed alone, whatever the test says. */
    private static final String SEED_PROPERTY = "jangada.seed";

    /** Print every event. */
    private static final String TRACE_PROPERTY = "jangada.trace";

    private final Supplier<? extends S> machine;
    private final Codec<C> commandCodec;
    private final Codec<R> resultCodec;
    private @Nullable Function<? super S, ?> fingerprint;
    private @Nullable Function<? super Random, C> generator;
    private @Nullable Consumer<String> lines;
    private Set<FaultKind> faults = ALL;
    private int nodes = 3;

    private RaftSim(Supplier<? extends S> machine, Codec<C> commands, Codec<R> results) {
        this.machine = Objects.requireNonNull(machine, "machine");
        this.commandCodec = Objects.requireNonNull(commands, "commands");
        this.resultCodec = Objects.requireNonNull(results, "results");
        S first = machine.get();
        if (first instanceof DurableStateMachine || first instanceof FileStateMachine) {
            throw new IllegalArgumentException(
                    first.getClass().getName()
                            + " keeps state outside of memory, which the simulator cannot crash:"
                            + " RaftSim takes machines that save and load");
        }
    }

    /**
     * A state machine whose results are of types that {@link Codec#of} makes codecs for.
     *
     * @param machine makes an empty one at each call
     * @param commands encodes its commands
     * @param <S> the state machine
     * @param <C> its commands
     * @param <R> its results
     * @return three nodes under all faults, of which everything can be said differently
     * @throws IllegalArgumentException if the machine keeps its state outside of memory
     */
    public static <S extends StateMachine<C, R>, C, R> RaftSim<S, C, R> of(
            Supplier<S> machine, Codec<C> commands) {
        return new RaftSim<>(machine, commands, new AnyResultCodec<>());
    }

    /**
     * A state machine.
     *
     * @param machine makes an empty one at each call
     * @param commands encodes its commands
     * @param results encodes its results
     * @param <S> the state machine
     * @param <C> its commands
     * @param <R> its results
     * @return three nodes under all faults, of which everything can be said differently
     * @throws IllegalArgumentException if the machine keeps its state outside of memory
     */
    public static <S extends StateMachine<C, R>, C, R> RaftSim<S, C, R> of(
            Supplier<S> machine, Codec<C> commands, Codec<R> results) {
        return new RaftSim<>(machine, commands, results);
    }

    /**
     * Where commands come from. Over many calls all kinds of commands should come, and hit the same
     * keys again and again.
     *
     * @param next makes a command, by the random numbers that it is given and nothing else
     * @return this
     */
    public RaftSim<S, C, R> commands(Function<? super Random, C> next) {
        this.generator = Objects.requireNonNull(next, "next");
        return this;
    }

    /**
     * How many nodes begin.
     *
     * @param count from 1 to 9; by default 3
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public RaftSim<S, C, R> nodes(int count) {
        if (count < 1 || count > NODES_MAX) {
            throw new IllegalArgumentException(
                    "nodes must be from 1 to " + NODES_MAX + ", not " + count);
        }
        this.nodes = count;
        return this;
    }

    /**
     * What may happen to the cluster. Each seed takes about half of it.
     *
     * @param kinds kinds of faults; by default {@link #ALL}
     * @return this
     */
    public RaftSim<S, C, R> faults(Set<FaultKind> kinds) {
        this.faults = Set.copyOf(kinds);
        return this;
    }

    /**
     * What is compared instead of the fields of the machine. The bytes that it saves are compared
     * all the same.
     *
     * @param state gives the state, or what of it matters, as values: compared by their fields
     * @return this
     */
    public RaftSim<S, C, R> fingerprint(Function<? super S, ?> state) {
        this.fingerprint = Objects.requireNonNull(state, "state");
        return this;
    }

    /**
     * Who hears of every event of every run; also {@code -Djangada.trace=true}, which prints them.
     *
     * @param line takes a line of text
     * @return this
     */
    public RaftSim<S, C, R> trace(Consumer<String> line) {
        this.lines = Objects.requireNonNull(line, "line");
        return this;
    }

    /**
     * Runs the seeds from 1 on; or, with {@code -Djangada.seed=S}, only seed S.
     *
     * @param count how many, at least 1
     * @return what was done
     * @throws SimulationFailure if a seed does not end well; the message says all about it
     * @throws IllegalStateException if {@link #commands} was not called
     * @throws IllegalArgumentException if the count is not positive, or if a command cannot be
     *     encoded
     */
    public RaftSimReport seeds(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("seeds must be at least 1, not " + count);
        }
        Long only = Long.getLong(SEED_PROPERTY);
        if (only != null) {
            return seed(only);
        }
        RaftSimReport report = RaftSimReport.NOTHING;
        for (long seed = 1; seed <= count; seed++) {
            report = report.plus(seed(seed));
        }
        return report;
    }

    /**
     * Runs one seed.
     *
     * @param seed decides all that happens
     * @return what was done
     * @throws SimulationFailure if it does not end well; the message says all about it
     * @throws IllegalStateException if {@link #commands} was not called
     * @throws IllegalArgumentException if a command cannot be encoded
     */
    public RaftSimReport seed(long seed) {
        Function<? super Random, C> source = generator;
        if (source == null) {
            throw new IllegalStateException(
                    "no commands: say how they are made, as in .commands(random -> new"
                            + " Add(random.nextInt(10)))");
        }
        String again =
                "To see it again: .seed("
                        + seed
                        + ") in place of .seeds(\u2026), or -D"
                        + SEED_PROPERTY
                        + "="
                        + seed
                        + " for the test's JVM; every event with -D"
                        + TRACE_PROPERTY
                        + "=true";
        return run(
                "seed " + seed,
                again,
                () -> new Trial<>(kit(), seed, lines()).swarm(nodes, faults, source));
    }

    /**
     * Takes a cluster through a schedule, then heals it, and compares as {@link #seeds} does.
     * Nothing happens but what the schedule says: no other fault, command or snapshot.
     *
     * @param schedule the steps, in order
     * @return what was done
     * @throws SimulationFailure if it does not end well; the message says all about it
     */
    public RaftSimReport run(List<SimStep<C>> schedule) {
        StringBuilder steps = new StringBuilder("The schedule:");
        schedule.forEach(step -> steps.append("\n    ").append(step));
        return run(
                "a schedule of " + schedule.size() + " steps",
                steps.toString(),
                () -> new Trial<>(kit(), 1, lines()).schedule(nodes, schedule));
    }

    private RaftSimReport run(String name, String again, Supplier<RaftSimReport> run) {
        try {
            return QuietLibrary.during(run);
        } catch (SimulationFailure e) {
            SimulationFailure failure =
                    new SimulationFailure(name + ": " + e.getMessage() + "\n  " + again);
            failure.initCause(e.getCause());
            throw failure;
        }
    }

    private MachineKit<S, C, R> kit() {
        return new MachineKit<>(machine, commandCodec, resultCodec, fingerprint);
    }

    private @Nullable Consumer<String> lines() {
        return lines == null && Boolean.getBoolean(TRACE_PROPERTY) ? System.out::println : lines;
    }
}
