package io.jangada.raft.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/**
 * Power fails at any disk operation around compaction, deletion of segments, rewriting, reset,
 * rebuild and destruction: afterwards each group is in a state that it went through, not before the
 * confirmed one. So an older first index may come back, and never a hole (rules Z27, Z30, Z32).
 */
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

    private static ChronicleLogStore.Builder builder(long compactionMillis) {
        return TestLog.builder().segmentBytes(64 << 10).compactionMillis(compactionMillis);
    }

    /** What a group can be found as. */
    private record State(
            HardState hardState,
            long prefix,
            long prefixTerm,
            List<LogEntry> entries,
            boolean rebuilding,
            boolean destroyed) {
        static final State NEW = new State(HardState.INITIAL, 0, 0, List.of(), false, false);

        long last() {
            return prefix + entries.size();
        }

        State with(HardState now) {
            return new State(now, prefix, prefixTerm, entries, rebuilding, false);
        }

        State truncated(long from) {
            List<LogEntry> kept = entries.subList(0, (int) (from - prefix - 1));
            return new State(hardState, prefix, prefixTerm, kept, rebuilding, false);
        }

        State plus(LogEntry entry) {
            List<LogEntry> longer = new ArrayList<>(entries);
            longer.add(entry);
            return new State(hardState, prefix, prefixTerm, longer, rebuilding, false);
        }

        State compacted(long index) {
            int count = (int) (index - prefix);
            long term = entries.get(count - 1).term();
            List<LogEntry> kept = entries.subList(count, entries.size());
            return new State(hardState, index, term, kept, rebuilding, false);
        }

        State reset(long index, long term) {
            return new State(hardState, index, term, List.of(), rebuilding, false);
        }
    }

    /** The states of one group, record by record, and the last that was confirmed. */
    private static final class Model {
        final String group;
        final List<State> states = new ArrayList<>(List.of(State.NEW));
        int confirmed;

        Model(String group) {
            this.group = group;
        }

        Model copy() {
            Model copy = new Model(group);
            copy.states.addAll(states.subList(1, states.size()));
            copy.states.set(0, states.get(0));
            copy.confirmed = confirmed;
            return copy;
        }

        State last() {
            return states.get(states.size() - 1);
        }

        void append(TestLog log, @Nullable HardState hardState, List<LogEntry> entries) {
            if (hardState != null) {
                states.add(last().with(hardState));
            }
            if (!entries.isEmpty() && entries.get(0).index() <= last().last()) {
                states.add(last().truncated(entries.get(0).index()));
            }
            entries.forEach(entry -> states.add(last().plus(entry)));
            confirmIf(log.await(log.start(hardState, entries)));
        }

        void reset(TestLog log, @Nullable HardState hardState, long index, long term) {
            if (hardState != null) {
                states.add(last().with(hardState));
            }
            states.add(last().reset(index, term));
            confirmIf(log.await(log.startReset(hardState, index, term)));
        }

        void compact(TestLog log, long index) {
            states.add(last().compacted(index));
            log.log.compact(index);
        }

        void rebuilt(TestLog log) {
            State s = last();
            states.add(new State(s.hardState, s.prefix, s.prefixTerm, s.entries, false, false));
            log.log.rebuilt();
        }

        TestLog rebuild(ChronicleLogStore store) {
            states.add(new State(last().hardState, 0, 0, List.of(), true, false));
            TestLog log = TestLog.openForRebuild(store, group);
            confirmIf(true);
            return log;
        }

        void destroy(ChronicleLogStore store) {
            states.add(new State(HardState.INITIAL, 0, 0, List.of(), false, true));
            store.destroy(GroupId.of(group));
            confirmIf(true);
        }

        private void confirmIf(boolean done) {
            if (!done) {
                throw new StoreException("the write failed", null);
            }
            confirmed = states.size() - 1;
        }

        /** What is found is a state not older than the confirmed one; it is confirmed now. */
        void check(ChronicleLogStore store) {
            State found = found(store);
            for (int i = states.size() - 1; i >= confirmed; i--) {
                if (states.get(i).equals(found)) {
                    while (states.size() > i + 1) {
                        states.remove(states.size() - 1);
                    }
                    confirmed = i;
                    return;
                }
            }
            assertEquals(states.get(confirmed), found, "group " + group);
        }

        private State found(ChronicleLogStore store) {
            GroupId id = GroupId.of(group);
            if (!store.groups().contains(id) && states.stream().anyMatch(State::destroyed)) {
                try {
                    TestLog.open(store, group).close();
                    return State.NEW;
                } catch (IllegalStateException e) {
                    return new State(HardState.INITIAL, 0, 0, List.of(), false, true);
                }
            }
            try (var log = TestLog.open(store, group)) {
                long prefix = log.log.firstIndex() - 1;
                return new State(
                        log.log.hardState(),
                        prefix,
                        log.log.term(prefix),
                        log.all(),
                        log.log.rebuilding(),
                        false);
            }
        }
    }

    /** All groups of a store and what they should be. */
    private static final class Models {
        final Map<String, Model> models = new TreeMap<>();

        Model of(String group) {
            return models.computeIfAbsent(group, Model::new);
        }

        Models copy() {
            Models copy = new Models();
            models.forEach((name, model) -> copy.models.put(name, model.copy()));
            return copy;
        }

        void check(ChronicleLogStore store) {
            models.values().forEach(model -> model.check(store));
        }
    }

    // ---- one operation after the other ---------------------------------------------------------

    @Example
    void crashAtEveryOperation() throws IOException {
        int all = 1_000_000;
        Path whole = root.resolve("whole");
        CrashingDisk counting = new CrashingDisk(whole, all);
        Models finished = new Models();
        try (var store = builder(-1).journals(counting).open(whole, TestLog.IDENTITY)) {
            live(store, finished, counting);
        }
        int total = all - counting.operationsLeft();
        List.of(
                        RecordType.REWRITTEN_ENTRY,
                        RecordType.SEGMENTS_DROPPED,
                        RecordType.RESET,
                        RecordType.REBUILD_BEGUN)
                .forEach(type -> assertTrue(counting.written.containsKey(type), type.toString()));
        assertTrue(counting.filesDeleted() > 8, counting.filesDeleted() + " files deleted");
        for (int operations = firstOperation; operations <= total; operations++) {
            crashAt(operations);
        }
    }

    /** Before it there is nothing but plain writing. */
    private int firstOperation;

    private void crashAt(int operations) throws IOException {
        Random random = new Random(operations);
        Path folder = root.resolve("at" + operations);
        CrashingDisk disk = new CrashingDisk(folder, operations);
        Models models = new Models();
        try (var store = builder(-1).journals(disk).open(folder, TestLog.IDENTITY)) {
            live(store, models, disk);
        } catch (StoreException | CrashingDisk.PowerLoss e) {
            assertTrue(disk.hasCrashed(), e.toString());
        }
        Path torn = Folders.copy(folder, root.resolve("torn" + operations));
        if (operations % 4 > 0) {
            disk.tear(torn, random);
        }
        Models expected = models.copy();
        try (var store = builder(-1).open(torn, TestLog.IDENTITY)) {
            expected.check(store);
            store.compactNow();
            expected.check(store);
        }
        if (operations % 3 == 0) {
            try (var store = builder(-1).open(torn, TestLog.IDENTITY)) {
                expected.check(store);
            }
        }
        Folders.delete(folder);
        Folders.delete(torn);
    }

    /** One busy group; others that each do something special and fall silent. */
    private void live(ChronicleLogStore store, Models models, CrashingDisk disk)
            throws IOException {
        Model busy = models.of("busy");
        Model idle = models.of("idle");
        Model reset = models.of("reset");
        Model anew = models.of("anew");
        Model gone = models.of("gone");
        try (var busyLog = TestLog.open(store, "busy");
                var idleLog = TestLog.open(store, "idle");
                var resetLog = TestLog.open(store, "reset")) {
            busyLog.snapshot(FAR);
            idleLog.snapshot(FAR);
            resetLog.snapshot(FAR);
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
            firstOperation = 1_000_000 - disk.operationsLeft();
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
                anewLog.snapshot(FAR);
                anew.reset(anewLog, null, 33, 7);
                anew.rebuilt(anewLog);
                anew.append(anewLog, new HardState(8, null), entries(anew, 2, 8, 200));
            }
            busy.append(busyLog, null, entries(busy, 20, 9, 8000));
            busy.compact(busyLog, busy.last().last() - 2);
            store.compactNow();
        }
    }

    private static List<LogEntry> entries(Model model, int count, long term, int bytes) {
        long first = model.last().last() + 1;
        return TestLog.entries(first, first + count - 1, term, bytes);
    }

    // ---- anything in any order -----------------------------------------------------------------

    @Property(tries = 30)
    void randomWritesSurviveCrashesWithCompactionInTheBackground(
            @ForAll long seed, @ForAll @IntRange(min = 30, max = 500) int operations) {
        Random random = new Random(seed);
        Models models = new Models();
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
            ChronicleLogStore store, Models models, Random random, CrashingDisk disk) {
        Map<String, TestLog> logs = new TreeMap<>();
        for (String group : models.models.keySet()) {
            TestLog log = TestLog.open(store, group);
            log.snapshot(FAR);
            logs.put(group, log);
        }
        while (!disk.hasCrashed()) {
            // The first is busy, the last nearly idle.
            String group =
                    List.of("a", "b", "c", "d").get((int) (4 * Math.pow(random.nextDouble(), 3)));
            step(models.of(group), logs.get(group), random);
        }
    }

    private static void step(Model model, TestLog log, Random random) {
        State last = model.last();
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
