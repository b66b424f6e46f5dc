package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A call or a return in a doubly linked list, in order of position. A list is a ring around a
 * sentinel, whose {@link #next} is the first node and whose position lies behind all others.
 */
final class Node<I, O> {

    final long position;

    /** Whether this is the call of an operation of unknown outcome, or the sentinel of such. */
    final boolean unknown;

    /** Number of the operation among those that returned, or among those of unknown outcome. */
    final int number;

    Node<I, O> previous = this;
    Node<I, O> next = this;

    private final @Nullable Operation<I, O> operation;

    /** The return of this call; null if this is a return itself or if none is owed. */
    private final @Nullable Node<I, O> end;

    Node(
            @Nullable Operation<I, O> operation,
            long position,
            int number,
            boolean unknown,
            @Nullable Node<I, O> end) {
        this.operation = operation;
        this.position = position;
        this.number = number;
        this.unknown = unknown;
        this.end = end;
    }

    /** An empty list: its sentinel. */
    static <I, O> Node<I, O> list(boolean unknown) {
        return new Node<>(null, Operation.NEVER, -1, unknown, null);
    }

    /** The operation of a node that is not a sentinel. */
    Operation<I, O> operation() {
        return requireNonNull(operation);
    }

    void appendTo(Node<I, O> list) {
        previous = list.previous;
        next = list;
        putBack();
    }

    /** Takes a call and its return out of their lists. Both remember their places. */
    void lift() {
        takeOut();
        if (end != null) {
            end.takeOut();
        }
    }

    /** Puts back what was lifted. Nodes must come back in the reverse order of being lifted. */
    void unlift() {
        if (end != null) {
            end.putBack();
        }
        putBack();
    }

    private void takeOut() {
        previous.next = next;
        next.previous = previous;
    }

    private void putBack() {
        previous.next = this;
        next.previous = this;
    }
}
