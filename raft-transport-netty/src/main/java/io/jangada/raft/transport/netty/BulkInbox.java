package io.jangada.raft.transport.netty;

import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of one bulk connection to the listener, one by one, on a thread that may wait
 * for a disk. While frames are waiting here the connection is not read, and so the sender's queue
 * fills up rather than our memory: what is here is at most one frame and what was read with its
 * last bytes.
 */
final class BulkInbox {
    private final Channel channel;
    private final Executor threads;
    private final Consumer<ByteBuffer> listener;
    private final Queue<ByteBuffer> frames = new ArrayDeque<>();

    /** Whether a thread takes frames from here, or is about to. */
    private boolean busy;

    private boolean closed;

    /**
     * An empty one.
     *
     * @param channel not read while frames wait
     * @param threads where the listener is called
     * @param listener does not throw
     */
    BulkInbox(Channel channel, Executor threads, Consumer<ByteBuffer> listener) {
        this.channel = channel;
        this.threads = threads;
        this.listener = listener;
    }

    /** Loop only: takes a copy of a frame. */
    void add(ByteBuffer body) {
        ByteBuffer frame = ByteBuffer.allocate(body.remaining()).put(body).flip();
        channel.config().setAutoRead(false);
        if (enqueue(frame)) {
            try {
                threads.execute(this::deliver);
            } catch (RejectedExecutionException closing) {
                close();
            }
        }
    }

    /** Forgets what is waiting; a call under way ends by itself. */
    synchronized void close() {
        closed = true;
        frames.clear();
    }

    /** Returns whether a thread has to be found. */
    private synchronized boolean enqueue(ByteBuffer frame) {
        if (closed) {
            return false;
        }
        frames.add(frame);
        boolean idle = !busy;
        busy = true;
        return idle;
    }

    private void deliver() {
        for (ByteBuffer frame = next(); frame != null; frame = next()) {
            listener.accept(frame);
        }
        IoThreads.execute(channel.eventLoop(), this::readOn);
    }

    private synchronized @Nullable ByteBuffer next() {
        ByteBuffer frame = frames.poll();
        busy = frame != null;
        return frame;
    }

    /** What was read before the reading stopped may have brought more frames meanwhile. */
    private void readOn() {
        if (!isBusy()) {
            channel.config().setAutoRead(true);
        }
    }

    private synchronized boolean isBusy() {
        return busy;
    }
}
