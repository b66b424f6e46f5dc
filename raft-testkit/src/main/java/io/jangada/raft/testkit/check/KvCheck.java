package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.Operation.Status;
import io.jangada.raft.testkit.check.SessionModel.Input;
import io.jangada.raft.testkit.check.Verdict.NotLinearizable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that there is to check in a history of a key-value store, such as one from a {@link
 * KvHistoryFile}: that it is linearizable, where attempts of one write (note {@code s}) take effect
 * once; and that stale reads, which are no part of that, never go backwards within a session and
 * never show what nobody wrote.
 */
public final class KvCheck {
    private static final SessionModel<Map<String, String>, KvInput, KvOutput> MODEL =
            new SessionModel<>(new KvModel());

    private KvCheck() {}

    /**
     * What stale reads saw that must not be.
     *
     * @param text what is wrong, a sentence without an end
     * @param operations the operations that show it, in order
     */
    public record Anomaly(String text, List<Operation<KvInput, KvOutput>> operations) {

        /** Copies the list. */
        public Anomaly {
            operations = List.copyOf(operations);
        }
    }

    /**
     * What a check came to.
     *
     * @param verdict whether there is an order of all operations but stale reads
     * @param explanation for a key that is not linearizable, what went wrong, where that is plain
     * @param anomalies what is wrong with stale reads
     * @param history what was checked
     */
    public record Result(
            Verdict<Input<KvInput>, KvOutput> verdict,
            Optional<String> explanation,
            List<Anomaly> anomalies,
            History<KvInput, KvOutput> history) {

        /** Copies the list. */
        public Result {
            anomalies = List.copyOf(anomalies);
        }

        /**
         * Whether all is well for certain.
         *
         * @return true if the history is linearizable and nothing is wrong with stale reads
         */
        public boolean isFine() {
            return verdict instanceof Verdict.Linearizable && anomalies.isEmpty();
        }

        /**
         * Whether something is wrong for certain.
         *
         * @return false also if the search was cut short and nothing else is wrong
         */
        public boolean isWrong() {
            return verdict instanceof NotLinearizable || !anomalies.isEmpty();
        }

        /**
         * The result for people.
         *
         * @return one line or several, without a line end at its end
         */
        public String message() {
            StringBuilder text = new StringBuilder(verdict.message());
            explanation.ifPresent(sentence -> text.append('\n').append(sentence));
            for (Anomaly anomaly : anomalies) {
                text.append("\nSTALE READS: ").append(anomaly.text()).append(':');
                anomaly.operations().forEach(each -> text.append("\n    ").append(each));
            }
            return text.toString();
        }

        /**
         * A page that shows what happened and what is wrong with it; see {@link Timeline}.
         *
         * @param title heads the page
         * @return HTML
         */
        public String timeline(String title) {
            History<Input<KvInput>, KvOutput> attempts = SessionModel.attempts(history);
            return Timeline.html(title, MODEL, attempts, verdict, message());
        }
    }

    /**
     * Checks a history.
     *
     * @param history what clients saw
     * @param budget how much the check may cost
     * @return the result
     * @throws IllegalArgumentException if a note {@code s} is not {@code SESSION:SEQUENCE}, or if
     *     two attempts of one write ask for different things
     */
    public static Result check(History<KvInput, KvOutput> history, Budget budget) {
        History<Input<KvInput>, KvOutput> attempts = SessionModel.attempts(history);
        Verdict<Input<KvInput>, KvOutput> verdict = Linearizability.check(MODEL, attempts, budget);
        List<Operation<KvInput, KvOutput>> once = onceEach(attempts);
        return new Result(verdict, explain(verdict, once), StaleReads.check(once), history);
    }

    /** Without what failed for certain, and with the attempts of a write as one. */
    private static List<Operation<KvInput, KvOutput>> onceEach(
            History<Input<KvInput>, KvOutput> attempts) {
        List<Operation<Input<KvInput>, KvOutput>> effective = new ArrayList<>();
        for (Operation<Input<KvInput>, KvOutput> operation : attempts.operations()) {
            if (operation.status() != Status.FAIL) {
                effective.add(operation);
            }
        }
        return MODEL.merged(effective).stream().map(KvCheck::plain).toList();
    }

    private static Operation<KvInput, KvOutput> plain(Operation<Input<KvInput>, KvOutput> attempt) {
        return SessionModel.with(attempt, attempt.input().input());
    }

    private static Optional<String> explain(
            Verdict<Input<KvInput>, KvOutput> verdict, List<Operation<KvInput, KvOutput>> once) {
        return verdict instanceof NotLinearizable<Input<KvInput>, KvOutput> no
                ? Optional.ofNullable(KvExplanation.of(plain(no.culprit()), once))
                : Optional.empty();
    }
}
