package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Power fails at any disk operation around compaction, deletion of segments, rewriting, reset,
 * rebuild and destruction: afterwards each group is in a state that it went through, not before the
 * confirmed one. So an older first index may come back, and never a hole (rules Z27, Z30, Z32).
 */
@Tag("long")
class CompactionCrashTest {
    private static final NodeId N2 = NodeId.of("n2");
    private static final long FAR = 1_000_000_000;

    private Path root = Path.of("");

    @BeforeTry
    void makeFolder() {
        root = Folders.inMemory();
    }

    @AfterTry
    void deleteFolder() {
        Folders.delete(root);
    }

    private static SegmentLogStore.Builder builder(long compactionMillis) {
        return TestLog.builder().segmentBytes(64 << 10).compactionMillis(compactionMillis);
    }

    // ---- one operation after the other ---------------------------------------------------------

    @Example
    void crashAtEveryOperation() throws IOException {
        Path whole = Files.createDirectories(root.resolve("whole"));
        StoreModel models = new StoreModel();
        RecordedDisk disk = new RecordedDisk(whole, models::confirmed);
        try (var store =
                builder(-1)
                        .disk(disk)
                        .journals(disk)
                        .open(RecordedRun.folder(whole), TestLog.IDENTITY)) {
            live(store, models, disk);
        }
        List<String> operations = disk.steps().stream().map(RecordedDisk.Step::operation).toList();
        List.of(
                        RecordType.REWRITTEN_ENTRY,
                        RecordType.SEGMENTS_DROPPED,
                        RecordType.RESET,
                        RecordType.REBUILD_BEGUN)
                .forEach(
                        type ->
                                assertTrue(
                                        operations.stream()
                                                .anyMatch(o -> o.contains("append " + type)),
                                        type + ""));
        long deleted =
                operations.stream().filter(o -> o.matches("delete .*(cq4|log|segment)")).count();
        assertTrue(deleted > 8, deleted + " files deleted");
        PowerLossImages images = new PowerLossImages(root, "compaction", models);
        for (RecordedDisk.Step step : disk.steps().subList(firstOperation, operations.size())) {
            images.addOne(step, disk.root, step.number() % 3);
        }
        images.finish(operations.size() - firstOperation);
    }

    /** Before it there is nothing but plain writing. */
    private int firstOperation;

    /** One busy group; others that each do something special and fall silent. */
    private void live(SegmentLogStore store, StoreModel models, RecordedDisk disk)
            throws IOException {
        StoreModel.Group busy = models.of("busy");
        StoreModel.Group idle = models.of("idle");
        StoreModel.Group reset = models.of("reset");
        StoreModel.Group anew = models.of("anew");
        StoreModel.Group gone = models.of("gone");
        try (var busyLog = TestLog.open(store, "busy");
                var idleLog = TestLog.open(store, "idle");
                var resetLog = TestLog.open(store, "reset")) {
            busy.snapshot(busyLog, FAR, 0);
            idle.snapshot(idleLog, FAR, 0);
            reset.snapshot(resetLog, FAR, 0);
            try (var anewLog = TestLog.open(store, "anew");
                    var goneLog = TestLog.open(store, "gone")) {
                anew.append(anewLog, new HardState(4, N2), TestLog.entries(1, 2, 4, 300));
                gone.append(goneLog, new HardState(5, N2), TestLog.entries(1, 3, 4, 9000));
            }
            for (int round = 1; round <= 5; round++) {
                idle.append(idleLog, new HardState(round, null), entries(idle, 2, round, 200));
                reset.append(resetLog, null, entries(reset, 1, round, 200));
                busy.append(busyLog, null, entries(busy, 5, round, 8000));
            }
            firstOperation = disk.steps().size();
            busy.compact(busyLog, busy.last().last() - 3);
            store.compactNow();
            busy.append(busyLog, null, entries(busy, 12, 6, 8000));
            busy.append(
                    busyLog,
                    null,
                    TestLog.entries(busy.last().last() - 2, busy.last().last(), 7, 500));
            reset.reset(resetLog, new HardState(9, N2), 70, 8);
            busy.compact(busyLog, busy.last().last() - 1);
            store.compactNow();
            reset.append(resetLog, null, entries(reset, 2, 9, 200));
            idle.compact(idleLog, 3);
            gone.destroy(store);
            anew.rebuild(store).close();
            busy.append(busyLog, null, entries(busy, 20, 8, 8000));
            busy.compact(busyLog, busy.last().last());
            store.compactNow();
            try (var anewLog = TestLog.open(store, "anew")) {
                anew.snapshot(anewLog, FAR, 0);
                anew.reset(anewLog, null, 33, 7);
                anew.rebuilt(anewLog);
                anew.append(anewLog, new HardState(8, null), entries(anew, 2, 8, 200));
            }
            busy.append(busyLog, null, entries(busy, 20, 9, 8000));
            busy.compact(busyLog, busy.last().last() - 2);
            store.compactNow();
        }
    }

