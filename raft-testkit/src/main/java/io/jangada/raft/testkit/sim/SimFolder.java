package io.jangada.raft.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A folder of snapshot files on a disk. What was done to names since the last sync of the folder
 * may be done or undone by a crash, each for itself.
 */
final class SimFolder {
    private final Map<String, SimFile> durable = new TreeMap<>();
    private final Map<String, SimFile> names = new TreeMap<>();
    private final List<Consumer<Map<String, SimFile>>> unsynced = new ArrayList<>();

    Map<String, SimFile> names() {
        return names;
    }

    @Nullable SimFile file(String name) {
        return names.get(name);
    }

    /** What a power failure would spare for certain. */
    Map<String, SimFile> durable() {
        return durable;
    }

    void create(String name, SimFile file) {
        change(map -> map.put(name, file));
    }

    void rename(String from, String to) {
        SimFile file = names.get(from);
        if (file != null) {
            change(
                    map -> {
                        map.remove(from);
                        map.put(to, file);
                    });
        }
    }

    void delete(String name) {
        change(map -> map.remove(name));
    }

    private void change(Consumer<Map<String, SimFile>> change) {
        change.accept(names);
        unsynced.add(change);
    }

    void sync() {
        durable.clear();
        durable.putAll(names);
        unsynced.clear();
    }

    void crash(SimRandom random) {
        for (Consumer<Map<String, SimFile>> change : unsynced) {
            if (random.chance(0.5)) {
                change.accept(durable);
            }
        }
        durable.values().forEach(file -> file.crash(random));
        unsynced.clear();
        names.clear();
        names.putAll(durable);
    }

    /** Everything is gone. */
    void wipe() {
        durable.clear();
        names.clear();
        unsynced.clear();
    }
}
