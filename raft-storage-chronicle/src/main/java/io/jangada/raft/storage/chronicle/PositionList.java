package io.jangada.raft.storage.chronicle;

import java.util.ArrayList;
import java.util.List;

/** Positions of consecutive indexes, 8 bytes each, in chunks so that growing copies nothing. */
final class PositionList {
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int MASK = CHUNK - 1;

    private final List<long[]> chunks = new ArrayList<>();
    private int size;

    int size() {
        return size;
    }

    long get(int i) {
        return chunks.get(i >> CHUNK_BITS)[i & MASK];
    }

    void set(int i, long position) {
        chunks.get(i >> CHUNK_BITS)[i & MASK] = position;
    }

    void add(long position) {
        if (size >> CHUNK_BITS == chunks.size()) {
            chunks.add(new long[CHUNK]);
        }
        set(size++, position);
    }

    /** Keeps the first {@code count}. */
    void truncate(int count) {
        size = count;
        int chunksKept = (count + MASK) >> CHUNK_BITS;
        while (chunks.size() > chunksKept) {
            chunks.remove(chunks.size() - 1);
        }
    }
}
