package io.jangada.raft.impl.core;

import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.LogReader;
import io.jangada.raft.spi.SnapshotInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log as the algorithm sees it: what the store holds, followed by the entries that the next
 * {@link Ready} will hand to it; and which part of it is durable.
 */
final class RaftLog {
    /** A write under way, and the log's last index that it makes durable. */
    private static final class PendingWrite {
        private final long sequence;
        private long lastIndex;

        PendingWrite(long sequence, long lastIndex) {
            this.sequence = sequence;
            this.lastIndex = lastIndex;
        }
    }

    /** Room for the next write: as much as the last one took, up to this. */
    private static final int ENTRIES_EXPECTED = 1024;

    private final LogReader stored;

    /** Entries not yet handed to the store, consecutive. */
    private List<LogEntry> unstable = new ArrayList<>();

    /** Index of the first unstable entry; one behind the last stored entry if there is none. */
    private long unstableFrom;

    /** Set while a changed hard state waits for the next write. */
    private @Nullable HardState unstableHardState;

    /** Writes handed out and not yet confirmed, in order. */
    private final Deque<PendingWrite> pending = new ArrayDeque<>();

    /** Set while the log's new beginning behind a snapshot waits for the next {@link Ready}. */
    private Ready.@Nullable Reset unstableReset;

    private long lastWriteSequence;
    private long persistedSequence;

    /** Highest index that is durable here and belongs to the present log. */
    private long durableIndex;

    RaftLog(LogReader stored) {
        this.stored = stored;
        this.unstableFrom = stored.lastIndex() + 1;
        this.durableIndex = stored.lastIndex();
    }

    long firstIndex() {
        return unstableReset == null ? stored.firstIndex() : unstableReset.index() + 1;
    }

    long lastIndex() {
        return unstableFrom + unstable.size() - 1;
    }

    long lastTerm() {
        return term(lastIndex());
    }

    long durableIndex() {
        return durableIndex;
    }

    /** The cluster time of the last entry; of the snapshot before it if the log is empty. */
    long lastClusterTimeMillis(@Nullable SnapshotInfo snapshot) {
        if (!unstable.isEmpty()) {
            return unstable.get(unstable.size() - 1).clusterTimeMillis();
        }
        long last = lastIndex();
        if (last >= firstIndex()) {
            return stored.entries(last, last, 1).get(0).clusterTimeMillis();
        }
        return snapshot == null ? 0 : snapshot.meta().clusterTimeMillis();
    }

    /** The term of an entry from {@code firstIndex() - 1} to {@code lastIndex()}. */
    long term(long index) {
        if (index >= unstableFrom) {
            return unstable.get((int) (index - unstableFrom)).term();
        }
        return unstableReset != null && index == unstableReset.index()
                ? unstableReset.term()
                : stored.term(index);
    }

    /** Paper §5.3: whether the log has an entry at this index with this term. */
    boolean matches(long index, long term) {
        return index >= firstIndex() - 1 && index <= lastIndex() && term(index) == term;
    }

    /** Paper §5.4.1: whether a log that ends so is at least as up to date as this one. */
    boolean isUpToDate(long otherLastIndex, long otherLastTerm) {
        long lastTerm = lastTerm();
        return otherLastTerm > lastTerm
                || (otherLastTerm == lastTerm && otherLastIndex >= lastIndex());
    }

    /**
     * The first index, at or above a floor, from which on all entries up to {@code index} have its
     * term.
     */
    long firstIndexOfTerm(long index, long floor) {
        long term = term(index);
        long first = index;
        while (first > Math.max(floor, firstIndex()) && term(first - 1) == term) {
            first--;
        }
        return first;
    }

    /** The highest index at or below {@code index} whose term is at most {@code term}. */
    long lastIndexUpToTerm(long index, long term) {
        long last = Math.min(index, lastIndex());
        while (last >= firstIndex() && term(last) > term) {
            last--;
        }
        return last;
    }

    /** Entries from an index on, to the end or until their payloads exceed a size; one at least. */
    List<LogEntry> entriesFrom(long from, long bytesMax) {
        if (from >= unstableFrom) {
            return prefix(unstable.subList((int) (from - unstableFrom), unstable.size()), bytesMax);
        }
        List<LogEntry> head = stored.entries(from, unstableFrom - 1, bytesMax);
        if (unstable.isEmpty() || from + head.size() < unstableFrom) {
            return head;
        }
        long rest = bytesMax - payloadBytes(head);
        if (rest < unstable.get(0).payloadBytes()) {
            return head;
        }
        List<LogEntry> all = new ArrayList<>(head);
        all.addAll(prefix(unstable, rest));
        return all;
    }

