package io.jangada.raft.transport.netty;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.OutboundFrame;
import io.jangada.raft.spi.PeerIdentity;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.TransportListener;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints how late heartbeats are, alone and while bulk data fills the loopback: two nodes in one
 * process, 100 B each millisecond on the main lane, 256 KiB chunks on the other. To be run by hand;
 * the argument, if any, is a limit for the bulk data in MiB/s.
 */
public final class BulkMeasurement {
    private static final int HEARTBEATS = 10_000;
    private static final int HEARTBEAT_BYTES = 100;
    private static final int CHUNK_BYTES = 256 << 10;
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");

    private final List<Long> delays = Collections.synchronizedList(new ArrayList<>());
    private final LongAdder bulkBytes = new LongAdder();

    private BulkMeasurement() {}

    /**
     * Measures and prints.
     *
     * @param args see the class
     * @throws Exception ends the program
     */
    public static void main(String[] args) throws Exception {
        long limit = args.length == 0 ? Long.MAX_VALUE : Long.parseLong(args[0]) << 20;
        new BulkMeasurement().run(limit);
    }

    private record Stamped(int size) implements OutboundFrame {
        @Override
        public void writeTo(ByteBuffer target) {
            target.putLong(System.nanoTime());
            target.position(target.position() + size - Long.BYTES);
        }
    }

    private void run(long bytesPerSecond) throws Exception {
        try (NettyTransport a = started(A);
                NettyTransport b = started(B)) {
            a.connect(B, "127.0.0.1:" + b.port());
            heartbeats(a, "warm-up");
            heartbeats(a, "heartbeats alone");
            AtomicBoolean done = new AtomicBoolean();
            Thread bulk = new Thread(() -> flood(a, bytesPerSecond, done));
            bulk.start();
            heartbeats(a, "warm-up beside bulk data");
            bulkBytes.reset();
            long begin = System.nanoTime();
            heartbeats(a, "heartbeats beside bulk data");
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf("bulk data: %,.0f MB/s%n", bulkBytes.sum() / 1e6 / seconds);
            done.set(true);
            bulk.join();
        }
    }

    private NettyTransport started(NodeId id) {
        NettyTransport transport = NettyTransport.builder().build();
        transport.start(
                new PeerIdentity("m", id, StoreId.of(1, id.hashCode()), 1),
                new TransportListener() {
                    @Override
                    public Optional<String> onHello(PeerIdentity peer) {
                        return Optional.empty();
                    }

                    @Override
                    public void onFrame(NodeId from, ByteBuffer frame) {
                        delays.add(System.nanoTime() - frame.getLong(frame.position()));
                    }

                    @Override
                    public void onBulkFrame(NodeId from, ByteBuffer frame) {
                        bulkBytes.add(frame.remaining());
                    }
                });
        return transport;
    }

    private void heartbeats(NettyTransport from, String name) throws InterruptedException {
        delays.clear();
        Stamped heartbeat = new Stamped(HEARTBEAT_BYTES);
        int sent = 0;
        while (sent < HEARTBEATS) {
            sent += from.send(B, heartbeat) ? 1 : 0;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        while (delays.size() < sent) {
            LockSupport.parkNanos(1_000_000);
        }
        long[] nanos = delays.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(nanos);
        System.out.printf(
                "%s: p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.1f ms%n",
                name,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length / 100 * 99] / 1e3,
                nanos[nanos.length / 1000 * 999] / 1e3,
                nanos[nanos.length - 1] / 1e6);
    }

    private static void flood(NettyTransport from, long bytesPerSecond, AtomicBoolean done) {
        Stamped chunk = new Stamped(CHUNK_BYTES);
        long begin = System.nanoTime();
        long sent = 0;
        while (!done.get()) {
            double due = (System.nanoTime() - begin) / 1e9 * bytesPerSecond;
            if (sent < due && from.sendBulk(B, chunk)) {
                sent += CHUNK_BYTES;
            } else {
                LockSupport.parkNanos(100_000);
            }
        }
    }
}
