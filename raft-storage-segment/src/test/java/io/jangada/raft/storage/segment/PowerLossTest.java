package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.jspecify.annotations.Nullable;

/**
 * Random writes, and at a random disk operation the power fails or the process is killed (rules
 * Z27, Z29, Z30; scenarios S18, S19, S24): what was confirmed is there afterwards, and what is
 * there is what was written.
 */
@Tag("long")
class PowerLossTest {
    private static final NodeId N2 = NodeId.of("n2");
    private static final List<String> GROUPS = List.of("a", "b", "c");

    private Path root = Path.of("");
    private int generation;

    @BeforeTry
    void makeFolder() throws Exception {
        root = Folders.inMemory();
        generation = 0;
    }

    @AfterTry
    void deleteFolder() {
        Folders.delete(root);
    }

    @Property(tries = 150)
    void confirmedWritesSurviveCrashes(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 400) int operations) {
        Random random = new Random(seed);
        Map<String, Model> models = new TreeMap<>();
        GROUPS.forEach(group -> models.put(group, new Model()));
        Path folder = root.resolve("0");
        for (int life = 0; life < 3; life++) {
            folder = live(folder, models, operations / (life + 1), random);
        }
        try (var store = TestLog.openStore(folder)) {
            models.forEach((group, model) -> model.check(store, group));
        }
    }

    /** Every operation around a roll, one after the other (rule Z31). */
    @Example
    void crashAtEveryOperationAroundARoll() {
        for (int operations = 0; operations < 60; operations++) {
            Random random = new Random(operations);
            Model model = new Model();
            Path folder = root.resolve("roll" + operations);
            CrashingDisk disk = new CrashingDisk(folder, operations);
            try (var store = TestLog.builder().journals(disk).open(folder, TestLog.IDENTITY);
                    var log = TestLog.open(store, "a")) {
                // Large entries: a segment takes six of them.
                while (model.step(log, random, 18_000)) {}
                model.confirmed(log);
            } catch (StoreException e) {
                assertTrue(disk.hasCrashed(), e.toString());
            }
            assertTrue(disk.hasCrashed());
            for (int image = 0; image < 4; image++) {
                Path copy = Folders.copy(folder, root.resolve("copy" + operations + "-" + image));
                disk.tear(copy, random);
                try (var store = TestLog.openStore(copy)) {
                    model.copy().check(store, "a");
                }
                Folders.delete(copy);
            }
            Folders.delete(folder);
        }
    }

    private Path live(Path folder, Map<String, Model> models, int operations, Random random) {
        CrashingDisk disk = new CrashingDisk(folder, operations);
        try (var store = TestLog.builder().journals(disk).open(folder, TestLog.IDENTITY)) {
            models.forEach((group, model) -> model.check(store, group));
            Map<String, TestLog> logs = new TreeMap<>();
            GROUPS.forEach(group -> logs.put(group, TestLog.open(store, group)));
            try {
                while (!disk.hasCrashed()) {
                    String group = GROUPS.get(random.nextInt(GROUPS.size()));
                    models.get(group).step(logs.get(group), random, 3000);
                }
            } catch (StoreException e) {
                assertTrue(disk.hasCrashed(), e.toString());
            }
            models.forEach((group, model) -> model.confirmed(logs.get(group)));
        } catch (StoreException e) {
            assertTrue(disk.hasCrashed(), e.toString());
        }
        Path next = Folders.copy(folder, root.resolve(Integer.toString(++generation)));
        if (random.nextInt(4) > 0) {
            disk.tear(next, random);
        }
        return next;
    }

    /** All states that a log went through, record by record, and the last that was confirmed. */
    private static final class Model {
        private final List<HardState> hardStates = new ArrayList<>(List.of(HardState.INITIAL));
        private final List<List<LogEntry>> logs = new ArrayList<>(List.of(List.of()));

        /** For each write, the state after it. */
        private final Map<Long, Integer> ends = new TreeMap<>();

        private int confirmed;

        Model copy() {
            Model copy = new Model();
            copy.hardStates.addAll(hardStates.subList(1, hardStates.size()));
            copy.logs.addAll(logs.subList(1, logs.size()));
            copy.confirmed = confirmed;
            return copy;
        }

        /** One random write; false if the store has failed. */
        boolean step(TestLog log, Random random, int payloadMax) {
            HardState hardState = null;
            if (random.nextInt(3) == 0) {
                hardState = new HardState(hardStates.size(), random.nextBoolean() ? N2 : null);
            }
            List<LogEntry> entries = randomEntries(last(), random, payloadMax);
            try {
                long write = log.start(hardState, entries);
                add(hardState, entries);
                ends.put(write, logs.size() - 1);
                if (random.nextInt(3) == 0) {
                    return log.await(write);
                }
                return log.failures() == 0;
            } catch (StoreException e) {
                // Whether the last call came through does not matter: nothing confirmed it.
                return false;
            }
        }

        private List<LogEntry> randomEntries(List<LogEntry> log, Random random, int payloadMax) {
            long first = log.size() + 1L;
            if (random.nextInt(6) == 0 && !log.isEmpty()) {
                first = 1L + random.nextInt(log.size());
            }
            int count = random.nextInt(5);
            List<LogEntry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                entries.add(TestLog.entry(first + i, logs.size(), random.nextInt(payloadMax)));
            }
            return entries;
        }

        private List<LogEntry> last() {
            return logs.get(logs.size() - 1);
        }

        private void add(@Nullable HardState hardState, List<LogEntry> entries) {
            HardState now = hardStates.get(hardStates.size() - 1);
            if (hardState != null) {
                now = hardState;
                state(now, last());
            }
            List<LogEntry> log = new ArrayList<>(last());
            if (!entries.isEmpty() && entries.get(0).index() <= log.size()) {
                log = new ArrayList<>(log.subList(0, (int) entries.get(0).index() - 1));
                state(now, log);
            }
            for (LogEntry entry : entries) {
                log = new ArrayList<>(log);
                log.add(entry);
                state(now, log);
            }
        }

        private void state(HardState hardState, List<LogEntry> log) {
            hardStates.add(hardState);
            logs.add(log);
        }

        void confirmed(TestLog log) {
            Integer end = ends.get(log.persisted());
            confirmed = end == null ? confirmed : end;
            ends.clear();
        }

        /** What was recovered is a state not older than the confirmed one; it is confirmed now. */
        void check(SegmentLogStore store, String group) {
            if (confirmed > 0) {
                assertTrue(store.groups().contains(GroupId.of(group)));
            }
            try (var log = TestLog.open(store, group)) {
                List<LogEntry> recovered = log.all();
                HardState hardState = log.log.hardState();
                for (int i = logs.size() - 1; i >= confirmed; i--) {
                    if (hardStates.get(i).equals(hardState) && logs.get(i).equals(recovered)) {
                        forget(i);
                        return;
                    }
                }
                assertEquals(hardStates.get(confirmed), hardState);
                assertEquals(logs.get(confirmed), recovered, "at least the confirmed state");
            }
        }

        /** The recovered state is where the next life begins. */
        private void forget(int recovered) {
            while (logs.size() > recovered + 1) {
                logs.remove(logs.size() - 1);
                hardStates.remove(hardStates.size() - 1);
            }
            confirmed = recovered;
        }
    }
}
