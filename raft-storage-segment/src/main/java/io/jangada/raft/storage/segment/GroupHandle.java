package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.HardState;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.SnapshotStore;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.WriteListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An open group: checks calls, and joins the group's memory, the writer and the files. */
final class GroupHandle implements GroupLog {
    private static final int BATCH_EXPECTED = 1024;

    final GroupState state;
    final WriteListener listener;
    private final LogWriter writer;
    private final SegmentFiles files;
    private final EntryCache cache;
    private final FileSnapshotStore snapshots;
    private final int entryBytesMax;
    private final long heldSinceNanos;
    private final Runnable onCompaction;
    private final Runnable onClose;

    private final HardState hardStateAtOpen;
    private long lastWriteSequence;
    private volatile boolean closed;

    /** Highest write in the batch being appended, 0 if none; for the writer that has the turn. */
    long batchWriteSequence;

    GroupHandle(
            GroupState state,
            WriteListener listener,
            LogWriter writer,
            SegmentFiles files,
            EntryCache cache,
            FileSnapshotStore snapshots,
            int entryBytesMax,
            long heldSinceNanos,
            Runnable onCompaction,
            Runnable onClose) {
        this.state = state;
        this.listener = listener;
        this.writer = writer;
        this.files = files;
        this.cache = cache;
        this.snapshots = snapshots;
        this.entryBytesMax = entryBytesMax;
        this.heldSinceNanos = heldSinceNanos;
        this.onCompaction = onCompaction;
        this.onClose = onClose;
        hardStateAtOpen = state.hardState();
    }

    @Override
    public HardState hardState() {
        return hardStateAtOpen;
    }

    @Override
    public Duration heldFor() {
        return Duration.ofNanos(System.nanoTime() - heldSinceNanos);
    }

    @Override
    public long firstIndex() {
        return state.firstIndex();
    }

    @Override
    public long lastIndex() {
        return state.lastIndex();
    }

    @Override
    public long term(long index) {
        return state.term(index);
    }

    @Override
    public List<LogEntry> entries(long from, long to, long bytesMax) {
        EntryBatch batch = new EntryBatch((int) Math.min(to - from + 1, BATCH_EXPECTED), bytesMax);
        state.inMemory(from, to, batch);
        for (long next = from + batch.size();
                next <= to && !batch.isFull();
                next = from + batch.size()) {
            addFromFiles(next, to, batch);
        }
        return batch.entries();
    }

    /** Adds the next entry, unless it is too much, and those behind it that are easy to reach. */
    private void addFromFiles(long next, long to, EntryBatch batch) {
        long[] positions = state.positions(next, to);
        LogEntry cached = positions.length == 0 ? null : cache.get(positions[0]);
        if (cached != null) {
            batch.add(cached);
        } else if (positions.length == 0 || !readRun(next, positions, batch)) {
            batch.add(entry(next));
        }
    }

    private boolean readRun(long first, long[] positions, EntryBatch batch) {
        return files.readRun(
                group(),
                first,
                positions,
                entry -> {
                    cache.put(positions[(int) (entry.index() - first)], entry);
                    return batch.add(entry);
                });
    }

    private LogEntry entry(long index) {
        LogEntry recent = state.inMemory(index);
        if (recent != null) {
            return recent;
        }
        // An entry leaves memory only after its position is known.
        long position = state.position(index);
        while (true) {
            LogEntry entry = entryAt(index, position);
            if (entry != null) {
                return entry;
            }
            // Its segment was deleted a moment ago: the entry was moved before that, or dropped.
            long moved = state.position(index);
            if (moved == position || moved == Position.NONE) {
                state.checkRange(index, index);
                throw new StoreException(
                        "entry %d of group '%s' stood in a segment that is gone: open %s again"
                                .formatted(index, group(), files.folder()),
                        null);
            }
            position = moved;
        }
    }

    private @Nullable LogEntry entryAt(long index, long position) {
        LogEntry cached = cache.get(position);
        if (cached != null) {
            return cached;
        }
        LogEntry read = files.read(group(), index, position);
        if (read != null) {
            cache.put(position, read);
        }
        return read;
    }

