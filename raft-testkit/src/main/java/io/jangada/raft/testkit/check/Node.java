package io.jangada.raft.testkit.check;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A call or a return in a doubly linked list, in order of position. A list is a ring around a
 * sentinel, whose {@link #next} is the first node and whose position lies behind all others.
 */
final class Node<I, O> {

    /** What a node is; a list has nodes of one kind only. */
    enum Kind {
        /** The call of an operation that returned and cannot have changed the state. */
        READ,
        /** The call of another operation that returned. */
        CHANGE,
        /** The call of an operation of unknown outcome. */
        UNKNOWN,
        /** The return that a read or a change owes. */
        RETURN
    }

    final Kind kind;
    final long position;

    /** Number of the operation among those that returned, or among those of unknown outcome. */
    final int number;

    Node<I, O> previous = this;
    Node<I, O> next = this;

    private final @Nullable Operation<I, O> operation;

    /** The return of this call; null if this is a return itself or if none is owed. */
    private final @Nullable Node<I, O> end;

    Node(
            Kind kind,
            @Nullable Operation<I, O> operation,
            long position,
            int number,
            @Nullable Node<I, O> end) {
        this.kind = kind;
        this.operation = operation;
        this.position = position;
        this.number = number;
        this.end = end;
    }

    /** An empty list: its sentinel. */
    static <I, O> Node<I, O> list(Kind kind) {
        return new Node<>(kind, null, Operation.NEVER, -1, null);
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
