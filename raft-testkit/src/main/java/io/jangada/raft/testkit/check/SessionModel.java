package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Any service whose clients keep sessions: a write may be attempted as often as one likes under one
 * session and sequence number, takes effect once, and is answered the same each time.
 *
 * <p>Attempts of one write are one operation: it begins with the first call and must have taken
 * effect when the first answer came back. Attempts that failed for certain do not count. Two
 * different answers to one write are a partition of their own, which no order explains. Reads are
 * never merged.
 *
 * @param <S> state of the service
 * @param <I> what can be asked of it
 * @param <O> what can come back
 */
public final class SessionModel<S, I, O>
        implements Model<SessionModel.State<S, O>, SessionModel.Input<I>, O> {
    private static final String NOTE = "s";

    private final Model<S, I, O> service;

    /**
     * A service with sessions.
     *
     * @param service what it does without them
     */
    public SessionModel(Model<S, I, O> service) {
        this.service = service;
    }

    /**
     * Names a write of a client among all of a history.
     *
     * @param session the session
     * @param sequence the number of the write within it
     */
    public record WriteId(long session, long sequence) {

        /**
         * Reads one.
         *
         * @param text as in {@code 77:4}
         * @return session and sequence
         * @throws IllegalArgumentException if the text has another form
         */
        public static WriteId parse(String text) {
            String[] parts = text.split(":", -1);
            try {
                if (parts.length == 2) {
                    return new WriteId(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
                }
            } catch (NumberFormatException e) {
                // The message below is meant for it too.
            }
            throw new IllegalArgumentException(
                    "'" + text + "' is not SESSION:SEQUENCE, as in 77:4");
        }

        @Override
        public String toString() {
            return session + ":" + sequence;
        }
    }

    /**
     * An attempt.
     *
     * @param id which write it belongs to; null if it is not part of a session
     * @param input what is asked
     * @param isAnswerOnly whether only its answer is compared with other answers to the same write;
     *     set by {@link SessionModel#partition}
     * @param <I> what can be asked
     */
    public record Input<I>(@Nullable WriteId id, I input, boolean isAnswerOnly) {

        /**
         * An attempt.
         *
         * @param id which write it belongs to; null if it is not part of a session
         * @param input what is asked
         */
        public Input(@Nullable WriteId id, I input) {
            this(id, input, false);
        }

        @Override
        public String toString() {
            return id == null ? input.toString() : input + " (" + id + ")";
        }
    }

    /**
     * The state of a service with sessions.
     *
     * @param service that of the service
     * @param answer the answer given to the write whose answers are compared; null if none
     * @param <S> state of the service
     * @param <O> what can come back
     */
    public record State<S, O>(S service, @Nullable O answer) {
        @Override
        public String toString() {
            return answer == null ? service.toString() : "answered " + answer;
        }
    }

    /**
     * A history whose operations carry the note {@code s}, as histories in files do, as one of
     * attempts.
     *
     * @param history the history
     * @param <I> what can be asked
     * @param <O> what can come back
     * @return the same with session and sequence where the note is there
     * @throws IllegalArgumentException if a note is not {@code SESSION:SEQUENCE}
     */
    public static <I, O> History<Input<I>, O> attempts(History<I, O> history) {
        return new History<>(
                history.operations().stream()
                        .map(
                                operation -> {
                                    String note = operation.notes().get(NOTE);
                                    WriteId id = note == null ? null : WriteId.parse(note);
                                    return with(operation, new Input<>(id, operation.input()));
                                })
                        .toList(),
                history.faults());
    }

    @Override
    public State<S, O> initial() {
        return new State<>(service.initial(), null);
    }

    @Override
    public @Nullable State<S, O> step(State<S, O> state, Input<I> input, @Nullable O output) {
        if (input.isAnswerOnly()) {
            O first = state.answer();
            if (output == null || output.equals(first)) {
                return state;
            }
            return first == null ? new State<>(state.service(), output) : null;
        }
        S after = service.step(state.service(), input.input(), output);
        return after == null ? null : new State<>(after, null);
    }

    @Override
    public boolean isReadOnly(Input<I> input, @Nullable O output) {
        return !input.isAnswerOnly() && service.isReadOnly(input.input(), output);
    }

    @Override
    public boolean areIndependent(Input<I> one, Input<I> other) {
        return !one.isAnswerOnly()
                && !other.isAnswerOnly()
                && service.areIndependent(one.input(), other.input());
    }

    /**
     * Merges attempts, and leaves the rest to the service's own model.
     *
     * @throws IllegalArgumentException if two attempts of one write ask for different things
     */
    @Override
    public List<Partition<Input<I>, O>> partition(List<Operation<Input<I>, O>> operations) {
        List<Partition<Input<I>, O>> partitions = new ArrayList<>();
        attempts(operations)
                .forEach(
                        (id, all) -> {
                            List<Operation<Input<I>, O>> answered = new ArrayList<>(all);
                            answered.removeIf(each -> each.status() != Status.OK);
                            if (answered.stream().map(Operation::output).distinct().count() > 1) {
                                partitions.add(answersOf(id, answered));
                            }
                        });
        partitions.addAll(servicePartitions(merged(operations)));
        return partitions;
    }

    /**
     * The operations with the attempts of each write made one, none of which failed for certain.
     */
    List<Operation<Input<I>, O>> merged(List<Operation<Input<I>, O>> operations) {
        List<Operation<Input<I>, O>> merged = new ArrayList<>(operations);
        merged.removeIf(this::isAttempt);
        attempts(operations).forEach((id, all) -> merged.add(merge(id, all)));
        merged.sort(Comparator.comparingLong(Operation::call));
        return merged;
    }

    private boolean isAttempt(Operation<Input<I>, O> operation) {
        return operation.input().id() != null
                && !service.isReadOnly(operation.input().input(), null);
    }

    private Map<WriteId, List<Operation<Input<I>, O>>> attempts(
            List<Operation<Input<I>, O>> operations) {
        Map<WriteId, List<Operation<Input<I>, O>>> attempts = new LinkedHashMap<>();
        for (Operation<Input<I>, O> operation : operations) {
            WriteId id = operation.input().id();
            if (id != null && isAttempt(operation)) {
                attempts.computeIfAbsent(id, write -> new ArrayList<>(1)).add(operation);
            }
        }
        return attempts;
    }

    private static <I, O> Operation<Input<I>, O> merge(
            WriteId id, List<Operation<Input<I>, O>> attempts) {
        Operation<Input<I>, O> first = attempts.get(0);
        Operation<Input<I>, O> answered = null;
        for (Operation<Input<I>, O> each : attempts) {
            if (!each.input().equals(first.input())) {
                throw new IllegalArgumentException(
                        "write "
                                + id
                                + " was attempted as "
                                + first.input().input()
                                + " and as "
                                + each.input().input());
            }
            if (each.status() == Status.OK && (answered == null || each.end() < answered.end())) {
                answered = each;
            }
        }
        if (attempts.size() == 1) {
            return first;
        }
        Map<String, String> notes = new HashMap<>((answered == null ? first : answered).notes());
        notes.put("attempts", String.valueOf(attempts.size()));
        return new Operation<>(
                first.process(),
                first.input(),
                answered == null ? Status.INFO : Status.OK,
                answered == null ? null : answered.output(),
                first.call(),
                first.callNanos(),
                answered == null ? Operation.NEVER : answered.end(),
                answered == null ? Operation.NEVER : answered.endNanos(),
                notes);
    }

    private static <I, O> Partition<Input<I>, O> answersOf(
            WriteId id, List<Operation<Input<I>, O>> answered) {
        return new Partition<>(
                "answers to write " + id,
                answered.stream()
                        .map(each -> with(each, new Input<>(id, each.input().input(), true)))
                        .toList());
    }

    private List<Partition<Input<I>, O>> servicePartitions(List<Operation<Input<I>, O>> merged) {
        Map<Long, Operation<Input<I>, O>> byCall = new HashMap<>();
        List<Operation<I, O>> plain = new ArrayList<>(merged.size());
        for (Operation<Input<I>, O> operation : merged) {
            byCall.put(operation.call(), operation);
            plain.add(with(operation, operation.input().input()));
        }
        List<Partition<Input<I>, O>> partitions = new ArrayList<>();
        for (Partition<I, O> part : service.partition(plain)) {
            List<Operation<Input<I>, O>> operations = new ArrayList<>(part.operations().size());
            for (Operation<I, O> operation : part.operations()) {
                operations.add(requireNonNull(byCall.get(operation.call())));
            }
            partitions.add(new Partition<>(part.name(), operations));
        }
        return partitions;
    }

    /** The same operation, asked in other words. */
    static <A, B, O> Operation<B, O> with(Operation<A, O> operation, B input) {
        return new Operation<>(
                operation.process(),
                input,
                operation.status(),
                operation.output(),
                operation.call(),
                operation.callNanos(),
                operation.end(),
                operation.endNanos(),
                operation.notes());
    }
}
