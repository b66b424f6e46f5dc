package io.jangada.raft.testkit.sim;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.testkit.sim.UnsyncedWrite.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a power failure may take from a disk: records of the log, changes of names, and content of
 * files. Each such part is told from others by its identity.
 */
final class Unsynced {
    private record Part(Object identity, UnsyncedWrite write) {}

    private final Map<GroupId, SimFolder> folders;

    /** Appended and not yet covered by a completed sync, in order. */
    private final List<DiskRecord> log = new ArrayList<>();

    /** Parts that no power failure spares. */
    private final Set<Object> doomed = newSet();

    Unsynced(Map<GroupId, SimFolder> folders) {
        this.folders = folders;
    }

    private static Set<Object> newSet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    List<DiskRecord> log() {
        return log;
    }

    List<UnsyncedWrite> list() {
        return parts().stream().map(Part::write).toList();
    }

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (DiskRecord record : log) {
            add(parts, record, Kind.LOG, "log: " + record.words());
        }
        for (SimFolder folder : folders.values()) {
            for (SimFolder.Change change : folder.unsynced()) {
                add(parts, change, Kind.NAME, "name: " + change.text());
            }
            folder.files()
                    .forEach(
                            (name, file) ->
                                    file.unsynced()
                                            .forEach(
                                                    chunk ->
                                                            add(
                                                                    parts,
                                                                    chunk,
                                                                    Kind.CONTENT,
                                                                    "content: "
                                                                            + name
                                                                            + " "
                                                                            + chunk.length
                                                                            + " B")));
        }
        return parts;
    }

    private static void add(List<Part> parts, Object identity, Kind kind, String text) {
        parts.add(new Part(identity, new UnsyncedWrite(parts.size() + 1, kind, text)));
    }

    /** The parts that somebody wants to survive. */
    Set<Object> chosen(Predicate<? super UnsyncedWrite> survives) {
        Set<Object> chosen = newSet();
        for (Part part : parts()) {
            if (survives.test(part.write())) {
                chosen.add(part.identity());
            }
        }
        return chosen;
    }

    /** Everything that there is. */
    Set<Object> all() {
        return chosen(write -> true);
    }

    /** What is here now and was not before, in order. */
    List<Object> since(Set<Object> before) {
        List<Object> added = new ArrayList<>();
        for (Part part : parts()) {
            if (!before.contains(part.identity())) {
                added.add(part.identity());
            }
        }
        return added;
    }

    /** No power failure spares these, unless a sync comes first. */
    void doom(Collection<Object> parts) {
        doomed.addAll(parts);
    }

    boolean isDoomed(Object part) {
        return doomed.contains(part);
    }

    /** How many records of the log can be read if only some parts survive. */
    int logSurvivors(Predicate<Object> survives) {
        int survivors = 0;
        while (survivors < log.size() && survives.test(log.get(survivors))) {
            survivors++;
        }
        return survivors;
    }

    void clear() {
        log.clear();
        doomed.clear();
    }
}
