package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The way out to one peer on one lane: a bounded queue that any thread fills and the event loop
 * empties. However many frames are sent while the loop is busy, it is woken once and flushes once.
 *
 * <p>Invariant: {@link #pendingBytes} is the sum over all frames that were taken and whose bytes
 * the socket does not have yet, those included that Netty holds.
 */
final class Outbox {
    /**
     * What a queued frame costs beyond its bytes, so that many small frames are bounded as well.
     */
    static final int BOOKKEEPING_BYTES = 256;

    /** After this much the loop turns to its other connections. */
    private static final long DRAIN_BYTES_MAX = 256 << 10;

    /**
     * What the bulk lane queues besides one frame of the largest size: enough to keep a connection
     * busy, and little enough that what is queued is still wanted when it leaves.
     */
    private static final long BULK_QUEUE_BYTES = 4 << 20;

    private static final long SUMMARY_NANOS = 60_000_000_000L;

    private final TransportContext context;
    private final String name;
    private final EventLoop loop;
    private final long bytesMax;
    private final Queue<ByteBuf> frames = new ConcurrentLinkedQueue<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    private final Runnable drain = this::drain;

    private final LongAdder droppedCount = new LongAdder();
    private final LongAdder overflowCount = new LongAdder();
    private final AtomicBoolean overflowing = new AtomicBoolean();

    /** The open connection; null means that frames are dropped. Written by the loop only. */
    private volatile @Nullable Channel channel;

    /** Of the loop only. */
    private long sentBytes;

    private long overflowCountSeen;

    /** When the log heard last of frames that were dropped for want of room. */
    private volatile long saidNanos;

    /**
     * Whether a connection is being made for the frames that are here. They then wait for it, and
     * are not dropped.
     */
    private final AtomicBoolean opening = new AtomicBoolean();

    Outbox(TransportContext context, NodeId peer, Lane lane, EventLoop loop) {
        this.context = context;
        this.name = lane == Lane.MAIN ? peer.toString() : "the bulk lane to " + peer;
        this.loop = loop;
        this.bytesMax =
                lane == Lane.MAIN
                        ? context.settings().queueBytesMax()
                        : cost(context.settings().frameBytesMax()) + BULK_QUEUE_BYTES;
    }

    static long cost(int bodyBytes) {
        return (long) bodyBytes + FrameFormat.HEADER_BYTES + BOOKKEEPING_BYTES;
    }

    /** Any thread: takes the frame or drops it. */
    boolean send(OutboundFrame frame, int size) {
        if (channel == null && !opening.get()) {
            droppedCount.increment();
            return false;
        }
        long cost = cost(size);
        if (pendingBytes.addAndGet(cost) > bytesMax) {
            pendingBytes.addAndGet(-cost);
            onOverflow();
            return false;
        }
        ByteBuf buffer;
        try {
            buffer = FrameFormat.data(context.settings().allocator(), frame, size);
        } catch (RuntimeException | Error e) {
            pendingBytes.addAndGet(-cost);
            throw e;
        }
        frames.add(buffer);
        wake();
        return true;
    }

    /** Any thread: frames that were dropped since the beginning. */
    long droppedCount() {
        return droppedCount.sum();
    }

    /** Any thread: whether frames leave at once. */
    boolean isOpen() {
        return channel != null;
    }

    /** Any thread: whether the socket has all that was taken. */
    boolean isEmpty() {
        return pendingBytes.get() == 0;
    }

    /**
     * Any thread: lets frames wait for a connection.
     *
     * @return whether it is the caller's to have one made, since there is none and none is on its
     *     way
     */
    boolean beginOpening() {
        return channel == null && !opening.get() && opening.compareAndSet(false, true);
    }

    /** Loop only: frames go to this channel from now on, those that waited for it first. */
    void open(Channel to) {
        channel = to;
        opening.set(false);
        if (!frames.isEmpty()) {
            wake();
        }
    }

    /** Loop only: there is no connection any more, and what waited for it is dropped. */
    void close() {
        channel = null;
        opening.set(false);
        discard();
    }

    /** Loop only: bytes that sockets have taken since the beginning. */
    long sentBytes() {
        return sentBytes;
    }

    /** Any thread, once the loop has ended: frees what came too late. */
    void discard() {
        for (ByteBuf frame = frames.poll(); frame != null; frame = frames.poll()) {
            droppedCount.increment();
            pendingBytes.addAndGet(-cost(frame));
            frame.release();
        }
    }

    private static long cost(ByteBuf frame) {
        return (long) frame.readableBytes() + BOOKKEEPING_BYTES;
    }

    private void wake() {
        if (drainScheduled.get() || !drainScheduled.compareAndSet(false, true)) {
            return; // The drain to come sees the frame: it clears the flag before it looks.
        }
        try {
            loop.execute(drain);
        } catch (RejectedExecutionException closed) {
            drainScheduled.set(false);
            discard();
        }
    }

    private void drain() {
        drainScheduled.set(false);
        Channel to = channel;
        if (to == null) {
            if (!opening.get()) {
                discard();
            }
            return;
        }
        ByteBuf frame = frames.poll();
        long bytes = 0;
        while (frame != null) {
            bytes += cost(frame);
            ByteBuf next = bytes < DRAIN_BYTES_MAX ? frames.poll() : null;
            if (next == null) {
                writeLast(to, frame, bytes);
            } else {
                to.write(frame, to.voidPromise());
            }
            frame = next;
        }
        to.flush();
        if (!frames.isEmpty()) {
            wake();
        }
    }

    /** Netty writes in order: when the last frame of a drain is done, so are those before it. */
    private void writeLast(Channel to, ByteBuf frame, long bytesOfDrain) {
        to.write(frame)
                .addListener(
                        done -> {
                            pendingBytes.addAndGet(-bytesOfDrain);
                            if (done.isSuccess()) {
                                sentBytes += bytesOfDrain;
                            }
                        });
    }

    private void onOverflow() {
        droppedCount.increment();
        overflowCount.increment();
        if (overflowing.compareAndSet(false, true)) {
            saidNanos = System.nanoTime();
            context.log(
                    Level.WARNING,
                    name
                            + " takes frames too slowly: the queue of "
                            + bytesMax
                            + " bytes for it is full, and frames are dropped");
        }
    }

    /** Loop only, at regular intervals and when a connection ends: sums up what was dropped. */
    void report(long nowNanos) {
        if (!overflowing.get()) {
            return;
        }
        long count = overflowCount.sum();
        if (count == overflowCountSeen) {
            overflowing.set(false);
            context.log(
                    Level.WARNING,
                    "the queue for "
                            + name
                            + " has room again; dropped so far: "
                            + count
                            + " frames");
        } else if (nowNanos - saidNanos > SUMMARY_NANOS) {
            saidNanos = nowNanos;
            context.log(
                    Level.WARNING,
                    "the queue for "
                            + name
                            + " is still full; dropped so far: "
                            + count
                            + " frames");
        }
        overflowCountSeen = count;
    }
}
