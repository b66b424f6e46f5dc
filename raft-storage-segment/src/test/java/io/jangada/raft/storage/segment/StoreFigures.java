package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import io.jangada.raft.spi.WriteListener;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prints what the store costs next to a raw file on the same disk. Judges nothing: neighbours on
 * the disk move every number. Run it with
 *
 * <pre>
 * mvn -pl raft-storage-segment -am test -Dtest=StoreFigures -Dtest.excludedGroups= \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@Tag("soak")
class StoreFigures {
    private static final int PAYLOAD = 256;
    private static final StoreIdentity IDENTITY =
            new StoreIdentity("figures", NodeId.of("n1"), StoreId.of(1, 2));

    @TempDir Path folder;

    @Test
    void appendAndSync() throws Exception {
        try (var store = StoreUnderTest.get().builder().open(folder.resolve("s"), IDENTITY);
                RandomAccessFile raw = new RandomAccessFile(folder.resolve("raw").toFile(), "rw")) {
            Group group = new Group(store);
            fill(raw);
            compare(group, raw, "warm-up", 64, 500);
            compare(group, raw, "1 entry", 1, 2000);
            compare(group, raw, "64 entries", 64, 1000);
            compare(group, raw, "512 entries", 512, 200);
        }
    }

    private static void fill(RandomAccessFile raw) throws IOException {
        byte[] page = new byte[4096];
        for (int at = 0; at < 64 << 20; at += page.length) {
            raw.write(page);
        }
        raw.getFD().sync();
    }

    /** In turns, so that a neighbour on the disk hits both. */
    private void compare(Group group, RandomAccessFile raw, String name, int records, int rounds)
            throws IOException {
        raw.seek(0);
        byte[] batch = new byte[records * 320];
        Samples rawSamples = new Samples(rounds);
        Samples storeSamples = new Samples(rounds);
        for (int round = 0; round < rounds; round++) {
            if (raw.getFilePointer() + batch.length > 64 << 20) {
                raw.seek(0);
            }
            rawSamples.add(
                    () -> {
                        raw.write(batch);
                        raw.getFD().sync();
                    });
            storeSamples.add(
                    () -> {
                        group.append(records, PAYLOAD);
                        group.await();
                    });
        }
        rawSamples.print(name + ", raw file");
        storeSamples.print(name + ", store");
        // In a loop of its own: reading the disk's counters allocates, too.
        long before = allocated();
        for (int round = 0; round < rounds; round++) {
            group.append(records, PAYLOAD);
            group.await();
        }
        print(
                "%-24s %d B allocated per entry, with the entry and its client",
                "", (allocated() - before) / rounds / records);
    }

    @Test
    void openScan() {
        Path scanned = folder.resolve("scan");
        int count = 1_000_000;
        try (var store = StoreUnderTest.get().builder().open(scanned, IDENTITY)) {
            Group group = new Group(store);
            for (int i = 0; i < count; i += 1000) {
                group.append(1000, 300 - 60);
            }
            group.await();
        }
        for (int round = 1; round <= 5; round++) {
            long start = System.nanoTime();
            try (var store = StoreUnderTest.get().builder().open(scanned, IDENTITY)) {
                double seconds = (System.nanoTime() - start) / 1e9;
                print(
                        "open with %,d records of 300 B: %.2f s, %,.0f records/s (groups %s)",
                        count, seconds, count / seconds, store.groups());
            }
        }
    }

    @Test
    void makingASegment() throws IOException {
        for (int round = 1; round <= 5; round++) {
            long start = System.nanoTime();
            Path empty = folder.resolve("empty" + round);
            StoreUnderTest.get().builder().open(empty, IDENTITY).close();
            print("open and close, new folder: %.0f ms", (System.nanoTime() - start) / 1e6);
            start = System.nanoTime();
            StoreUnderTest.get().builder().open(empty, IDENTITY).close();
            print("open and close again:       %.0f ms", (System.nanoTime() - start) / 1e6);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private final class Samples {
        private final long[] nanos;
        private final long[] sectors;
        private int count;

        Samples(int rounds) {
            nanos = new long[rounds];
            sectors = new long[rounds];
        }

        void add(Step step) throws IOException {
            long sectorsBefore = sectorsWritten();
            long start = System.nanoTime();
            step.run();
            nanos[count] = System.nanoTime() - start;
            sectors[count++] = sectorsWritten() - sectorsBefore;
        }

        void print(String name) {
            Arrays.sort(nanos);
            Arrays.sort(sectors);
            StoreFigures.print(
                    "%-24s p10 %5.0f us  p50 %5.0f us  p99 %6.0f us  %6.1f KiB written per sync (p50)",
                    name,
                    nanos[count / 10] / 1e3,
                    nanos[count / 2] / 1e3,
                    nanos[count * 99 / 100] / 1e3,
                    sectors[count / 2] / 2.0);
        }
    }

    /** Of the whole disk: neighbours count, too. */
    private long sectorsWritten() throws IOException {
        long device = (long) Files.getAttribute(folder, "unix:dev");
        long major = device >> 8 & 0xfff;
        long minor = device & 0xff;
        Path stat = Path.of("/sys/dev/block/" + major + ":" + minor + "/stat");
        return Files.exists(stat)
                ? Long.parseLong(Files.readString(stat).strip().split(" +")[6])
                : 0;
    }

    private static void print(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }

    /** A group whose only client waits for each write. */
    private final class Group implements WriteListener {
        private final GroupLog log;
        private final Thread client = Thread.currentThread();
        private final List<LogEntry> made = new ArrayList<>();
        private volatile long persisted;
        private long sequence;

        Group(SegmentLogStore store) {
            log = store.open(GroupId.of("g"), this);
        }

        @Override
        public void onPersisted(long writeSequence) {
            persisted = writeSequence;
            LockSupport.unpark(client);
        }

        @Override
        public void onFailed(StoreException cause) {
            cause.printStackTrace();
        }

        void append(int records, int payload) {
            made.clear();
            long next = log.lastIndex() + 1;
            byte[] bytes = new byte[payload];
            for (int i = 0; i < records; i++) {
                made.add(new LogEntry(next + i, 1, 0, EntryType.COMMAND, bytes));
            }
            log.append(++sequence, null, List.copyOf(made));
        }

        void await() {
            while (persisted < sequence) {
                LockSupport.park(this);
            }
        }
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
