package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It takes everything that waits, of all groups, appends it, syncs
 * once, and tells every group how far it has come: the longer a sync takes, the more the next one
 * covers.
 *
 * <p>The queue itself has no bound: its content is bounded by what the groups may have uncommitted,
 * which their cores limit.
 *
 * <p>A batch is confirmed after the sync of its segment; see {@link RecordAppender} for what else
 * recovery relies on.
 *
 * <p>Any failure, an {@code Error} out of the mapped file included, is final (rule Z28).
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = System.getLogger(LogWriter.class.getPackageName());

    /**
     * A pause after the last write before the idle mark; long enough not to fall between batches.
     */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RecordAppender records;
    private final String folder;
    private final boolean syncWrites;
    private final long recentBytesMax;
    private final Consumer<StoreException> onFailure;
    private final Thread thread;
    private final CompletableFuture<@Nullable Void> started = new CompletableFuture<>();

    // Guarded by lock.
    private final Object lock = new Object();
    private List<Write> queued = new ArrayList<>();
    private boolean sleeping;
    private boolean closing;
    private @Nullable StoreException failure;

    // The writer's own.
    private List<Write> batch = new ArrayList<>();
    private final List<GroupHandle> touched = new ArrayList<>();

    /** Whether this batch drops segments, which has to be durable whatever was set. */
    private boolean dropping;

    private long[] positions = new long[64];

    /** Durable writes whose entries may still be in memory, oldest first. */
    private final ArrayDeque<Write.Append> remembered = new ArrayDeque<>();

    private long rememberedBytes;

    /** What a writer needs to be told. */
    record Setup(
            String name,
            StoreId store,
            Journal journal,
            SegmentFiles files,
            SegmentLedger ledger,
            long segmentBytes,
            boolean syncWrites,
            long recentBytesMax,
            Consumer<StoreException> onFailure) {}

    LogWriter(Setup setup, Recovery recovery) {
        records = new RecordAppender(setup, recovery);
        folder = setup.files().folder().toString();
        syncWrites = setup.syncWrites();
        recentBytesMax = setup.recentBytesMax();
        onFailure = setup.onFailure();
        thread = new Thread(this, setup.name());
        thread.setDaemon(true);
    }

    /** Begins the first segment of this opening; returns when its recovery record is durable. */
    void start() {
        thread.start();
        await(started);
    }

    // Any thread.

    /** Says at once that nothing more can be written. */
    void checkWritable() {
        synchronized (lock) {
            if (failure != null) {
                throw new StoreException(message(failure), failure);
            }
            if (closing) {
                throw new StoreException("the store in %s is closed".formatted(folder), null);
            }
        }
    }

    void submit(Write write) {
        boolean wake;
        synchronized (lock) {
            checkWritable();
            queued.add(write);
            wake = sleeping;
            sleeping = false;
        }
        if (wake) {
            LockSupport.unpark(thread);
        }
    }

    /** Writes a record, or nothing, and waits until it and all before it are durable. */
    void writeAndWait(@Nullable RecordType type, @Nullable GroupMark mark, byte[] payload) {
        Write.Control write = new Write.Control(type, mark, payload);
        submit(write);
        await(write.done());
    }

    /** Waits until all that was submitted before is durable. */
    void barrier() {
        writeAndWait(null, null, RecordAppender.NO_PAYLOAD);
    }

    /** Notes that segments are not needed any more; they may be deleted when this returns. */
    void dropAndWait(Set<Integer> segments) {
        Write.Drop write = new Write.Drop(segments, new CompletableFuture<>());
        submit(write);
        await(write.done());
    }

    /** Writes entries once more that are still live then; durable when this returns. */
    void rewriteAndWait(List<Write.Move> moves) {
        Write.Rewrite write = new Write.Rewrite(moves, new CompletableFuture<>());
        submit(write);
        await(write.done());
    }

    /** Waits for a write, and throws what became of the store if it failed. */
    static void await(CompletableFuture<@Nullable Void> done) {
        try {
            done.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw new StoreException(message(cause == null ? e : cause), cause);
        }
    }

    private static String message(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }

    /** Lets the writer finish what is queued, end its segment and stop. */
    void close() {
        synchronized (lock) {
            closing = true;
            sleeping = false;
        }
        LockSupport.unpark(thread);
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

    // The writer's thread.

    @Override
    public void run() {
        try {
            records.start();
            started.complete(null);
            while (awaitWrites()) {
                writeBatch();
            }
            records.endSegment();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Fetches what waits; false when there is nothing and the store is closing. */
    private boolean awaitWrites() throws IOException {
        long markAt = System.nanoTime() + IDLE_NANOS;
        while (true) {
            synchronized (lock) {
                if (!queued.isEmpty()) {
                    List<Write> fetched = queued;
                    queued = batch;
                    batch = fetched;
                    sleeping = false;
                    return true;
                }
                if (closing) {
                    return false;
                }
                sleeping = true;
            }
            if (!records.owesIdleMark()) {
                LockSupport.park(this);
            } else if (System.nanoTime() - markAt < 0) {
                LockSupport.parkNanos(this, markAt - System.nanoTime());
            } else {
                records.appendIdleMark();
            }
        }
    }

    private void writeBatch() throws IOException {
        for (Write write : batch) {
            if (write instanceof Write.Append append) {
                writeAppend(append);
            } else if (write instanceof Write.Mark mark) {
                writeMark(mark);
            } else if (write instanceof Write.Control control) {
                writeControl(control);
            } else if (write instanceof Write.Rewrite rewrite) {
                writeMoves(rewrite.moves());
            } else if (write instanceof Write.Drop drop) {
                records.appendDropped(drop.segments());
                dropping = true;
            } else {
                throw new AssertionError(write);
            }
        }
        if (records.unsynced() && (syncWrites || dropping)) {
            records.sync();
        } else {
            records.write();
        }
        dropping = false;
        confirmBatch();
    }

    private void writeAppend(Write.Append write) throws IOException {
        GroupMark mark = write.handle.state.mark;
        if (write.hardState != null) {
            byte[] vote = Replay.voteBytes(write.hardState.votedFor());
            records.begin(RecordType.HARD_STATE, mark, vote.length)
                    .term(write.hardState.currentTerm());
            // Not earlier: a checkpoint on the way must not tell what no record before it told.
            mark.hardState = write.hardState;
            records.append(vote);
        }
        if (write.truncatesFrom != 0) {
            records.begin(RecordType.TRUNCATION, mark, 0).index(write.truncatesFrom);
            mark.lastIndex = write.truncatesFrom - 1;
            records.append(RecordAppender.NO_PAYLOAD);
        }
        if (write.reset != null) {
            writeMark(write.reset);
        }
        writeEntries(write, mark);
        if (write.handle.batchWriteSequence == 0) {
            touched.add(write.handle);
        }
        write.handle.batchWriteSequence = write.writeSequence;
    }

    private void writeEntries(Write.Append write, GroupMark mark) throws IOException {
        int count = write.entries.size();
        if (count == 0) {
            return;
        }
        if (count > positions.length) {
            positions = new long[count];
        }
        for (int i = 0; i < count; i++) {
            LogEntry entry = write.entries.get(i);
            positions[i] = writeEntry(RecordType.ENTRY, mark, entry);
            mark.lastIndex = entry.index();
        }
        write.handle.state.written(write.entries, positions);
    }

    private long writeEntry(RecordType type, GroupMark mark, LogEntry entry) throws IOException {
        records.begin(type, mark, entry.payloadBytes())
                .index(entry.index())
                .term(entry.term())
                .entry(entry.type().code(), entry.clusterTimeMillis());
        return records.append(entry.payload());
    }

    private void writeMark(Write.Mark write) throws IOException {
        GroupMark mark = write.mark();
        records.begin(write.type(), mark, 0).index(write.index()).term(write.term());
        switch (write.type()) {
            case COMPACTION_MARK -> mark.compacted(write.index(), write.term());
            case RESET -> mark.reset(write.index(), write.term());
            case REBUILT -> mark.rebuilding = false;
            default -> throw new AssertionError(write);
        }
        records.append(RecordAppender.NO_PAYLOAD);
    }

    private void writeControl(Write.Control write) throws IOException {
        RecordType type = write.type;
        GroupMark mark = write.mark;
        if (type == null) {
            return;
        }
        if (mark == null) {
            records.appendPeer(write.payload);
            return;
        }
        switch (type) {
            case GROUP_CREATED -> {
                records.begin(type, mark, mark.checkpointBytes());
                records.addMark(mark);
            }
            case GROUP_DESTROYED -> {
                records.begin(type, mark, 0);
                mark.destroyed();
            }
            case REBUILD_BEGUN -> {
                records.begin(type, mark, write.payload.length).term(mark.hardState.currentTerm());
                mark.beginRebuild(records.lastSequence());
            }
            default -> throw new AssertionError(type);
        }
        records.append(write.payload);
    }

    private void writeMoves(List<Write.Move> moves) throws IOException {
        long[] to = new long[moves.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = writeMove(moves.get(i));
        }
        // Nobody has these in memory: whoever looks for one at its new place must find it there.
        records.write();
        for (int i = 0; i < to.length; i++) {
            if (to[i] != Position.NONE) {
                moved(moves.get(i), to[i]);
            }
        }
    }

    /** The loop may have dropped the entry meanwhile: what follows in the queue says so. */
    private long writeMove(Write.Move move) throws IOException {
        GroupState state = move.state();
        LogEntry entry = move.entry();
        boolean live =
                state.mark.status == GroupMark.Status.LIVE
                        && state.isLive(entry.index(), move.from());
        return live ? writeEntry(RecordType.REWRITTEN_ENTRY, state.mark, entry) : Position.NONE;
    }

    private static void moved(Write.Move move, long to) {
        GroupState state = move.state();
        LogEntry entry = move.entry();
        int bytes = RecordFormat.bytes(state.mark.name.length, entry.payloadBytes());
        state.moved(entry.index(), move.from(), to, bytes);
    }

    /** After the sync: the batch is durable. */
    private void confirmBatch() {
        for (GroupHandle handle : touched) {
            handle.listener.onPersisted(handle.batchWriteSequence);
            handle.batchWriteSequence = 0;
        }
        touched.clear();
        for (Write write : batch) {
            if (write instanceof Write.Append append) {
                remember(append);
            }
            CompletableFuture<@Nullable Void> done = write.done();
            if (done != null) {
                done.complete(null);
            }
        }
        batch.clear();
        while (rememberedBytes > recentBytesMax) {
            Write.Append oldest = remembered.remove();
            rememberedBytes -= oldest.bytes;
            oldest.handle.state.forget(oldest.lastIndex);
        }
    }

    private void remember(Write.Append append) {
        if (!append.entries.isEmpty()) {
            append.entries = List.of();
            remembered.add(append);
            rememberedBytes += append.bytes;
        }
    }

    // The end.

    private void fail(Throwable cause) {
        StoreException failed =
                cause instanceof StoreException e
                        ? e
                        : new StoreException(
                                ("writing to %s failed (%s): this store accepts nothing more; see to"
                                                + " the disk and open it again")
                                        .formatted(folder, cause),
                                cause);
        List<Write> waiting = new ArrayList<>(batch);
        synchronized (lock) {
            failure = failed;
            waiting.addAll(queued);
            queued.clear();
        }
        LOG.log(Level.ERROR, message(failed), cause);
        for (Write write : waiting) {
            CompletableFuture<@Nullable Void> done = write.done();
            if (done != null) {
                done.completeExceptionally(failed);
            }
        }
        if (!started.completeExceptionally(failed)) {
            onFailure.accept(failed);
        }
    }
}
