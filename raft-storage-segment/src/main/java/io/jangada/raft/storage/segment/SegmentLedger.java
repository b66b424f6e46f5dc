package io.jangada.raft.storage.segment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The segments that are no longer written to, oldest first: those of earlier openings and those
 * that the writer has left. The writer adds and removes; any thread looks.
 */
final class SegmentLedger {
    /**
     * A segment, its store sequences, and what it takes of the disk without the checkpoints at its
     * ends, which are no waste.
     */
    record Closed(int number, long first, long last, long bytes) {}

    private final List<Closed> segments = new ArrayList<>();

    /** Kept, since the writer asks before every record. */
    private int rangeCount;

    private Runnable onAdd = () -> {};

    /** Sets who is told of each new one. */
    synchronized void onAdd(Runnable listener) {
        onAdd = listener;
    }

    synchronized void add(Closed segment) {
        segments.add(segment);
        rangeCount = ranges(segments, Set.of()).size();
        onAdd.run();
    }

    synchronized void remove(Set<Integer> numbers) {
        segments.removeIf(segment -> numbers.contains(segment.number()));
        rangeCount = ranges(segments, Set.of()).size();
    }

    synchronized List<Closed> list() {
        return List.copyOf(segments);
    }

    /** The sequences that these segments hold. */
    synchronized List<Checkpoint.Range> ranges() {
        return ranges(segments, Set.of());
    }

    synchronized int rangeCount() {
        return rangeCount;
    }

    private static List<Checkpoint.Range> ranges(List<Closed> segments, Collection<Integer> gone) {
        List<Checkpoint.Range> ranges = new ArrayList<>();
        for (Closed segment : segments) {
            if (gone.contains(segment.number())) {
                continue;
            }
            int end = ranges.size() - 1;
            if (end >= 0 && ranges.get(end).last() + 1 == segment.first()) {
                Checkpoint.Range before = ranges.get(end);
                ranges.set(
                        end,
                        new Checkpoint.Range(before.segment(), before.first(), segment.last()));
            } else {
                ranges.add(new Checkpoint.Range(segment.number(), segment.first(), segment.last()));
            }
        }
        return ranges;
    }

    /**
     * Those of some dead segments that may be dropped now. Each one in the middle tears a range in
     * two, and all ranges are repeated in every checkpoint; so some may have to wait for others.
     */
    synchronized Set<Integer> droppable(Set<Integer> dead) {
        TreeSet<Integer> dropped = new TreeSet<>(dead);
        int rangesMax = Math.max(Checkpoint.RANGES_MAX, rangeCount);
        while (ranges(segments, dropped).size() > rangesMax) {
            dropped.pollLast();
        }
        return dropped;
    }
}