    @Override
    public List<LogEntry> membershipEntries() {
        List<LogEntry> entries = new ArrayList<>();
        for (long index : state.membershipIndexes()) {
            entries.add(entry(index));
        }
        return entries;
    }

    @Override
    public void append(long writeSequence, @Nullable HardState hardState, List<LogEntry> entries) {
        check(writeSequence, entries);
        checkWritable();
        lastWriteSequence = writeSequence;
        // Under the lock of the state, so that nobody sees entries gone of which no write says so.
        synchronized (state) {
            long truncatesFrom = state.append(hardState, entries);
            writer.submit(new Write.Append(this, writeSequence, hardState, truncatesFrom, entries));
        }
    }

    @Override
    public void compact(long index) {
        checkWritable();
        if (index > state.lastIndex()) {
            throw new IllegalArgumentException(
                    "group '%s' cannot be compacted up to %d: its log goes from %d to %d"
                            .formatted(group(), index, state.firstIndex(), state.lastIndex()));
        }
        synchronized (state) {
            if (index >= state.firstIndex()) {
                long term = state.compact(index);
                writer.submit(new Write.Mark(RecordType.COMPACTION_MARK, state.mark, index, term));
            }
        }
        onCompaction.run();
    }

    @Override
    public void reset(long writeSequence, @Nullable HardState hardState, long index, long term) {
        checkSequence(writeSequence);
        if (index < 1 || term < 0) {
            throw new IllegalArgumentException(
                    "group '%s' cannot go on behind index %d of term %d"
                            .formatted(group(), index, term));
        }
        checkWritable();
        lastWriteSequence = writeSequence;
        synchronized (state) {
            state.reset(hardState, index, term);
            Write.Mark mark = new Write.Mark(RecordType.RESET, state.mark, index, term);
            writer.submit(new Write.Append(this, writeSequence, hardState, mark));
        }
        onCompaction.run();
    }

    @Override
    public boolean rebuilding() {
        return state.rebuilding();
    }

    @Override
    public void rebuilt() {
        checkWritable();
        synchronized (state) {
            if (state.rebuilding()) {
                state.rebuilt();
                writer.submit(new Write.Mark(RecordType.REBUILT, state.mark, 0, 0));
            }
        }
    }

    private void checkWritable() {
        if (closed) {
            throw new StoreException("the log of group '%s' is closed".formatted(group()), null);
        }
        writer.checkWritable();
    }

    private void checkSequence(long writeSequence) {
        if (writeSequence <= lastWriteSequence) {
            throw new IllegalArgumentException(
                    "write sequence %d of group '%s' does not follow %d"
                            .formatted(writeSequence, group(), lastWriteSequence));
        }
    }

    private void check(long writeSequence, List<LogEntry> entries) {
        checkSequence(writeSequence);
        if (entries.isEmpty()) {
            return;
        }
        long next = entries.get(0).index();
        if (next < state.firstIndex() || next > state.lastIndex() + 1) {
            throw new IllegalArgumentException(
                    "group '%s' cannot append at %d: its log goes from %d to %d"
                            .formatted(group(), next, state.firstIndex(), state.lastIndex()));
        }
        for (LogEntry entry : entries) {
            checkEntry(entry, next++);
        }
    }

    private void checkEntry(LogEntry entry, long expectedIndex) {
        if (entry.index() != expectedIndex) {
            throw new IllegalArgumentException(
                    "entries for group '%s' are not consecutive: %d stands where %d must"
                            .formatted(group(), entry.index(), expectedIndex));
        }
        if (entry.payloadBytes() > entryBytesMax) {
            throw new IllegalArgumentException(
                    ("entry %d for group '%s' has %d bytes, the store takes %d: larger segments"
                                    + " take larger entries")
                            .formatted(
                                    expectedIndex, group(), entry.payloadBytes(), entryBytesMax));
        }
    }

    @Override
    public SnapshotStore snapshots() {
        return snapshots;
    }

    private String group() {
        return state.group().value();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }

    /** For messages. */
    @Override
    public String toString() {
        return "log of group '" + group() + "'";
    }
}
