package io.jangada.raft.storage.segment;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store that goes through everything that changes files: founded, joined to a cluster, filled
 * over several segments, killed, closed; logs truncated, compacted, reset, rebuilt and destroyed;
 * segments rewritten and deleted; snapshots taken, received and replaced. What it promised on the
 * way stands in a {@link StoreModel}.
 */
final class RecordedRun {
    static final String CLUSTER = "testers";

    /** The node belongs to no cluster yet. */
    static final StoreIdentity JOINER =
            new StoreIdentity("", TestLog.IDENTITY.node(), TestLog.IDENTITY.store());

    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");
    private static final long FAR = 1_000_000_000;
    private static final String FOLDER = "data";

    final StoreModel model = new StoreModel("");
    private final Path root;
    private final SegmentLogStore.Builder builder;
    private final Runnable kill;
    private final Runnable revive;

    /**
     * A run.
     *
     * @param root where the store's folder is to be
     * @param builder with the disk below the store
     * @param kill makes all further operations fail
     * @param revive ends that, for the next process
     */
    RecordedRun(Path root, SegmentLogStore.Builder builder, Runnable kill, Runnable revive) {
        this.root = root;
        this.builder = builder;
        this.kill = kill;
        this.revive = revive;
    }

    static SegmentLogStore.Builder builder() {
        return TestLog.builder().segmentBytes(64 << 10).compactionMillis(-1);
    }

    /** The store's folder in a root. */
    static Path folder(Path root) {
        return root.resolve(FOLDER);
    }

    /** Runs everything on a disk that records. */
    static RecordedRun record(Path root, RecordedDisk[] disk) throws IOException {
        Files.createDirectories(root);
        RecordedRun[] run = new RecordedRun[1];
        disk[0] =
                new RecordedDisk(root, () -> run[0] == null ? Map.of() : run[0].model.confirmed());
        run[0] =
                new RecordedRun(
                        root,
                        builder().disk(disk[0]).journals(disk[0]),
                        disk[0]::kill,
                        disk[0]::revive);
        run[0].run();
        return run[0];
    }

    void run() throws IOException {
        try (SegmentLogStore store = open()) {
            model.adoptCluster(store, CLUSTER);
            model.rememberPeer(store, N2, StoreId.of(2, 2));
            fill(store);
            takeSnapshots(store);
            writeUntilKilled(store);
        }
        revive.run();
        try (SegmentLogStore store = open()) {
            model.check(store);
            changeEverything(store);
        }
        try (SegmentLogStore store = open()) {
            model.check(store);
            rewriteAndReceive(store);
        }
    }

    private SegmentLogStore open() {
        SegmentLogStore store = builder.open(folder(root), JOINER);
        model.opened(store);
        return store;
    }

    /** Each group writes; those whose log will go have a snapshot of all that. */
    private void fill(SegmentLogStore store) {
        for (String group : List.of("busy", "idle", "reset", "anew", "gone", "snap")) {
            try (var log = TestLog.open(store, group)) {
                if (!group.equals("snap") && !group.equals("anew")) {
                    model.of(group).snapshot(log, FAR, 0);
                }
                append(group, log, new HardState(1, N2), 3, 1, 300);
            }
        }
        for (int round = 1; round <= 3; round++) {
            append(store, "idle", 2, round, 200);
            append(store, "reset", 1, round, 200);
            append(store, "busy", 5, round, 8000);
        }
    }

    private void takeSnapshots(SegmentLogStore store) throws IOException {
        try (var log = TestLog.open(store, "snap")) {
            StoreModel.Group snap = model.of("snap");
            append("snap", log, null, 6, 2, 500);
            snap.snapshot(log, 4, 5000);
            snap.compact(log, 4);
            append("snap", log, new HardState(3, null), 3, 3, 500);
            snap.snapshot(log, 8, 300_000);
            snap.compact(log, 7);
            append("snap", log, null, 1, 3, 500);
            store.compactNow();
        }
    }

    private void writeUntilKilled(SegmentLogStore store) {
        StoreModel.Group busy = model.of("busy");
        try (var log = TestLog.open(store, "busy")) {
            for (int write = 0; write < 3; write++) {
                LogEntry entry = TestLog.entry(busy.last().last() + 1, 4, 3000);
                busy.begin(busy.last().plus(entry));
                log.start(null, List.of(entry));
            }
            kill.run();
        } catch (StoreException e) {
            // The writer may have found out already.
        }
    }

    private void changeEverything(SegmentLogStore store) throws IOException {
        StoreModel.Group busy = model.of("busy");
        StoreModel.Group reset = model.of("reset");
        try (var log = TestLog.open(store, "busy")) {
            append("busy", log, null, 6, 6, 8000);
            long last = busy.last().last();
            busy.append(log, null, TestLog.entries(last - 2, last, 7, 500));
            busy.compact(log, last - 3);
        }
        try (var log = TestLog.open(store, "reset")) {
            reset.reset(log, new HardState(9, N2), 70, 8);
            append("reset", log, null, 2, 9, 200);
        }
        store.compactNow();
        model.of("gone").destroy(store);
        try (var log = model.of("anew").rebuild(store)) {
            append("anew", log, null, 2, 9, 200);
        }
        model.rememberPeer(store, N3, StoreId.of(3, 3));
    }

    private void rewriteAndReceive(SegmentLogStore store) throws IOException {
        StoreModel.Group busy = model.of("busy");
        StoreModel.Group anew = model.of("anew");
        append(store, "busy", 16, 9, 8000);
        try (var log = TestLog.open(store, "busy")) {
            busy.compact(log, busy.last().last());
        }
        store.compactNow();
        try (var log = TestLog.open(store, "anew")) {
            anew.receive(log, 33, 4000);
            anew.reset(log, null, 33, 7);
            anew.rebuilt(log);
            append("anew", log, new HardState(8, null), 2, 8, 200);
        }
        try (var log = TestLog.open(store, "snap")) {
            model.of("snap").receive(log, 40, 700);
            model.of("snap").reset(log, null, 40, 4);
        }
        append(store, "busy", 14, 10, 8000);
        try (var log = TestLog.open(store, "busy")) {
            busy.compact(log, busy.last().last() - 2);
        }
        store.compactNow();
    }

    private void append(SegmentLogStore store, String group, int count, long term, int bytes) {
        try (var log = TestLog.open(store, group)) {
            append(group, log, null, count, term, bytes);
        }
    }

    private void append(
            String group,
            TestLog log,
            @Nullable HardState hardState,
            int count,
            long term,
            int bytes) {
        StoreModel.Group model = this.model.of(group);
        long first = model.last().last() + 1;
        model.append(log, hardState, TestLog.entries(first, first + count - 1, term, bytes));
    }
}
