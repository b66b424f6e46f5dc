package io.jangada.raft.testkit.check;

import java.util.List;

/**
 * Something done to the cluster while the history was recorded. It constrains no verdict; it is
 * kept because people who read a failure want to see what was going on.
 *
 * @param position its position in the history, among calls and ends
 * @param nanos when, in nanoseconds on the clock of the operations
 * @param name what, such as {@code cut}
 * @param arguments to whom, such as the halves of a cut
 */
public record Fault(long position, long nanos, String name, List<String> arguments) {

    /** Copies the arguments. */
    public Fault {
        arguments = List.copyOf(arguments);
    }
}
