package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One operation of one client: what was asked, what came back, and when.
 *
 * <p>Only positions decide what happened before what: an operation precedes another if its return
 * stands at a lower position of the history than the other's call. No two events share a position.
 * Clock times are kept for people.
 *
 * @param process the client process, which has at most one operation open
 * @param input what was asked
 * @param status how it ended
 * @param output what came back; present exactly if {@code status} is {@link Status#OK}
 * @param call position of the call in the history
 * @param callNanos time of the call in nanoseconds, taken before anything was sent
 * @param end position of the event that ended it, {@link #NEVER} if none did
 * @param endNanos time of that event in nanoseconds, taken after everything was received; {@link
 *     #NEVER} if none
 * @param notes what else the client knows, such as {@code node} or {@code error}: for people, never
 *     looked at by the checker
 * @param <I> what can be asked
 * @param <O> what can come back
 */
public record Operation<I, O>(
        long process,
        I input,
        Status status,
        @Nullable O output,
        long call,
        long callNanos,
        long end,
        long endNanos,
        Map<String, String> notes) {

    /** Position and time of an end that is not part of the history. */
    public static final long NEVER = Long.MAX_VALUE;

    /** How an operation ended, as far as its client knows. */
    public enum Status {
        /** It took effect between call and end, with the output given. */
        OK,
        /** It certainly had no effect. */
        FAIL,
        /** Not known: it may take effect at any time after its call, or never. */
        INFO
    }

    /**
     * Checks that the parts agree.
     *
     * @throws IllegalArgumentException if it ends before its call, or if an output is given for an
     *     operation that has none, or is missing
     */
    public Operation {
        requireNonNull(input, "input");
        requireNonNull(status, "status");
        notes = Map.copyOf(notes);
        if (end <= call) {
            throw new IllegalArgumentException(
                    "operation at "
                            + call
                            + " of process "
                            + process
                            + " ends at "
                            + end
                            + ", which is not after its call");
        }
        if ((status == Status.OK) != (output != null)) {
            throw new IllegalArgumentException(
                    "operation at "
                            + call
                            + " of process "
                            + process
                            + " ended "
                            + status
                            + (output == null ? " without an output" : " and has an output"));
        }
    }

    /** One line: process, what was asked and answered, positions, notes. */
    @Override
    public String toString() {
        String answer = output != null ? output.toString() : status == Status.FAIL ? "fail" : "?";
        String range = call + ".." + (end == NEVER ? "" : String.valueOf(end));
        return "p"
                + process
                + " "
                + input
                + " -> "
                + answer
                + "  [i "
                + range
                + "]"
                + (notes.isEmpty() ? "" : " " + new TreeMap<>(notes));
    }
}
