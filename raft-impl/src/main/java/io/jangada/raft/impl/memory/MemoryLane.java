package io.jangada.raft.impl.memory;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Frames on their way to one peer: a bounded queue in which nothing waits for the other lane. */
final class MemoryLane {
    private static final int QUEUED_FRAMES_MAX = 4096;

    /** Whether what it carries arrives as bulk data. */
    final boolean bulk;

    private final long queuedBytesMax;
    private final Queue<ByteBuffer> queue = new ArrayDeque<>();
    private long queuedBytes;

    /** Whether a task that delivers is under way or to come; of the link. */
    boolean busy;

    MemoryLane(boolean bulk, long queuedBytesMax) {
        this.bulk = bulk;
        this.queuedBytesMax = queuedBytesMax;
    }

    boolean hasRoomFor(int size) {
        return queue.size() < QUEUED_FRAMES_MAX && queuedBytes + size <= queuedBytesMax;
    }

    void add(ByteBuffer frame) {
        queue.add(frame);
        queuedBytes += frame.remaining();
    }

    @Nullable ByteBuffer poll() {
        ByteBuffer frame = queue.poll();
        if (frame != null) {
            queuedBytes -= frame.remaining();
        }
        return frame;
    }

    void clear() {
        queue.clear();
        queuedBytes = 0;
    }
}
