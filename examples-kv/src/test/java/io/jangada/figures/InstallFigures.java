package io.jangada.figures;

import io.jangada.examples.kv.KvCommand;
import io.jangada.examples.kv.KvResult;
import io.jangada.raft.api.MembershipChange;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftEvent;
import io.jangada.raft.api.RaftGroup;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A node joins a cluster with a large state while clients write: how long until it votes, how fast
 * the snapshot came, and what writers felt of it. Everything in this process. Prints; asserts
 * nothing.
 */
public final class InstallFigures {
    private static final int VALUE_BYTES = 16 << 10;
    private static final int WRITERS = 8;
    private static final long QUIET_NANOS = 10_000_000_000L;

    private InstallFigures() {}

    /** Arguments: a folder, MiB of state, voters, MiB per second that a node may send. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
        int mebibytes = args.length > 1 ? Integer.parseInt(args[1]) : 1024;
        int voters = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        long rate = args.length > 3 ? Long.parseLong(args[3]) : 64;
        int keys = mebibytes * (1 << 20) / VALUE_BYTES;
        // Nothing trails, so that the new node needs the snapshot.
        RaftConfig config =
                SnapshotFigures.withoutSnapshots().toBuilder().trailingEntries(0).build();
        try (Nodes nodes = new Nodes(folder, voters, config, rate << 20)) {
            nodes.fill(keys, VALUE_BYTES);
            RaftGroup<MeasuredKv, KvCommand, KvResult> leader = nodes.leader();
            long before = System.nanoTime();
            leader.admin().snapshot().get();
            System.out.printf(
                    Locale.ROOT,
                    "%d MiB in %,d keys, %d voters, %d MiB/s; snapshot in %.1f s%n",
                    mebibytes,
                    keys,
                    voters,
                    rate,
                    (System.nanoTime() - before) / 1e9);
            Load quiet = new Load(leader, WRITERS, keys, 256);
            LockSupport.parkNanos(QUIET_NANOS);
            System.out.println("before the join: " + quiet.stop());
            add(nodes, leader, keys);
        }
    }

    private static void add(
            Nodes nodes, RaftGroup<MeasuredKv, KvCommand, KvResult> leader, int keys)
            throws Exception {
        RaftGroup<MeasuredKv, KvCommand, KvResult> added = nodes.join();
        AtomicLong first = new AtomicLong();
        AtomicLong bytes = new AtomicLong();
        CompletableFuture<Long> installed = new CompletableFuture<>();
        added.events(
                event -> {
                    if (event instanceof RaftEvent.SnapshotProgress progress) {
                        first.compareAndSet(0, System.nanoTime());
                        bytes.set(progress.totalBytes());
                        if (progress.installed()) {
                            installed.complete(System.nanoTime());
                        }
                    }
                });
        Load load = new Load(leader, WRITERS, keys, 256);
        long begin = System.nanoTime();
        leader.admin().change(new MembershipChange.Add(nodes.last())).get();
        double seconds = (System.nanoTime() - begin) / 1e9;
        String felt = load.stop();
        System.out.printf(Locale.ROOT, "added, with a vote, after %.1f s%n", seconds);
        System.out.println("meanwhile:       " + felt);
        double install = (installed.get(1, TimeUnit.MINUTES) - first.get()) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "install: %,d bytes in %.1f s, loading included: %.1f MiB/s%n",
                bytes.get(),
                install,
                bytes.get() / install / (1 << 20));
    }
}