    private static List<LogEntry> entries(StoreModel.Group model, int count, long term, int bytes) {
        long first = model.last().last() + 1;
        return TestLog.entries(first, first + count - 1, term, bytes);
    }

    // ---- anything in any order -----------------------------------------------------------------

    @Property(tries = 30)
    void randomWritesSurviveCrashesWithCompactionInTheBackground(
            @ForAll long seed, @ForAll @IntRange(min = 30, max = 500) int operations) {
        Random random = new Random(seed);
        StoreModel models = new StoreModel();
        List.of("a", "b", "c", "d").forEach(models::of);
        Path folder = root.resolve("0");
        for (int life = 1; life <= 3; life++) {
            CrashingDisk disk = new CrashingDisk(folder, operations);
            try (var store = builder(0).journals(disk).open(folder, TestLog.IDENTITY)) {
                models.check(store);
                randomLife(store, models, random, disk);
            } catch (StoreException e) {
                assertTrue(disk.hasCrashed(), e.toString());
            }
            Path next = Folders.copy(folder, root.resolve(Integer.toString(life)));
            if (random.nextInt(4) > 0) {
                disk.tear(next, random);
            }
            folder = next;
        }
        for (int opening = 0; opening < 2; opening++) {
            try (var store = builder(0).open(folder, TestLog.IDENTITY)) {
                models.check(store);
            }
        }
    }

    private static void randomLife(
            SegmentLogStore store, StoreModel models, Random random, CrashingDisk disk) {
        Map<String, TestLog> logs = new TreeMap<>();
        for (String group : models.groups.keySet()) {
            TestLog log = TestLog.open(store, group);
            models.of(group).snapshot(log, FAR, 0);
            logs.put(group, log);
        }
        while (!disk.hasCrashed()) {
            // The first is busy, the last nearly idle.
            String group =
                    List.of("a", "b", "c", "d").get((int) (4 * Math.pow(random.nextDouble(), 3)));
            step(models.of(group), logs.get(group), random);
        }
    }

    private static void step(StoreModel.Group model, TestLog log, Random random) {
        StoreModel.State last = model.last();
        int choice = random.nextInt(12);
        if (choice < 3 && !last.entries().isEmpty()) {
            model.compact(log, last.prefix() + 1 + random.nextInt(last.entries().size()));
        } else if (choice == 3) {
            long index = last.prefix() + 1 + random.nextInt(last.entries().size() + 5);
            model.reset(log, new HardState(model.states.size(), null), index, 3);
        } else {
            long first = last.last() + 1;
            if (choice == 4 && !last.entries().isEmpty()) {
                first -= 1 + random.nextInt(last.entries().size());
            }
            List<LogEntry> entries =
                    TestLog.entries(
                            first,
                            first + random.nextInt(6),
                            model.states.size(),
                            1 + random.nextInt(5000));
            model.append(log, choice == 5 ? new HardState(choice, N2) : null, entries);
        }
    }
}
