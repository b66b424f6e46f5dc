package io.jangada.raft.storage.segment;

import java.util.ArrayList;
import java.util.List;

/**
 * Positions of consecutive indexes, 8 bytes each, in chunks so that growing copies nothing and
 * dropping a prefix gives its memory back.
 */
final class PositionList {
    private static final int CHUNK_BITS = 7;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int MASK = CHUNK - 1;

    private final List<long[]> chunks = new ArrayList<>();

    /** Where the first position stands in the first chunk. */
    private int start;

    private int size;

    int size() {
        return size;
    }

    long get(int i) {
        int at = start + i;
        return chunks.get(at >> CHUNK_BITS)[at & MASK];
    }

    void set(int i, long position) {
        int at = start + i;
        chunks.get(at >> CHUNK_BITS)[at & MASK] = position;
    }

    void add(long position) {
        if (start + size >> CHUNK_BITS == chunks.size()) {
            chunks.add(new long[CHUNK]);
        }
        set(size++, position);
    }

    /** Keeps the first {@code count}. */
    void truncate(int count) {
        size = count;
        int chunksKept = start + count + MASK >> CHUNK_BITS;
        if (chunks.size() > chunksKept) {
            chunks.subList(chunksKept, chunks.size()).clear();
        }
    }

    /** Forgets the first {@code count}; those behind move to the front without being copied. */
    void dropFirst(int count) {
        size -= count;
        int at = start + count;
        chunks.subList(0, Math.min(at >> CHUNK_BITS, chunks.size())).clear();
        start = at & MASK;
    }
}
