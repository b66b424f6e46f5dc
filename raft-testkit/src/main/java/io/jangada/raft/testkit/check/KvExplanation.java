package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.KvInput.Append;
import io.jangada.raft.testkit.check.KvInput.Cas;
import io.jangada.raft.testkit.check.KvInput.Delete;
import io.jangada.raft.testkit.check.KvInput.Get;
import io.jangada.raft.testkit.check.KvInput.Put;
import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives a read that nothing explains the name of what went wrong, where written values are unique
 * and tell it: a phantom, a value from the future, a stale or a lost one.
 */
final class KvExplanation {
    private final Operation<KvInput, KvOutput> read;
    private final List<Operation<KvInput, KvOutput>> others;

    private KvExplanation(
            Operation<KvInput, KvOutput> read, List<Operation<KvInput, KvOutput>> others) {
        this.read = read;
        this.others = others;
    }

    /**
     * Explains an answer.
     *
     * @param culprit the operation whose answer nothing explains
     * @param operations all of its key, none of which failed
     * @return a sentence; null if nothing can be said for certain
     */
    static @Nullable String of(
            Operation<KvInput, KvOutput> culprit, List<Operation<KvInput, KvOutput>> operations) {
        if (!(culprit.input() instanceof Get)
                || !(culprit.output() instanceof KvOutput.Value answer)) {
            return null;
        }
        List<Operation<KvInput, KvOutput>> sameKey = new ArrayList<>(operations);
        sameKey.removeIf(each -> !each.input().key().equals(culprit.input().key()));
        KvExplanation explanation = new KvExplanation(culprit, sameKey);
        return answer.value() == null
                ? explanation.ofAbsence()
                : explanation.ofValue(answer.value());
    }

    private @Nullable String ofAbsence() {
        boolean removed = others.stream().anyMatch(KvExplanation::mayRemove);
        Operation<KvInput, KvOutput> lost = null;
        for (Operation<KvInput, KvOutput> each : others) {
            if (each.status() == Status.OK && isBefore(each, read) && leavesValue(each)) {
                lost = each;
            }
        }
        return removed || lost == null
                ? null
                : "A LOST WRITE: nothing was read, though this had returned before, and nobody"
                        + " removed the key: "
                        + lost;
    }

    private @Nullable String ofValue(String value) {
        List<Operation<KvInput, KvOutput>> writers = new ArrayList<>();
        for (Operation<KvInput, KvOutput> each : others) {
            if (each.input() instanceof Append append && value.endsWith(append.suffix())) {
                return null; // The value may have been put together from several writes.
            }
            if (value.equals(valueWritten(each))) {
                writers.add(each);
            }
        }
        if (writers.isEmpty()) {
            return "A PHANTOM: nobody ever wrote " + KvOutput.show(value);
        }
        if (writers.stream().allMatch(writer -> isBefore(read, writer))) {
            return "FROM THE FUTURE: the value was read before its write was called: "
                    + writers.get(0);
        }
        return writers.size() == 1 ? staleness(writers.get(0)) : null;
    }

    private @Nullable String staleness(Operation<KvInput, KvOutput> writer) {
        for (Operation<KvInput, KvOutput> each : others) {
            boolean replaces = leavesValue(each) || each.input() instanceof Delete;
            if (each.status() == Status.OK
                    && replaces
                    && writer.status() == Status.OK
                    && isBefore(writer, each)
                    && isBefore(each, read)) {
                return "A STALE READ: the value had been replaced by what returned before: " + each;
            }
        }
        return null;
    }

    private static boolean isBefore(Operation<?, ?> one, Operation<?, ?> other) {
        return one.end() < other.call();
    }

    private static boolean mayRemove(Operation<KvInput, KvOutput> operation) {
        return operation.input() instanceof Delete
                || operation.input() instanceof Cas cas && cas.replacement() == null;
    }

    private static boolean leavesValue(Operation<KvInput, KvOutput> operation) {
        return operation.input() instanceof Append || valueWritten(operation) != null;
    }

    private static @Nullable String valueWritten(Operation<KvInput, KvOutput> operation) {
        if (operation.input() instanceof Put put) {
            return put.value();
        }
        boolean refused =
                operation.output() instanceof KvOutput.Swapped compared && !compared.swapped();
        return operation.input() instanceof Cas cas && !refused ? cas.replacement() : null;
    }
}
