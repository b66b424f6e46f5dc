package io.jangada.figures;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * What snapshots of many keys cost those who write: three durable nodes in this process, 1,000,000
 * keys, 16 writers; in turns without snapshots and with one after the other on all nodes. Also how
 * long applying stands still for a view, garbage collection told apart. Prints; asserts nothing.
 */
public final class SnapshotFigures {
    private static final int VALUE_BYTES = 100;
    private static final int WRITERS = 16;
    private static final int ROUNDS = 3;
    private static final Duration PHASE = Duration.ofSeconds(15);

    private SnapshotFigures() {}

    /** Arguments: a folder on the disk that matters, and the number of keys. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
        int keys = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
        GcPauses gc = new GcPauses();
        try (Nodes nodes = new Nodes(folder, 3, withoutSnapshots(), 64L << 20)) {
            nodes.fill(keys, VALUE_BYTES);
            System.out.printf(Locale.ROOT, "%,d keys of %d bytes%n", keys, VALUE_BYTES);
            phase("warm-up          ", nodes, keys, false, gc);
            for (int round = 0; round < ROUNDS; round++) {
                phase("without snapshots", nodes, keys, false, gc);
                phase("with snapshots   ", nodes, keys, true, gc);
            }
        }
    }

    /** Only those that are asked for. */
    static RaftConfig withoutSnapshots() {
        return RaftConfig.builder()
                .snapshotEntries(1 << 30)
                .snapshotBytes(1L << 40)
                .snapshotInterval(Duration.ofDays(1))
                .build();
    }

    private static void phase(String name, Nodes nodes, int keys, boolean snapshots, GcPauses gc)
            throws Exception {
        Load load = new Load(nodes.leader(), WRITERS, keys, VALUE_BYTES);
        long begin = System.nanoTime();
        List<Long> millis = new ArrayList<>();
        while (System.nanoTime() - begin < PHASE.toNanos()) {
            if (snapshots) {
                millis.add(snapshotEverywhere(nodes));
            } else {
                LockSupport.parkNanos(100_000_000);
            }
        }
        String seen = load.stop();
        long end = System.nanoTime();
        System.out.println(name + ": " + seen + "; " + gc.within(begin, end));
        if (snapshots) {
            System.out.println("  snapshots took " + millis + " ms");
            pauses(nodes, gc);
        }
    }

    private static long snapshotEverywhere(Nodes nodes) {
        long before = System.nanoTime();
        CompletableFuture<?>[] all =
                nodes.groups().stream()
                        .map(group -> group.admin().snapshot())
                        .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(all).join();
        return (System.nanoTime() - before) / 1_000_000;
    }

    private static void pauses(Nodes nodes, GcPauses gc) throws Exception {
        List<Long> views = new ArrayList<>();
        List<Long> still = new ArrayList<>();
        List<Long> stillWithGc = new ArrayList<>();
        for (RaftGroup<MeasuredKv, KvCommand, KvResult> group : nodes.groups()) {
            for (MeasuredKv.Pause pause :
                    group.read(ReadMode.LOCAL, MeasuredKv::takePauses).get()) {
                views.add(pause.viewNanos());
                (gc.overlap(pause.fromNanos(), pause.toNanos()) ? stillWithGc : still)
                        .add(pause.standstillNanos());
            }
        }
        System.out.println("  making a view: " + text(views));
        System.out.println("  from the apply before it to the next, no GC between: " + text(still));
        System.out.println("  the same where GC came between: " + text(stillWithGc));
        List<Long> gaps =
                Arrays.stream(nodes.leader().read(ReadMode.LOCAL, MeasuredKv::gaps).get())
                        .boxed()
                        .toList();
        System.out.println("  between any two applies at the leader: " + text(gaps));
    }

    private static String text(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty()
                ? "none"
                : String.format(
                        Locale.ROOT,
                        "%d, p50 %.3f ms, p99 %.3f ms, max %.3f ms",
                        sorted.size(),
                        sorted.get(sorted.size() / 2) / 1e6,
                        sorted.get(sorted.size() * 99 / 100) / 1e6,
                        sorted.get(sorted.size() - 1) / 1e6);
    }
}
