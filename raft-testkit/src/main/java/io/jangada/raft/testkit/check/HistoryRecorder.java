package io.jangada.raft.testkit.check;

import io.jangada.raft.testkit.check.Operation.Status;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Notes down what clients do while they do it. A client says {@code invoke} before it sends
 * anything, and one of {@code ok}, {@code fail} and {@code info} after it has received everything;
 * the recorder takes position and time itself, so that their order is that of the calls to it.
 *
 * <p>Saying {@code fail} for an operation that did take effect makes a sound history look wrong. A
 * time-out, a closed connection and a lost leader are {@code info}; {@code fail} is for refusals
 * that certainly changed nothing. A comparison that failed is an answer, hence {@code ok}.
 *
 * <p><b>Threading.</b> All methods may be called from any thread.
 *
 * @param <I> what can be asked
 * @param <O> what can come back
 */
public final class HistoryRecorder<I, O> {

    private final LongSupplier clock;
    private final HistoryBuilder<I, O> builder = new HistoryBuilder<>();
    private long nextPosition;
    private long nextProcess;

    /**
     * An empty history.
     *
     * @param clock nanoseconds on one monotonic clock, such as {@code System::nanoTime} or the
     *     virtual time of a simulation
     */
    public HistoryRecorder(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * A process id that was not given out before. A client takes one when it starts, and another
     * one after each operation that ended {@code info}.
     *
     * @return 0, 1, 2, …
     */
    public synchronized long newProcess() {
        return nextProcess++;
    }

    /**
     * The process is about to send an operation.
     *
     * @param process the client process
     * @param input what it asks
     * @throws IllegalStateException if an operation of this process is open or of unknown outcome
     */
    public void invoke(long process, I input) {
        invoke(process, input, Map.of());
    }

    /**
     * The process is about to send an operation.
     *
     * @param process the client process
     * @param input what it asks
     * @param notes for people, such as {@code node}
     * @throws IllegalStateException if an operation of this process is open or of unknown outcome
     */
    public synchronized void invoke(long process, I input, Map<String, String> notes) {
        builder.invoke(nextPosition, clock.getAsLong(), process, input, notes);
        nextPosition++;
    }

    /**
     * The open operation of the process took effect and answered.
     *
     * @param process the client process
     * @param output the answer
     * @throws IllegalStateException if this process has no operation open
     */
    public void ok(long process, O output) {
        ok(process, output, Map.of());
    }

    /**
     * The open operation of the process took effect and answered.
     *
     * @param process the client process
     * @param output the answer
     * @param notes for people, such as {@code idx} and {@code term}
     * @throws IllegalStateException if this process has no operation open
     */
    public synchronized void ok(long process, O output, Map<String, String> notes) {
        builder.end(nextPosition, clock.getAsLong(), process, Status.OK, output, notes);
        nextPosition++;
    }

    /**
     * The open operation of the process certainly had no effect and never will.
     *
     * @param process the client process
     * @param error why, for people
     * @throws IllegalStateException if this process has no operation open
     */
    public synchronized void fail(long process, String error) {
        endWithout(process, Status.FAIL, error);
    }

    /**
     * What became of the open operation of the process is not known. The process id is spent.
     *
     * @param process the client process
     * @param error why, for people
     * @throws IllegalStateException if this process has no operation open
     */
    public synchronized void info(long process, String error) {
        endWithout(process, Status.INFO, error);
    }

    /**
     * Something was done to the cluster.
     *
     * @param name what
     * @param arguments to whom
     */
    public synchronized void fault(String name, List<String> arguments) {
        builder.fault(new Fault(nextPosition, clock.getAsLong(), name, arguments));
        nextPosition++;
    }

    /**
     * What was recorded so far.
     *
     * @return a copy; operations still open are of unknown outcome
     */
    public synchronized History<I, O> history() {
        return builder.build();
    }

    private void endWithout(long process, Status status, String error) {
        Map<String, String> notes = Map.of("error", error);
        builder.end(nextPosition, clock.getAsLong(), process, status, null, notes);
        nextPosition++;
    }
}
