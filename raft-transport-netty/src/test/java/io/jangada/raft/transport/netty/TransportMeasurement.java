package io.jangada.raft.transport.netty;

import com.sun.management.ThreadMXBean;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.TransportListener;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints what the transport reaches between two nodes in one process on loopback. To be run by
 * hand; the first argument names the allocator ({@code pooled} or {@code default}), the second the
 * event loop ({@code native} or {@code nio}).
 */
public final class TransportMeasurement {
    private static final int FRAME_BYTES = 300;
    private static final int WARM_UP = 200_000;
    private static final int ROUNDS = 50_000;
    private static final int FRAMES = 2_000_000;
    private static final int OUTSTANDING = 64;
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");

    private final ByteBufAllocator allocator;
    private final boolean nativeIo;

    /** Echoes at B, and what happens at A on an answer. */
    private volatile boolean echo = true;

    private volatile Runnable onAnswer = () -> {};
    private volatile long arrivedNanos;
    private volatile long frameNanos;

    /** The transport of B, and what it counts. */
    private volatile NettyTransport echoing;

    private long arrived;
    private volatile long expected = -1;
    private volatile CountDownLatch done = new CountDownLatch(1);

    private TransportMeasurement(ByteBufAllocator allocator, boolean nativeIo) {
        this.allocator = allocator;
        this.nativeIo = nativeIo;
    }

    /**
     * Measures and prints.
     *
     * @param args see the class
     * @throws Exception ends the program
     */
    public static void main(String[] args) throws Exception {
        boolean pooled = args.length == 0 || args[0].equals("pooled");
        boolean nativeIo = args.length < 2 || args[1].equals("native");
        new TransportMeasurement(
                        pooled ? PooledByteBufAllocator.DEFAULT : ByteBufAllocator.DEFAULT,
                        nativeIo)
                .run();
    }

    private record Stamped(int size, long nanos) implements OutboundFrame {
        @Override
        public void writeTo(ByteBuffer target) {
            target.putLong(nanos);
            target.position(target.position() + size - Long.BYTES);
        }
    }

    private void run() throws Exception {
        try (NettyTransport a = started(A, this::onAnswer);
                NettyTransport b = started(B, frame -> {})) {
            echoing = b;
            a.connect(B, "127.0.0.1:" + b.port());
            b.connect(A, "127.0.0.1:" + a.port());
            await(a, B);
            await(b, A);
            roundTrips(a, WARM_UP, null, null);
            long[] oneWay = new long[ROUNDS];
            long[] both = new long[ROUNDS];
            long allocated = allocatedBytes();
            roundTrips(a, ROUNDS, oneWay, both);
            long perFrame = (allocatedBytes() - allocated) / (2L * ROUNDS);
            print("one way, 300 B", oneWay);
            print("round trip, 300 B", both);
            System.out.printf("allocated per frame, one at a time: %d B%n", perFrame);
            window(a, "64 outstanding, echoed, 300 B", FRAME_BYTES, FRAMES);
            idle();
            echo = false;
            flood(a, "one way, 300 B, queue kept full", FRAME_BYTES, FRAMES);
            flood(a, "one way, 64 KiB", 64 << 10, 50_000);
        }
    }

    private interface Answers {
        void on(ByteBuffer frame);
    }

    private NettyTransport started(NodeId id, Answers answers) {
        NettyTransport transport =
                NettyTransport.builder().allocator(allocator).nativeIo(nativeIo).build();
        transport.start(
                new PeerIdentity("m", id, StoreId.of(1, id.hashCode()), 1),
                new TransportListener() {
                    @Override
                    public Optional<String> onHello(PeerIdentity peer) {
                        return Optional.empty();
                    }

                    @Override
                    public void onFrame(NodeId from, ByteBuffer frame) {
                        if (id.equals(B)) {
                            onRequest(frame);
                        } else {
                            answers.on(frame);
                        }
                    }

                    @Override
                    public void onBulkFrame(NodeId from, ByteBuffer frame) {
                        throw new AssertionError("nobody sends bulk data here");
                    }
                });
        return transport;
    }

    private void onRequest(ByteBuffer frame) {
        arrived++;
        if (echo) {
            long now = System.nanoTime();
            arrivedNanos = now;
            echoing.send(A, new Stamped(FRAME_BYTES, frame.getLong(frame.position())));
        } else if (arrived == expected) {
            done.countDown();
        }
    }

    private void onAnswer(ByteBuffer frame) {
        frameNanos = frame.getLong(frame.position());
        onAnswer.run();
    }

    private static void await(NettyTransport from, NodeId to) {
        while (!from.send(to, new Stamped(FRAME_BYTES, 0))) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void roundTrips(NettyTransport a, int rounds, long[] oneWay, long[] both)
            throws InterruptedException {
        Semaphore answered = new Semaphore(0);
        onAnswer = answered::release;
        // The first frames, which found out that the connections stand, are answered first.
        boolean busy = true;
        while (busy) {
            busy = answered.tryAcquire(50, TimeUnit.MILLISECONDS);
        }
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            a.send(B, new Stamped(FRAME_BYTES, begin));
            answered.acquire();
            long end = System.nanoTime();
            if (both != null && oneWay != null) {
                both[round] = end - begin;
                oneWay[round] = arrivedNanos - frameNanos;
            }
        }
    }

    private void window(NettyTransport a, String name, int size, int frames)
            throws InterruptedException {
        Semaphore room = new Semaphore(OUTSTANDING);
        onAnswer = room::release;
        long begin = System.nanoTime();
        long cpu = cpuNanos();
        long allocated = allocatedBytes();
        for (int frame = 0; frame < frames; frame++) {
            room.acquire();
            a.send(B, new Stamped(size, begin));
        }
        room.acquire(OUTSTANDING);
        rate(name, size, frames, begin, cpu, allocated);
    }

    private void flood(NettyTransport a, String name, int size, int frames)
            throws InterruptedException {
        done = new CountDownLatch(1);
        expected = arrived + frames;
        long begin = System.nanoTime();
        long cpu = cpuNanos();
        long allocated = allocatedBytes();
        Stamped frame = new Stamped(size, begin);
        for (int sent = 0; sent < frames; sent++) {
            while (!a.send(B, frame)) {
                LockSupport.parkNanos(100_000);
            }
        }
        done.await();
        rate(name, size, frames, begin, cpu, allocated);
    }

    /** What two connections cost that only ping each other. */
    private static void idle() throws InterruptedException {
        long cpu = cpuNanos();
        long seconds = 20;
        new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
        System.out.printf("idle: %.3f %% of a core%n", (cpuNanos() - cpu) / 1e7 / seconds);
    }

    private static void rate(
            String name, int size, int frames, long begin, long cpu, long allocated) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%s: %,.0f frames/s, %,.0f MB/s, %.2f us CPU and %d B allocated per frame%n",
                name,
                frames / seconds,
                frames / seconds * size / 1e6,
                (cpuNanos() - cpu) / 1e3 / frames,
                (allocatedBytes() - allocated) / frames);
    }

    private static void print(String name, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%s: p50 %.1f us, p99 %.1f us%n",
                name, nanos[nanos.length / 2] / 1e3, nanos[nanos.length / 100 * 99] / 1e3);
    }

    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
