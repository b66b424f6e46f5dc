package io.jangada.raft.storage.segment;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.EntryType;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prints the disk use over time of a store whose busy group overwrites the same state for ever, and
 * drops what a snapshot would cover, while many other groups write now and then and keep all: a
 * line of comma-separated values per second. Judges nothing. Run it with
 *
 * <pre>
 * mvn -pl raft-storage-segment -am test -Dtest=StoreDiskUse -Dtest.excludedGroups= \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Djangada.minutes=5 -Djangada.segmentMib=64
 * </pre>
 *
 * or as a main class with the arguments: minutes, a new folder.
 */
@Tag("soak")
class StoreDiskUse {
    private static final StoreIdentity IDENTITY =
            new StoreIdentity("figures", NodeId.of("n1"), StoreId.of(1, 2));
    private static final int PAYLOAD = 256;
    private static final int BATCH = 64;
    private static final int IN_FLIGHT = 16;
    private static final int IDLE_GROUPS = 100;

    /** As the defaults of a group: a snapshot every so many entries, and a tail that stays. */
    private static final long SNAPSHOT_ENTRIES = 100_000;

    private static final long TRAILING_ENTRIES = 10_000;

    @TempDir Path folder;

    @Test
    void steadyOverwrites() throws IOException {
        run(Integer.getInteger("jangada.minutes", 1), folder.resolve("store"));
    }

    public static void main(String[] args) throws IOException {
        run(Integer.parseInt(args[0]), Path.of(args[1]));
    }

    private static void run(int minutes, Path folder) throws IOException {
        print("seconds,entries,written_mib,disk_mib,deleted_but_mapped_mib,segments,needed_mib");
        try (SegmentLogStore store =
                StoreUnderTest.get()
                        .builder()
                        .segmentBytes(Integer.getInteger("jangada.segmentMib", 64) << 20)
                        .open(folder, IDENTITY)) {
            TestLog busy = TestLog.open(store, "busy");
            busy.snapshot(Long.MAX_VALUE);
            List<TestLog> idle = new ArrayList<>();
            for (int i = 0; i < IDLE_GROUPS; i++) {
                idle.add(TestLog.open(store, "idle" + i));
            }
            new Load(folder.resolve("log"), busy, idle).run(TimeUnit.MINUTES.toNanos(minutes));
        }
    }

    private static void print(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }

    private static final class Load {
        private final Path log;
        private final TestLog busy;
        private final List<TestLog> idle;
        private final long start = System.nanoTime();
        private final List<LogEntry> batch = new ArrayList<>();
        private final byte[] payload = new byte[PAYLOAD];
        private long idleEntries;
        private long printed = -1;

        Load(Path log, TestLog busy, List<TestLog> idle) {
            this.log = log;
            this.busy = busy;
            this.idle = idle;
        }

        void run(long nanos) throws IOException {
            long covered = 0;
            while (System.nanoTime() - start < nanos) {
                writeBatch();
                long last = busy.log.lastIndex();
                if (last - covered >= SNAPSHOT_ENTRIES) {
                    covered = last;
                    busy.log.compact(last - TRAILING_ENTRIES);
                }
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
                if (seconds > printed) {
                    printed = seconds;
                    writeIdle(seconds);
                    print(seconds);
                }
            }
        }

        private void writeBatch() {
            batch.clear();
            long next = busy.log.lastIndex() + 1;
            for (int i = 0; i < BATCH; i++) {
                batch.add(entry(next + i));
            }
            long write = busy.start(null, List.copyOf(batch));
            if (write > IN_FLIGHT) {
                busy.await(write - IN_FLIGHT);
            }
        }

        /** Ten groups a second write one entry each and keep it. */
        private void writeIdle(long seconds) {
            for (int i = 0; i < 10; i++) {
                TestLog group = idle.get((int) ((seconds * 10 + i) % IDLE_GROUPS));
                group.write(null, List.of(entry(group.log.lastIndex() + 1)));
                idleEntries++;
            }
        }

        private LogEntry entry(long index) {
            return new LogEntry(index, 1, 0, EntryType.COMMAND, payload);
        }

        private void print(long seconds) throws IOException {
            long entries = busy.log.lastIndex();
            long recordBytes = RecordFormat.padded(RecordFormat.bytes(4, PAYLOAD)) + 4L;
            long needed = entries - busy.log.firstIndex() + 1 + idleEntries;
            StoreDiskUse.print(
                    "%d,%d,%.1f,%.1f,%.1f,%d,%.1f",
                    seconds,
                    entries,
                    mib(entries * recordBytes),
                    mib(allocatedBytes()),
                    mib(deletedButMappedBytes()),
                    segments(),
                    mib(needed * recordBytes));
        }

        private static double mib(long bytes) {
            return bytes / (double) (1 << 20);
        }

        /** Blocks, not lengths: files end in holes. */
        private long allocatedBytes() throws IOException {
            Process du =
                    new ProcessBuilder("du", "-sk", log.toString())
                            .redirectErrorStream(true)
                            .start();
            String answer =
                    new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            // A file that goes while it looks is a line before the last.
            String[] lines = answer.strip().split("\n");
            return Long.parseLong(lines[lines.length - 1].split("\\s")[0]) << 10;
        }

        private static long deletedButMappedBytes() throws IOException {
            long sum = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                if (line.endsWith("(deleted)")) {
                    String[] range = line.split(" ", 2)[0].split("-");
                    sum += Long.parseLong(range[1], 16) - Long.parseLong(range[0], 16);
                }
            }
            return sum;
        }

        private long segments() throws IOException {
            try (Stream<Path> files = Files.list(log)) {
                return files.filter(f -> f.toString().matches(".*\\.(segment|log|cq4)")).count();
            }
        }
    }
}
