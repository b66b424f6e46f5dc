package io.jangada.raft.storage.chronicle;

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
 * mvn -pl raft-storage-chronicle -am test -Dtest=StoreFigures -Dtest.excludedGroups= \
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
        measureRaw("warm-up", 1, 500);
        try (var store = ChronicleLogStore.builder().open(folder.resolve("s"), IDENTITY)) {
            Group group = new Group(store);
            group.run("warm-up", 64, 500);
            for (int round = 1; round <= 3; round++) {
                measureRaw("raw file, 1 record", 1, 1000);
                group.run("store, 1 entry", 1, 1000);
                measureRaw("raw file, 64 records", 64, 500);
                group.run("store, 64 entries", 64, 500);
                measureRaw("raw file, 512 records", 512, 100);
                group.run("store, 512 entries", 512, 100);
            }
        }
    }

    @Test
    void openScan() {
        Path scanned = folder.resolve("scan");
        int count = 1_000_000;
        try (var store = ChronicleLogStore.builder().open(scanned, IDENTITY)) {
            Group group = new Group(store);
            for (int i = 0; i < count; i += 1000) {
                group.append(1000, 300 - 60);
            }
            group.await();
        }
        for (int round = 1; round <= 5; round++) {
            long start = System.nanoTime();
            try (var store = ChronicleLogStore.builder().open(scanned, IDENTITY)) {
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
            ChronicleLogStore.builder().open(empty, IDENTITY).close();
            print("open and close, new folder: %.0f ms", (System.nanoTime() - start) / 1e6);
            start = System.nanoTime();
            ChronicleLogStore.builder().open(empty, IDENTITY).close();
            print("open and close again:       %.0f ms", (System.nanoTime() - start) / 1e6);
        }
    }

    private void measureRaw(String name, int records, int rounds) throws IOException {
        byte[] batch = new byte[records * 320];
        Path file = folder.resolve("raw");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] page = new byte[4096];
            long needed = Math.max((long) batch.length * rounds, raw.length());
            for (long at = 0; at < needed; at += page.length) {
                raw.write(page);
            }
            raw.getFD().sync();
            raw.seek(0);
            report(
                    name,
                    rounds,
                    records,
                    () -> {
                        raw.write(batch);
                        raw.getFD().sync();
                    });
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void report(String name, int rounds, int records, Step step) throws IOException {
        long[] nanos = new long[rounds];
        long sectors = sectorsWritten();
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            step.run();
            nanos[i] = System.nanoTime() - start;
        }
        double kib = (sectorsWritten() - sectors) / 2.0 / rounds;
        Arrays.sort(nanos);
        print(
                "%-22s p50 %5.0f us  p99 %5.0f us  %6.1f KiB to disk per sync  (%,.0f records/s)",
                name,
                nanos[rounds / 2] / 1e3,
                nanos[rounds * 99 / 100] / 1e3,
                kib,
                records * 1e9 / (Arrays.stream(nanos).sum() / (double) rounds));
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

        Group(ChronicleLogStore store) {
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

        void run(String name, int records, int rounds) throws IOException {
            long before = allocated();
            report(
                    name,
                    rounds,
                    records,
                    () -> {
                        append(records, PAYLOAD);
                        await();
                    });
            print(
                    "    allocated by all threads: %d B per entry, of which 40 B are the entry",
                    (allocated() - before) / rounds / records);
        }

        private long allocated() {
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long sum = 0;
            for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
                sum += Math.max(0, bytes);
            }
            return sum;
        }
    }
}
