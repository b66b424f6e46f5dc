package io.jangada.figures;

import io.jangada.raft.api.RaftConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the data folder takes on disk while the same keys are overwritten all the time: three
 * durable nodes in this process, 1,000 keys of 1 KiB, a snapshot each 20,000 entries. Prints a line
 * of CSV every few seconds and a curve at the end; asserts nothing.
 */
public final class DiskFigures {
    private static final int KEYS = 1_000;
    private static final int VALUE_BYTES = 1 << 10;
    private static final int WRITERS = 32;
    private static final int SNAPSHOT_ENTRIES = 20_000;
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int CURVE_WIDTH = 60;

    private DiskFigures() {}

    /** Arguments: a folder, and for how many minutes. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
        int minutes = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        RaftConfig config = RaftConfig.builder().snapshotEntries(SNAPSHOT_ENTRIES).build();
        List<Long> mebibytes = new ArrayList<>();
        try (Nodes nodes = new Nodes(folder, 3, config, 64L << 20)) {
            Load load = new Load(nodes.leader(), WRITERS, KEYS, VALUE_BYTES);
            System.out.println("seconds,entries written,first index in the log,MiB on disk (n1)");
            long begin = System.nanoTime();
            long end = begin + TimeUnit.MINUTES.toNanos(minutes);
            for (long next = begin; next - end < 0; next += STEP_NANOS) {
                LockSupport.parkNanos(next - System.nanoTime());
                long used = Nodes.diskBytes(nodes.data(0)) >> 20;
                mebibytes.add(used);
                var status = nodes.groups().get(0).status();
                System.out.printf(
                        Locale.ROOT,
                        "%d,%d,%d,%d%n",
                        (next - begin) / 1_000_000_000,
                        status.lastIndex(),
                        status.firstIndex(),
                        used);
            }
            System.out.println(load.stop());
        }
        curve(mebibytes);
    }

    private static void curve(List<Long> mebibytes) {
        long most = mebibytes.stream().mapToLong(Long::longValue).max().orElse(1);
        for (int i = 0; i < mebibytes.size(); i++) {
            int width = (int) (CURVE_WIDTH * mebibytes.get(i) / Math.max(1, most));
            System.out.printf(
                    Locale.ROOT,
                    "%4d s |%s %d MiB%n",
                    i * STEP_NANOS / 1_000_000_000,
                    "#".repeat(width),
                    mebibytes.get(i));
        }
    }
}
