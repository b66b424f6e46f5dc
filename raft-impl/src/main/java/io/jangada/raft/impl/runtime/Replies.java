package io.jangada.raft.impl.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The replies that a session keeps, by the sequence of their writes. These come nearly in order,
 * one goes as another comes, and there is one for every write: so it is a sorted ring.
 */
final class Replies {
    private static final int CAPACITY_MIN = 8;
    private static final byte[] GONE = {};

    private long[] sequences = new long[CAPACITY_MIN];
    private byte[][] replies = new byte[CAPACITY_MIN][];

    /** Where the lowest sequence is. */
    private int head;

    private int size;

    /** Takes what is kept at an index. */
    interface Visitor<X extends Exception> {
        void visit(long sequence, byte[] reply) throws X;
    }

    Replies copy() {
        Replies copy = new Replies();
        copy.sequences = sequences.clone();
        copy.replies = replies.clone();
        copy.head = head;
        copy.size = size;
        return copy;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The lowest sequence; there must be one. */
    long first() {
        return sequences[slot(0)];
    }

    /** The highest sequence; there must be one. */
    long last() {
        return sequences[slot(size - 1)];
    }

    byte @Nullable [] get(long sequence) {
        int at = find(sequence);
        return at < size && sequences[slot(at)] == sequence ? replies[slot(at)] : null;
    }

    /** Keeps a reply, in place of an earlier one to the same write. */
    void put(long sequence, byte[] reply) {
        int at = find(sequence);
        if (at == size || sequences[slot(at)] != sequence) {
            open(at);
            sequences[slot(at)] = sequence;
        }
        replies[slot(at)] = reply;
    }

    /** Forgets the reply to the lowest sequence, and returns it. */
    byte[] removeFirst() {
        byte[] reply = replies[head];
        replies[head] = GONE;
        head = slot(1);
        size--;
        return reply;
    }

    /** In the order of the sequences. */
    <X extends Exception> void forEach(Visitor<X> visitor) throws X {
        for (int at = 0; at < size; at++) {
            visitor.visit(sequences[slot(at)], replies[slot(at)]);
        }
    }

    /** The place of the first sequence that is not lower; mostly behind the last one. */
    private int find(long sequence) {
        if (size == 0 || sequence > last()) {
            return size;
        }
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sequences[slot(middle)] < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Makes a place, by moving what is behind it. */
    private void open(int at) {
        if (size == sequences.length) {
            grow();
        }
        size++;
        for (int i = size - 1; i > at; i--) {
            sequences[slot(i)] = sequences[slot(i - 1)];
            replies[slot(i)] = replies[slot(i - 1)];
        }
    }

    private void grow() {
        long[] moreSequences = new long[2 * sequences.length];
        byte[][] moreReplies = new byte[2 * replies.length][];
        for (int at = 0; at < size; at++) {
            moreSequences[at] = sequences[slot(at)];
            moreReplies[at] = replies[slot(at)];
        }
        sequences = moreSequences;
        replies = moreReplies;
        head = 0;
    }

    private int slot(int at) {
        return head + at & sequences.length - 1;
    }
}
