package io.jangada.raft.storage.chronicle;

import java.util.Arrays;

/** The term of every index, as the places where it changes: terms change rarely along a log. */
final class TermRanges {
    private long[] firsts = new long[8];
    private long[] terms = new long[8];
    private int size;

    /** Adds the term of an index above all others. */
    void append(long index, long term) {
        if (size > 0 && terms[size - 1] == term) {
            return;
        }
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, size * 2);
            terms = Arrays.copyOf(terms, size * 2);
        }
        firsts[size] = index;
        terms[size++] = term;
    }

    /** Forgets everything from this index on. */
    void truncate(long from) {
        while (size > 0 && firsts[size - 1] >= from) {
            size--;
        }
    }

    /** The term of an index that is present. */
    long term(long index) {
        if (firsts[size - 1] <= index) {
            return terms[size - 1];
        }
        int at = Arrays.binarySearch(firsts, 0, size, index);
        return terms[at >= 0 ? at : -at - 2];
    }
}
