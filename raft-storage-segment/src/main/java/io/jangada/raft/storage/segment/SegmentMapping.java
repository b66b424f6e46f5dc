package io.jangada.raft.storage.segment;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A mapped segment that can be unmapped while others read: the blocks of a deleted file are free
 * only when nobody maps it, and a mapping that is left to the garbage collector may stay for hours.
 */
final class SegmentMapping {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ByteBuffer bytes;
    private final ByteBuffer mapped;
    private boolean unmapped;

    /**
     * A mapping.
     *
     * @param mapped as it was mapped
     * @param bytes the part of it that is read
     */
    SegmentMapping(ByteBuffer mapped, ByteBuffer bytes) {
        this.mapped = mapped;
        this.bytes = bytes;
    }

    /** Reads; null if there is nothing any more. Nothing of the bytes may be kept. */
    <T> @Nullable T read(Function<ByteBuffer, T> reader) {
        lock.readLock().lock();
        try {
            return unmapped ? null : reader.apply(bytes);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Waits for those who are reading; later ones get nothing. */
    void unmap() {
        lock.writeLock().lock();
        try {
            if (!unmapped) {
                unmapped = true;
                Unmapping.unmap(mapped);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
