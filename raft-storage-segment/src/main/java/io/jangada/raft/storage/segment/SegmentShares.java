package io.jangada.raft.storage.segment;

import java.util.Arrays;

/**
 * How much of each segment the live entries of a group take: which segments it needs, and what
 * moving its entries elsewhere would cost. Bytes are exact while entries are added, and an average
 * once some have been removed.
 */
final class SegmentShares {
    /** Takes what one group needs of one segment. */
    interface Visitor {
        void share(int segment, long entries, long bytes);
    }

    private int[] segments = new int[2];
    private long[] entries = new long[2];
    private long[] bytes = new long[2];
    private int size;

    /** The share that was used last: neighbours mostly stand in one segment. */
    private int lastUsed;

    void add(long position, long recordBytes) {
        int segment = Position.segment(position);
        int at = find(segment);
        if (at < 0) {
            if (size == segments.length) {
                segments = Arrays.copyOf(segments, size * 2);
                entries = Arrays.copyOf(entries, size * 2);
                bytes = Arrays.copyOf(bytes, size * 2);
            }
            at = size++;
            segments[at] = segment;
            entries[at] = 0;
            bytes[at] = 0;
            lastUsed = at;
        }
        entries[at]++;
        bytes[at] += recordBytes;
    }

    /** Takes an entry out; one without a position was never in. */
    void remove(long position) {
        if (position == Position.NONE) {
            return;
        }
        int at = find(Position.segment(position));
        bytes[at] -= bytes[at] / entries[at];
        if (--entries[at] == 0) {
            size--;
            segments[at] = segments[size];
            entries[at] = entries[size];
            bytes[at] = bytes[size];
        }
    }

    private int find(int segment) {
        if (lastUsed < size && segments[lastUsed] == segment) {
            return lastUsed;
        }
        for (int at = size - 1; at >= 0; at--) {
            if (segments[at] == segment) {
                lastUsed = at;
                return at;
            }
        }
        return -1;
    }

    void clear() {
        size = 0;
    }

    void visit(Visitor visitor) {
        for (int at = 0; at < size; at++) {
            visitor.share(segments[at], entries[at], bytes[at]);
        }
    }
}
