package io.jangada.raft.impl.core;

import java.util.Arrays;

/**
 * How many bytes of this leadership's entries are not yet committed, and committed but not yet
 * applied: what back-pressure goes by. A ring of sizes by index.
 */
final class EntrySizes {
    /** What an entry costs beside its payload, so that empty ones are bounded too. */
    private static final int OVERHEAD = 64;

    private int[] sizes = new int[1024];

    /** Index of the oldest entry kept: the first one not applied. */
    private long firstIndex;

    private long lastIndex;
    private long commitIndex;
    private long uncommittedBytes;
    private long unappliedBytes;

    EntrySizes(long lastIndex) {
        this.firstIndex = lastIndex + 1;
        this.lastIndex = lastIndex;
        this.commitIndex = lastIndex;
    }

    long uncommittedBytes() {
        return uncommittedBytes;
    }

    long unappliedBytes() {
        return unappliedBytes;
    }

    void appended(int payloadBytes) {
        lastIndex++;
        if (lastIndex - firstIndex >= sizes.length) {
            grow();
        }
        sizes[slot(lastIndex)] = payloadBytes + OVERHEAD;
        uncommittedBytes += payloadBytes + OVERHEAD;
    }

    void committed(long index) {
        for (; commitIndex < index; commitIndex++) {
            int size = sizes[slot(commitIndex + 1)];
            uncommittedBytes -= size;
            unappliedBytes += size;
        }
    }

    void applied(long index) {
        for (; firstIndex <= Math.min(index, commitIndex); firstIndex++) {
            unappliedBytes -= sizes[slot(firstIndex)];
        }
    }

    private int slot(long index) {
        return (int) (index & (sizes.length - 1));
    }

    private void grow() {
        int[] old = sizes;
        sizes = Arrays.copyOf(old, old.length * 2);
        for (long index = firstIndex; index < lastIndex; index++) {
            sizes[slot(index)] = old[(int) (index & (old.length - 1))];
        }
    }
}
