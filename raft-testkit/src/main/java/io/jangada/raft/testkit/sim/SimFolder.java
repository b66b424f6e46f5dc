package io.jangada.raft.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A folder of snapshot files on a disk. What was done to names since the last sync of the folder
 * may be done or undone by a crash, each for itself.
 */
final class SimFolder {
    /** Something done to a name. Not a record: each is a thing of its own. */
    static final class Change {
        private final String text;
        private final Consumer<Map<String, SimFile>> effect;

        Change(String text, Consumer<Map<String, SimFile>> effect) {
            this.text = text;
            this.effect = effect;
        }

        String text() {
            return text;
        }
    }

    private final Map<String, SimFile> durable = new TreeMap<>();
    private final Map<String, SimFile> names = new TreeMap<>();
    private final List<Change> unsynced = new ArrayList<>();

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

    List<Change> unsynced() {
        return unsynced;
    }

    /** All files by name, those too that only a power failure would bring back. */
    Map<String, SimFile> files() {
        Map<String, SimFile> files = new TreeMap<>(durable);
        for (Map.Entry<String, SimFile> each : names.entrySet()) {
            files.values().remove(each.getValue());
            files.put(each.getKey(), each.getValue());
        }
        return files;
    }

    void create(String name, SimFile file) {
        change("creation of " + name, map -> map.put(name, file));
    }

    void rename(String from, String to) {
        SimFile file = names.get(from);
        if (file != null) {
            change(
                    "renaming of " + from + " to " + to,
                    map -> {
                        map.remove(from);
                        map.put(to, file);
                    });
        }
    }

    void delete(String name) {
        if (names.containsKey(name) || durable.containsKey(name)) {
            change("deletion of " + name, map -> map.remove(name));
        }
    }

    private void change(String text, Consumer<Map<String, SimFile>> effect) {
        effect.accept(names);
        unsynced.add(new Change(text, effect));
    }

    void sync() {
        durable.clear();
        durable.putAll(names);
        unsynced.clear();
    }

    /**
     * The power fails.
     *
     * @param spared chooses changes of names that survive
     * @param content what becomes of the content of a file that there still is
     */
    void crash(Predicate<Object> spared, Consumer<SimFile> content) {
        for (Change change : unsynced) {
            if (spared.test(change)) {
                change.effect.accept(durable);
            }
        }
        durable.values().forEach(content);
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
