package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.SnapshotSink;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A snapshot of 1 GiB in a JVM with a heap of 256 MiB: that it works, how fast it is, what heap it
 * takes, and what it does to the syncs of a log on the same disk.
 *
 * <pre>
 * mvn test -Psoak -pl raft-storage-segment -am -Dtest=SnapshotFigures \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@Tag("soak")
class SnapshotFigures {
    private static final long BYTES = 1L << 30;
    private static final int PIECE = 64 << 10;

    @TempDir Path folder;

    @Test
    void gibibyteInASmallHeap() throws Exception {
        String java = StoreProcess.thisJava().toString();
        String classPath = System.getProperty("surefire.test.class.path");
        Process process =
                new ProcessBuilder(
                                java,
                                "-Xmx256m",
                                "-cp",
                                classPath == null
                                        ? System.getProperty("java.class.path", "")
                                        : classPath,
                                SnapshotFigures.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(output);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("done"), output);
    }

    /** Runs in the other process. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        System.out.printf("heap at most %d MiB%n", Runtime.getRuntime().maxMemory() >> 20);
        LogOfOthers quiet = new LogOfOthers(folder);
        Thread.sleep(3000); // So long the idle disk is measured.
        quiet.end("syncs of 4 KiB on an idle disk");
        Supplier<FileSnapshotStore> open =
                () ->
                        FileSnapshotStore.open(
                                folder.resolve("snapshots"),
                                GroupId.of("a"),
                                TestLog.IDENTITY.store(),
                                Disk.SYSTEM);
        FileSnapshotStore store = open.get();
        LogOfOthers busy = new LogOfOthers(folder);
        SnapshotInfo info = timed("taken", () -> take(store));
        busy.end("syncs of 4 KiB meanwhile");
        timed("opened and verified", () -> open.get().latest().orElseThrow());
        FileSnapshotStore other =
                FileSnapshotStore.open(
                        folder.resolve("received"),
                        GroupId.of("a"),
                        TestLog.IDENTITY.store(),
                        Disk.SYSTEM);
        timed("half received", () -> transfer(store, other, info, BYTES / 2));
        timed("resumed and received", () -> transfer(store, other, info, BYTES));
        if (!other.latest().equals(store.latest())) {
            throw new AssertionError("not the same");
        }
        System.gc();
        long inUse = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.printf("heap in use at the end: %d KiB%n", inUse >> 10);
        System.out.println("done");
    }

    private static SnapshotInfo take(FileSnapshotStore store) {
        byte[] piece = new byte[PIECE];
        new Random(1).nextBytes(piece);
        try (SnapshotSink sink = store.create(Snapshots.meta(9))) {
            for (long at = 0; at < BYTES; at += PIECE) {
                sink.write(ByteBuffer.wrap(piece));
            }
            return sink.commit();
        }
    }

    private static SnapshotInfo transfer(
            FileSnapshotStore from, FileSnapshotStore to, SnapshotInfo info, long upTo) {
        ByteBuffer chunk = ByteBuffer.allocate(SnapshotFormat.CHUNK_BYTES);
        try (SnapshotFile file = from.open();
                SnapshotSink sink = to.receive(info)) {
            while (sink.position() < upTo) {
                file.read(sink.position(), chunk.clear());
                sink.write(chunk.flip());
            }
            return upTo == BYTES ? sink.commit() : info;
        }
    }

    private static SnapshotInfo timed(String what, Supplier<SnapshotInfo> work) {
        long begin = System.nanoTime();
        SnapshotInfo info = work.get();
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "1 GiB %s in %.2f s, %.0f MiB/s%n", what, seconds, (BYTES >> 20) / seconds);
        return info;
    }

    /** Appends and syncs 4 KiB every 5 ms, as a log on the same disk may do. */
    private static final class LogOfOthers {
        private final AtomicBoolean ending = new AtomicBoolean();
        private final long[] nanos = new long[1 << 16];
        private int count;
        private final Thread thread;

        LogOfOthers(Path folder) {
            thread = new Thread(() -> run(folder.resolve("log-of-others")));
            thread.start();
        }

        private void run(Path file) {
            try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "rw")) {
                byte[] record = new byte[4096];
                while (!ending.get() && count < nanos.length) {
                    long begin = System.nanoTime();
                    log.write(record);
                    log.getFD().sync();
                    nanos[count++] = System.nanoTime() - begin;
                    Thread.sleep(5); // As a log of moderate load; each sync is timed by itself.
                }
                Files.delete(file);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void end(String what) throws InterruptedException {
            ending.set(true);
            thread.join();
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            List<Double> quantiles = List.of(0.5, 0.99, 1.0);
            StringBuilder line = new StringBuilder(what + " (" + count + "):");
            for (double quantile : quantiles) {
                int at = Math.min(count - 1, (int) (quantile * count));
                line.append(" p%.0f %.1f ms".formatted(quantile * 100, sorted[at] / 1e6));
            }
            System.out.println(line);
        }
    }
}
