package io.jangada.raft.storage.segment;

/**
 * Where a record stands, in one long: segment in the upper half, offset in the lower. Segments
 * count from 1, so 0 is no position.
 */
final class Position {
    static final long NONE = 0;

    private Position() {}

    static long of(int segment, int offset) {
        return (long) segment << 32 | offset;
    }

    static int segment(long position) {
        return (int) (position >>> 32);
    }

    static int offset(long position) {
        return (int) position;
    }
}