    static long payloadBytes(List<LogEntry> entries) {
        long bytes = 0;
        for (LogEntry entry : entries) {
            bytes += entry.payloadBytes();
        }
        return bytes;
    }

    /** A copy: the unstable entries may be truncated while a message that holds them waits. */
    private static List<LogEntry> prefix(List<LogEntry> entries, long bytesMax) {
        long bytes = 0;
        int count = 0;
        for (LogEntry entry : entries) {
            bytes += entry.payloadBytes();
            if (count > 0 && bytes > bytesMax) {
                break;
            }
            count++;
        }
        return new ArrayList<>(entries.subList(0, count));
    }

    void append(LogEntry entry) {
        InvariantViolation.check(
                entry.index() == lastIndex() + 1,
                "an entry must follow the last one (entry, last)",
                entry.index(),
                lastIndex());
        unstable.add(entry);
    }

    /**
     * Forgets the entries from an index on. Writes under way that contain them no longer make
     * anything from there on durable: the same index may be written again, even with the same term.
     */
    void truncateFrom(long index) {
        if (index >= unstableFrom) {
            unstable.subList((int) (index - unstableFrom), unstable.size()).clear();
        } else {
            unstable.clear();
            unstableFrom = index;
        }
        durableIndex = Math.min(durableIndex, index - 1);
        for (PendingWrite write : pending) {
            write.lastIndex = Math.min(write.lastIndex, index - 1);
        }
    }

    /**
     * The log is empty from now on and goes on behind a durable snapshot. Writes under way make
     * nothing of it durable, for what they hold is gone; up to the snapshot's last entry the
     * snapshot stands for it.
     */
    void reset(long index, long term) {
        unstable.clear();
        unstableFrom = index + 1;
        unstableReset = new Ready.Reset(0, null, index, term);
        durableIndex = index;
        for (PendingWrite write : pending) {
            write.lastIndex = Math.min(write.lastIndex, index);
        }
    }

    void changed(HardState hardState) {
        unstableHardState = hardState;
    }

    /**
     * The write that everything known now will be durable with: the next one if something waits for
     * it, else the last one handed out.
     */
    long currentWrite() {
        if (unstableReset != null) {
            return lastWriteSequence + (unstable.isEmpty() ? 1 : 2);
        }
        return isDirty() ? lastWriteSequence + 1 : lastWriteSequence;
    }

    boolean isPersisted(long writeSequence) {
        return writeSequence <= persistedSequence;
    }

    /** A write to be handed to the store, after a reset that is a write of its own. */
    record Write(
            Ready.@Nullable Reset reset,
            long sequence,
            @Nullable HardState hardState,
            List<LogEntry> entries) {}

    /** Hands out what waits; the caller gives it to the store before anything else is read. */
    Write takeWrite() {
        Ready.Reset reset = takeReset();
        if (!isDirty()) {
            return new Write(reset, 0, null, List.of());
        }
        lastWriteSequence++;
        Write write = new Write(reset, lastWriteSequence, unstableHardState, unstable);
        pending.add(new PendingWrite(lastWriteSequence, lastIndex()));
        unstableFrom = lastIndex() + 1;
        unstable = new ArrayList<>(Math.min(unstable.size(), ENTRIES_EXPECTED));
        unstableHardState = null;
        return write;
    }

    private Ready.@Nullable Reset takeReset() {
        Ready.Reset waiting = unstableReset;
        if (waiting == null) {
            return null;
        }
        unstableReset = null;
        lastWriteSequence++;
        pending.add(new PendingWrite(lastWriteSequence, waiting.index()));
        HardState hardState = unstableHardState;
        unstableHardState = null;
        return new Ready.Reset(lastWriteSequence, hardState, waiting.index(), waiting.term());
    }

    /** All writes up to this one are durable (thesis §10.2.1). */
    void persisted(long writeSequence) {
        persistedSequence = Math.max(persistedSequence, writeSequence);
        while (!pending.isEmpty() && pending.getFirst().sequence <= writeSequence) {
            durableIndex = Math.max(durableIndex, pending.removeFirst().lastIndex);
        }
    }

    private boolean isDirty() {
        return unstableHardState != null || !unstable.isEmpty();
    }
}
