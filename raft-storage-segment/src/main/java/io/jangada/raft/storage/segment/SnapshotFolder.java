package io.jangada.raft.storage.segment;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What lies in the folder of one group's snapshots. Looking changes nothing. */
final class SnapshotFolder {
    private static final Comparator<Candidate> NEWEST_FIRST =
            Comparator.<Candidate>comparingLong(c -> c.place().index())
                    .thenComparingLong(c -> c.place().term())
                    .reversed();

    private final Path folder;
    private final GroupId group;
    private final StoreId store;
    private final List<String> damages = new ArrayList<>();
    private @Nullable Verified newest;

    SnapshotFolder(Path folder, GroupId group, StoreId store) {
        this.folder = folder;
        this.group = group;
        this.store = store;
    }

    private record Candidate(Path file, SnapshotNames.Place place) {}

    /** A snapshot of which every checksum is good. */
    record Verified(Path file, SnapshotInfo info) {}

    /** Finds the newest snapshot that is whole; those that are newer are damaged. */
    void look() throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        for (Path file : list(folder)) {
            SnapshotNames.Place place = SnapshotNames.snapshotPlace(name(file));
            if (place != null) {
                candidates.add(new Candidate(file, place));
            }
        }
        candidates.sort(NEWEST_FIRST);
        for (Candidate candidate : candidates) {
            try {
                newest = new Verified(candidate.file(), verify(candidate));
                return;
            } catch (StoreException e) {
                damages.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private SnapshotInfo verify(Candidate candidate) {
        try (SnapshotFileReader reader = SnapshotFileReader.open(candidate.file())) {
            SnapshotFormat.Header header = reader.header();
            if (!header.store().equals(store)) {
                throw SnapshotFormat.damaged(
                        candidate.file(), "it was written by store " + header.store());
            }
            if (!header.group().equals(group)) {
                throw SnapshotFormat.damaged(
                        candidate.file(), "it is of group '" + header.group() + "'");
            }
            long index = header.meta().index();
            long term = header.meta().term();
            if (index != candidate.place().index() || term != candidate.place().term()) {
                throw SnapshotFormat.damaged(
                        candidate.file(),
                        "its header says index %d, term %d".formatted(index, term));
            }
            reader.verify();
            return reader.info();
        }
    }

    @Nullable Verified newest() {
        return newest;
    }

    /** What is wrong with the files that are newer than the newest whole one; empty if nothing. */
    String damage() {
        return String.join("; ", damages);
    }

    /**
     * Removes what a crash left: own snapshots that were not finished, older ones, and parts of one
     * that is of no use any more. What is damaged stays until the next snapshot, for whoever wants
     * to look at it.
     */
    void clean(Disk disk) throws IOException {
        Verified kept = newest;
        long upTo = kept == null ? 0 : kept.info().meta().index();
        if (kept != null) {
            // A kill may have come before its name was durable, and it counts from now on.
            disk.syncFolder(folder);
        }
        for (Path file : list(folder)) {
            String name = name(file);
            SnapshotNames.Place snapshot = SnapshotNames.snapshotPlace(name);
            SnapshotNames.Place partial = SnapshotNames.partialPlace(name);
            boolean older =
                    kept != null
                            && snapshot != null
                            && !file.equals(kept.file())
                            && snapshot.index() <= upTo;
            boolean useless = partial != null && partial.index() <= upTo;
            if (older || useless || name.endsWith(SnapshotNames.WRITING)) {
                disk.delete(file);
            }
        }
    }

    /** Deletes parts of snapshots, but for one. */
    static void deletePartials(Path folder, Disk disk, String kept) throws IOException {
        delete(folder, disk, n -> SnapshotNames.partialPlace(n) != null && !n.equals(kept));
    }

    /** Deletes finished snapshots, but for one. */
    static void deleteSnapshots(Path folder, Disk disk, String kept) throws IOException {
        delete(folder, disk, n -> SnapshotNames.snapshotPlace(n) != null && !n.equals(kept));
    }

    /** Deletes the folder with all that is in it; false if there was none. */
    static boolean deleteAll(Path folder, Disk disk) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        delete(folder, disk, name -> true);
        disk.delete(folder);
        return true;
    }

    private static void delete(Path folder, Disk disk, Predicate<String> names) throws IOException {
        for (Path file : list(folder)) {
            if (names.test(name(file))) {
                disk.delete(file);
            }
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
