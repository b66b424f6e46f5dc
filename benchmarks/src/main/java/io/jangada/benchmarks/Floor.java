package io.jangada.benchmarks;

import io.jangada.benchmarks.contender.ClusterSpec;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;

/**
 * What the machine itself takes, with nothing of Raft: three threads that write and sync files of
 * their own at the same time, and two that send each other a message over loopback TCP.
 */
final class Floor {
    private static final int FILE_BYTES = 256 << 20;
    private static final int PAGE_BYTES = 4096;
    private static final int MESSAGE_BYTES = 300;

    /** What a record has beside key and value. */
    private static final int OVERHEAD_BYTES = 40;

    private static final long HIGHEST_NANOS = 60_000_000_000L;

    private Floor() {}

    /**
     * All that is outstanding in one write and one sync on each of three disks, and a message to a
     * follower and back.
     */
    static Result writes(Path folder, int valueBytes, int outstanding, Scale scale)
            throws Exception {
        Histogram roundTrips = roundTrips(scale.nanos() / 2);
        Histogram syncs = syncs(folder, (valueBytes + OVERHEAD_BYTES) * outstanding, scale);
        double batchesPerSecond = 1e9 / syncs.getMean();
        return new Result(
                Map.of(
                        Metric.RATE.key(), batchesPerSecond * outstanding,
                        Metric.P50.key(), sumAt(50, roundTrips, syncs),
                        Metric.P99.key(), sumAt(99, roundTrips, syncs)));
    }

    /** One round trip for one read; how many there are at once does not matter to the wire. */
    static Result reads(Scale scale) throws Exception {
        Histogram roundTrips = roundTrips(scale.nanos());
        return new Result(
                Map.of(
                        Metric.P50.key(), sumAt(50, roundTrips),
                        Metric.P99.key(), sumAt(99, roundTrips)));
    }

    /** Three threads that each read a file of so many records, and check them. */
    static double sequentialReadSeconds(Path folder, int entries, int valueBytes) throws Exception {
        long bytes = (long) entries * (valueBytes + OVERHEAD_BYTES);
        all(node -> () -> fill(folder.resolve("sequential" + node), bytes));
        long begin = System.nanoTime();
        all(node -> () -> read(folder.resolve("sequential" + node)));
        return (System.nanoTime() - begin) / 1e9;
    }

    private static double sumAt(double percentile, Histogram... parts) {
        double nanos = 0;
        for (Histogram part : parts) {
            nanos += part.getValueAtPercentile(percentile);
        }
        return nanos / 1e3;
    }

    /** Each sync covers whole pages, written one behind the other into a file that has its size. */
    private static Histogram syncs(Path folder, int bytes, Scale scale) throws Exception {
        Histogram sum = new Histogram(HIGHEST_NANOS, 3);
        for (Histogram each :
                all(node -> () -> syncsOf(folder.resolve("floor" + node), bytes, scale))) {
            sum.add(each);
        }
        return sum;
    }

    private static Histogram syncsOf(Path path, int bytes, Scale scale) throws IOException {
        fill(path, FILE_BYTES);
        Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
        int whole = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        ByteBuffer batch = ByteBuffer.allocateDirect(whole);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            long begin = System.nanoTime();
            long position = 0;
            while (System.nanoTime() - begin < scale.nanos()) {
                long before = System.nanoTime();
                batch.clear();
                while (batch.hasRemaining()) {
                    position += file.write(batch, position);
                }
                file.force(false);
                histogram.recordValue(System.nanoTime() - before);
                if (position + whole > FILE_BYTES) {
                    position = 0;
                }
            }
        }
        Files.delete(path);
        return histogram;
    }

    private static long fill(Path path, long bytes) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long left = bytes; left > 0; ) {
                block.clear().limit((int) Math.min(left, block.capacity()));
                left -= file.write(block);
            }
            file.force(true);
        }
        return bytes;
    }

    private static long read(Path path) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
        CRC32C crc = new CRC32C();
        try (FileChannel file = FileChannel.open(path)) {
            while (file.read(block.clear()) > 0) {
                crc.update(block.flip());
            }
        }
        Files.delete(path);
        return crc.getValue();
    }

    private static Histogram roundTrips(long nanos) throws Exception {
        Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket peer = server.accept()) {
            client.setTcpNoDelay(true);
            peer.setTcpNoDelay(true);
            Thread echo = new Thread(() -> echo(peer), "floor-echo");
            echo.setDaemon(true);
            echo.start();
            byte[] message = new byte[MESSAGE_BYTES];
            OutputStream out = client.getOutputStream();
            DataInputStream in = new DataInputStream(client.getInputStream());
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < nanos) {
                long before = System.nanoTime();
                out.write(message);
                in.readFully(message);
                histogram.recordValue(System.nanoTime() - before);
            }
        }
        return histogram;
    }

    private static void echo(Socket peer) {
        byte[] message = new byte[MESSAGE_BYTES];
        try {
            InputStream in = peer.getInputStream();
            OutputStream out = peer.getOutputStream();
            while (in.readNBytes(message, 0, message.length) == message.length) {
                out.write(message);
            }
        } catch (IOException e) {
            // The other end is done and has closed.
        }
    }

    /** As many threads as there are nodes, doing the same at the same time. */
    private static <T> List<T> all(IntFunction<Callable<T>> part) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ClusterSpec.NODES);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int node = 0; node < ClusterSpec.NODES; node++) {
                tasks.add(part.apply(node));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(tasks)) {
                results.add(each.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }
}
