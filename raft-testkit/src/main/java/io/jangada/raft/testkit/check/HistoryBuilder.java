package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.Operation.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Grows a history event by event, in order, and keeps processes to one open operation each. */
final class HistoryBuilder<I, O> {

    private final List<Operation<I, O>> operations = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();

    /**
     * Index in {@link #operations} of the latest operation of each process whose operation is open
     * or of unknown outcome; such a process may call nothing else.
     */
    private final Map<Long, Integer> busy = new HashMap<>();

    /** Why a process may not call anything now, or null. */
    @Nullable String refusal(long process) {
        Integer index = busy.get(process);
        if (index == null) {
            return null;
        }
        Operation<I, O> earlier = operations.get(index);
        return "process "
                + process
                + " still has its "
                + earlier.input()
                + " of "
                + earlier.call()
                + (isOpen(earlier)
                        ? " open: a process has one operation at a time"
                        : ", which may yet take effect: use a new process id");
    }

    void invoke(long position, long nanos, long process, I input, Map<String, String> notes) {
        String refusal = refusal(process);
        if (refusal != null) {
            throw new IllegalStateException(refusal);
        }
        busy.put(process, operations.size());
        operations.add(
                new Operation<>(
                        process,
                        input,
                        Status.INFO,
                        null,
                        position,
                        nanos,
                        Operation.NEVER,
                        Operation.NEVER,
                        notes));
    }

    /** The operation of a process that has been called and has not ended, or null. */
    @Nullable Operation<I, O> open(long process) {
        Integer index = busy.get(process);
        return index != null && isOpen(operations.get(index)) ? operations.get(index) : null;
    }

    void end(
            long position,
            long nanos,
            long process,
            Status status,
            @Nullable O output,
            Map<String, String> notes) {
        Integer index = busy.get(process);
        if (index == null || !isOpen(operations.get(index))) {
            throw new IllegalStateException("process " + process + " has no operation open");
        }
        Operation<I, O> called = operations.get(index);
        Map<String, String> allNotes = new HashMap<>(called.notes());
        allNotes.putAll(notes);
        operations.set(
                index,
                new Operation<>(
                        process,
                        called.input(),
                        status,
                        output,
                        called.call(),
                        called.callNanos(),
                        position,
                        nanos,
                        allNotes));
        if (status != Status.INFO) {
            busy.remove(process);
        }
    }

    void fault(Fault fault) {
        faults.add(fault);
    }

    /** The history so far; open operations are of unknown outcome. */
    History<I, O> build() {
        return new History<>(operations, faults);
    }

    private static boolean isOpen(Operation<?, ?> operation) {
        return operation.end() == Operation.NEVER;
    }
}
