package io.jangada.raft.testkit.check;

import java.util.List;

/**
 * What a check found out. Only {@link Linearizable} is a pass.
 *
 * @param <I> what can be asked
 * @param <O> what can come back
 */
public sealed interface Verdict<I, O> {

    /**
     * The verdict for people; several lines if something is wrong.
     *
     * @return the text, without a line end at its end
     */
    String message();

    /**
     * There is an order that explains every answer.
     *
     * @param operations how many operations took part; zero proves nothing
     * @param partitions in how many parts
     * @param <I> what can be asked
     * @param <O> what can come back
     */
    record Linearizable<I, O>(int operations, int partitions) implements Verdict<I, O> {
        @Override
        public String message() {
            return "LINEARIZABLE: " + operations + " operations in " + partitions + " partitions";
        }
    }

    /**
     * No order explains the answers of one partition, the smallest such.
     *
     * @param partition its name
     * @param size how many operations it has
     * @param culprit the operation whose answer nothing explains, though all answers that came
     *     before it can be explained
     * @param prefix an order of operations that explains all answers that came before it
     * @param pending operations called before the culprit answered that are not in that order, in
     *     order of their calls, the culprit among them
     * @param states states (some, as text) that such orders lead to, just before the culprit's
     *     answer
     * @param <I> what can be asked
     * @param <O> what can come back
     */
    record NotLinearizable<I, O>(
            String partition,
            int size,
            Operation<I, O> culprit,
            List<Operation<I, O>> prefix,
            List<Operation<I, O>> pending,
            List<String> states)
            implements Verdict<I, O> {

        private static final int SHOWN_MAX = 10;

        /** Copies the lists. */
        public NotLinearizable {
            prefix = List.copyOf(prefix);
            pending = List.copyOf(pending);
            states = List.copyOf(states);
        }

        @Override
        public String message() {
            StringBuilder text = new StringBuilder();
            text.append("NOT LINEARIZABLE: ").append(partition);
            text.append(", ").append(size).append(" operations, conflict at events ");
            text.append(from()).append("..").append(culprit.end()).append('\n');
            text.append("No order explains this answer together with all that came before it:\n");
            line(text, culprit);
            text.append("States possible just before it was given: ");
            text.append(String.join("  or  ", states)).append('\n');
            int hidden = Math.max(0, prefix.size() - SHOWN_MAX);
            text.append("The longest order found, ").append(prefix.size()).append(" operations");
            text.append(hidden == 0 ? ":\n" : ", of which the last " + SHOWN_MAX + ":\n");
            prefix.subList(hidden, prefix.size()).forEach(operation -> line(text, operation));
            text.append("Open when the answer was given, and not in that order:\n");
            pending.forEach(operation -> line(text, operation));
            return text.deleteCharAt(text.length() - 1).toString();
        }

        /** Where the first of what was open at the conflict was called. */
        private long from() {
            return pending.stream().mapToLong(Operation::call).min().orElse(culprit.call());
        }

        private static void line(StringBuilder text, Operation<?, ?> operation) {
            text.append("    ").append(operation).append('\n');
        }
    }

    /**
     * The search was cut short. Nothing wrong was found, but it may be there.
     *
     * @param partition the first partition that could not be settled
     * @param why the bound that was hit
     * @param <I> what can be asked
     * @param <O> what can come back
     */
    record Unknown<I, O>(String partition, String why) implements Verdict<I, O> {
        @Override
        public String message() {
            return "UNKNOWN: " + partition + ": " + why;
        }
    }
}
