package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Gives disk space back, in the background: deletes segments that no group needs, and, when what is
 * alive is a small part of what is on the disk, writes the live entries of the emptiest segment
 * once more so that it can be deleted, too. So a group that is idle keeps its entries, but not the
 * segments they were first written to.
 *
 * <p>A segment goes in three steps: everything that made it dead becomes durable; a record says
 * that it is not needed; the file is deleted. After a crash in between it is found dead again.
 *
 * <p>What all this leaves on the disk is at most twice what is alive, and {@link #SPARE_SEGMENTS}
 * more. Reading and rewriting takes at most about half of the time, in small batches, so that the
 * groups' own writes never wait for more than one of them.
 */
final class Compactor implements Runnable {
    private static final Logger LOG = System.getLogger(Compactor.class.getPackageName());

    /** Segments that may be there beyond twice what is alive, before anything is rewritten. */
    static final int SPARE_SEGMENTS = 2;

    /** And so many files, for openings that wrote little each. */
    static final int SPARE_FILES = 16;

    private static final int BATCH_BYTES = 256 << 10;

    private final LogWriter writer;
    private final SegmentLedger ledger;
    private final SegmentFiles files;
    private final Journal journal;
    private final long segmentBytes;
    private final long intervalNanos;
    private final int evidence;
    private final Supplier<Collection<GroupState>> groups;
    private final Thread thread;

    // Guarded by this.
    private boolean asked;
    private boolean closing;

    /** Segments with an entry that cannot be moved, since it cannot be read. */
    private final Set<Integer> stuck = new HashSet<>();

    /** What a compactor needs to be told. */
    record Setup(
            String name,
            SegmentLedger ledger,
            SegmentFiles files,
            Journal journal,
            long segmentBytes,
            long intervalMillis,
            int evidence) {}

    /**
     * A compactor; it does nothing before {@link #start}.
     *
     * @param groups all groups, destroyed ones included
     */
    Compactor(Setup setup, LogWriter writer, Supplier<Collection<GroupState>> groups) {
        this.writer = writer;
        this.groups = groups;
        ledger = setup.ledger();
        files = setup.files();
        journal = setup.journal();
        segmentBytes = setup.segmentBytes();
        intervalNanos = TimeUnit.MILLISECONDS.toNanos(setup.intervalMillis());
        evidence = setup.evidence();
        thread = new Thread(this, setup.name());
        thread.setDaemon(true);
    }

    void start() {
        ledger.onAdd(this::ask);
        ask();
        thread.start();
    }

    /** There may be something to give back. Never blocks. */
    synchronized void ask() {
        if (!asked) {
            asked = true;
            notifyAll();
        }
    }

    /** Stops; a segment that is being deleted is finished. */
    void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (awaitWork()) {
                compact();
            }
        } catch (StoreException e) {
            // The store has failed or is closing; whoever uses it hears of that.
            LOG.log(Level.DEBUG, "no more compaction", e);
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(
                    Level.ERROR,
                    "{0} is not compacted any more and will grow, because of {1}: open it again",
                    files.folder(),
                    e);
            LOG.log(Level.DEBUG, "the cause", e);
        }
    }

    /** Does what there is to do now. For one thread at a time. */
    void compact() throws IOException {
        boolean more = true;
        while (more && pause(0)) {
            more = dropDead() || rewriteOne();
        }
    }

    /** Waits until there may be work; not woken for every single compaction of every group. */
    private boolean awaitWork() {
        synchronized (this) {
            while (!asked && !closing) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    // Nobody interrupts this thread to any purpose.
                    return false;
                }
            }
        }
        if (!pause(intervalNanos)) {
            return false;
        }
        synchronized (this) {
            asked = false;
        }
        return true;
    }

    /** Waits; false when the store is closing. */
    private boolean pause(long nanos) {
        long until = System.nanoTime() + nanos;
        synchronized (this) {
            while (!closing) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return true;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                } catch (InterruptedException e) {
                    return false;
                }
            }
            return false;
        }
    }

    // Deletion.

    /** Deletes what nothing needs. */
    private boolean dropDead() throws IOException {
        List<SegmentLedger.Closed> closed = ledger.list();
        if (closed.isEmpty()) {
            return false;
        }
        Set<Integer> dead = dead(closed, survey());
        if (dead.isEmpty()) {
            return false;
        }
        // A write that rolled may not have told yet what it left in the segment before. And
        // whatever made segments dead is durable once this returns.
        writer.barrier();
        dead.retainAll(dead(closed, survey()));
        Set<Integer> dropped = ledger.droppable(dead);
        if (dropped.isEmpty()) {
            return false;
        }
        writer.dropAndWait(dropped);
        for (int segment : dropped) {
            files.unmap(segment);
            journal.delete(files.fileOf(segment));
            if (!pause(TimeUnit.MILLISECONDS.toNanos(1))) {
                break;
            }
        }
        files.disk().syncFolder(files.folder());
        return true;
    }

    private Set<Integer> dead(List<SegmentLedger.Closed> closed, Survey survey) {
        Set<Integer> dead = new HashSet<>();
        for (SegmentLedger.Closed segment : closed) {
            if (segment.number() > survey.kept && survey.live(segment) == 0) {
                dead.add(segment.number());
            }
        }
        return dead;
    }

    /** What is alive, by segment. */
    private static final class Survey {
        final Map<Integer, Long> bytes = new HashMap<>();
        final Set<Integer> suspect = new HashSet<>();

        /** Up to this segment everything is kept for whoever may want to repair it. */
        int kept;

        long live(SegmentLedger.Closed segment) {
            return bytes.getOrDefault(segment.number(), 0L);
        }

        double fraction(SegmentLedger.Closed segment) {
            return (double) live(segment) / Math.max(1, segment.bytes());
        }
    }

    private Survey survey() {
        Survey survey = new Survey();
        boolean anySuspect = false;
        for (GroupState group : groups.get()) {
            boolean isSuspect = group.mark.status == GroupMark.Status.SUSPECT;
            anySuspect |= isSuspect;
            group.visitShares(
                    (segment, entries, bytes) -> {
                        survey.bytes.merge(segment, Math.max(1, bytes), Long::sum);
                        if (isSuspect) {
                            survey.suspect.add(segment);
                        }
                    });
        }
        survey.kept = anySuspect ? evidence : 0;
        return survey;
    }

    // Rewriting.

    /** Moves the live entries out of one segment, if it is time for that. */
    private boolean rewriteOne() {
        List<SegmentLedger.Closed> closed = ledger.list();
        Survey survey = survey();
        Optional<SegmentLedger.Closed> victim = victim(closed, survey);
        if (victim.isEmpty()) {
            return false;
        }
        int segment = victim.get().number();
        boolean moved = moveAll(segment);
        if (!moved) {
            stuck.add(segment);
        }
        return true;
    }

    /** The segment whose entries are to move, chosen so that at least half of it is won. */
    private Optional<SegmentLedger.Closed> victim(
            List<SegmentLedger.Closed> closed, Survey survey) {
        List<SegmentLedger.Closed> movable = new ArrayList<>();
        long total = 0;
        long live = 0;
        for (SegmentLedger.Closed segment : closed) {
            int number = segment.number();
            if (number > survey.kept
                    && !survey.suspect.contains(number)
                    && !stuck.contains(number)) {
                total += segment.bytes();
                live += survey.live(segment);
                if (survey.live(segment) > 0) {
                    movable.add(segment);
                }
            }
        }
        if (total > 2 * live + SPARE_SEGMENTS * segmentBytes) {
            return movable.stream().min(Comparator.comparingDouble(survey::fraction));
        }
        if (movable.size() > 2 * live / segmentBytes + SPARE_FILES) {
            return movable.stream().min(Comparator.comparingLong(survey::live));
        }
        return Optional.empty();
    }

    /** Whether nothing is left alive in the segment. */
    private boolean moveAll(int segment) {
        Map<String, GroupState> byName = new HashMap<>();
        groups.get().forEach(group -> byName.put(group.group().value(), group));
        int[] at = {0};
        while (at[0] >= 0) {
            long start = System.nanoTime();
            List<Write.Move> moves = new ArrayList<>();
            if (files.scan(segment, r -> at[0] = collect(r, segment, at[0], byName, moves))
                    == null) {
                return true;
            }
            if (!moves.isEmpty()) {
                writer.rewriteAndWait(moves);
            }
            if (!pause(System.nanoTime() - start)) {
                return true;
            }
        }
        return !survey().bytes.containsKey(segment);
    }

    /**
     * Collects live entries, but no more than a batch.
     *
     * @return where to go on, or -1 at the end
     */
    private static int collect(
            RecordReader reader,
            int segment,
            int from,
            Map<String, GroupState> byName,
            List<Write.Move> moves) {
        int bytes = 0;
        int scanned = 0;
        int at = from;
        while (at + RecordFormat.BYTES_MIN <= reader.limit()) {
            if (bytes >= BATCH_BYTES || scanned >= 4 * BATCH_BYTES) {
                return at;
            }
            if (!reader.at(at)) {
                at += Integer.BYTES;
                scanned++;
                continue;
            }
            GroupState state = reader.isEntry() ? byName.get(reader.group()) : null;
            if (state != null && state.isLive(reader.index(), Position.of(segment, at))) {
                LogEntry entry = reader.entry();
                moves.add(new Write.Move(state, entry, Position.of(segment, at)));
                bytes += reader.end() - at;
            }
            scanned += reader.end() - at;
            at = reader.end();
        }
        return -1;
    }
}
