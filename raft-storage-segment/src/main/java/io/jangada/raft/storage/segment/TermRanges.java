package io.jangada.raft.storage.segment;

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
        insert(size, index, term);
    }

    /** Forgets everything from this index on. */
    void truncate(long from) {
        while (size > 0 && firsts[size - 1] >= from) {
            size--;
        }
    }

    /** Forgets everything below an index, which is present or follows the last one. */
    void dropBelow(long index) {
        int gone = 0;
        while (gone + 1 < size && firsts[gone + 1] <= index) {
            gone++;
        }
        remove(0, gone);
    }

    void clear() {
        size = 0;
    }

    /** The term of an index that is present. */
    long term(long index) {
        return terms[rangeOf(index)];
    }

    /** Replaces the term of an index that is present; the last index is told to end its range. */
    void set(long index, long term, long last) {
        int at = rangeOf(index);
        long old = terms[at];
        if (old == term) {
            return;
        }
        boolean endsHere = at + 1 < size ? firsts[at + 1] == index + 1 : index == last;
        if (!endsHere) {
            insert(at + 1, index + 1, old);
        }
        if (firsts[at] == index) {
            terms[at] = term;
        } else {
            insert(++at, index, term);
        }
        joinWithNext(at);
        joinWithNext(at - 1);
    }

    private void joinWithNext(int at) {
        if (at >= 0 && at + 1 < size && terms[at] == terms[at + 1]) {
            remove(at + 1, 1);
        }
    }

    private int rangeOf(long index) {
        if (firsts[size - 1] <= index) {
            return size - 1;
        }
        int at = Arrays.binarySearch(firsts, 0, size, index);
        // The first range may begin below the log.
        return at >= 0 ? at : Math.max(0, -at - 2);
    }

    private void insert(int at, long first, long term) {
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, size * 2);
            terms = Arrays.copyOf(terms, size * 2);
        }
        System.arraycopy(firsts, at, firsts, at + 1, size - at);
        System.arraycopy(terms, at, terms, at + 1, size - at);
        firsts[at] = first;
        terms[at] = term;
        size++;
    }

    private void remove(int at, int count) {
        System.arraycopy(firsts, at + count, firsts, at, size - at - count);
        System.arraycopy(terms, at + count, terms, at, size - at - count);
        size -= count;
    }
}
