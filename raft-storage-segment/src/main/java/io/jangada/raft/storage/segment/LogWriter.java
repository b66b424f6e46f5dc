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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes everything that waits, of all groups, at once: appends it, syncs once, and tells every
 * group how far it has come.
 *
 * <p>Some threads do that, and take turns in appending: while the batch of one is written and
 * synced, another one appends what came meanwhile, and need not wait for the first one to end. Both
 * mostly wait, and what waits for a disk waits at the same time. With all of them syncing, what
 * comes gathers, and so do few entries beside one sync: the longer a sync takes, the more the next
 * one covers.
 *
 * <p>Writes and syncs may end in any order. Batches are confirmed in theirs, each after its own
 * sync and the syncs of all before it; see {@link RecordAppender} for what else recovery relies on.
 *
 * <p>Any failure, an {@code Error} out of the mapped file included, is final (rule Z28).
 */
final class LogWriter {
    /** So many syncs are under way at once: more make smaller batches, and more work of them. */
    static final int WRITERS = 3;

    private static final Logger LOG = System.getLogger(LogWriter.class.getPackageName());

    private final WriteQueue queue;
    private final RecordAppender records;
    private final Journal journal;
    private final String folder;
    private final boolean syncWrites;
    private final long recentBytesMax;
    private final Consumer<StoreException> onFailure;
    private final List<Thread> threads = new ArrayList<>();

    /** What was taken and is not confirmed, in its order; guarded by itself. */
    private final ArrayDeque<Batch> unconfirmed = new ArrayDeque<>();

    // Guarded by unconfirmed.
    /** Durable writes whose entries may still be in memory, oldest first. */
    private final ArrayDeque<Write.Append> remembered = new ArrayDeque<>();

    private long rememberedBytes;

    // For whoever has the turn.
    private @Nullable Batch batch;
    private long[] positions = new long[64];

    /** What is written and confirmed together. */
    private static final class Batch {
        final List<Write> writes;

        /** Whose writes these are, and the highest of each. */
        final List<GroupHandle> handles = new ArrayList<>();

        long[] writeSequences = {};

        /** The last record that was written with it or before. */
        long lastRecord;

        /** Whether it drops segments, which has to be durable whatever was set. */
        boolean dropsSegments;

        /** Guarded by {@link #unconfirmed}. */
        boolean ready;

        Batch(List<Write> writes) {
            this.writes = writes;
        }

        /** Notes the highest write of each group, which must not change with the next batch. */
        void noteWriteSequences() {
            writeSequences = new long[handles.size()];
            for (int i = 0; i < writeSequences.length; i++) {
                writeSequences[i] = handles.get(i).batchWriteSequence;
                handles.get(i).batchWriteSequence = 0;
            }
        }
    }

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
        records = new RecordAppender(setup, recovery, this::awaitOthers);
        journal = setup.journal();
        folder = setup.files().folder().toString();
        queue = new WriteQueue(folder);
        syncWrites = setup.syncWrites();
        recentBytesMax = setup.recentBytesMax();
        onFailure = setup.onFailure();
        for (int i = 1; i <= WRITERS; i++) {
            WriteQueue.Waiter waiter = queue.newWaiter();
            Thread thread = new Thread(() -> run(waiter), setup.name() + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    /** Begins the first segment of this opening; returns when its recovery record is durable. */
    void start() {
        try {
            records.start();
        } catch (Throwable e) {
            throw failed(e);
        }
        threads.forEach(Thread::start);
    }

    // Any thread.

    /** Says at once that nothing more can be written. */
    void checkWritable() {
        queue.checkWritable();
    }

    void submit(Write write) {
        queue.add(write);
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

    /** Lets the writers finish what is queued, and ends the segment. */
    void close() {
        queue.close();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (!queue.hasFailed()) {
            try {
                records.endSegment();
            } catch (Throwable e) {
                fail(e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // The writers.

    private void run(WriteQueue.Waiter waiter) {
        try {
            while (true) {
                List<Write> writes = queue.awaitTurn(waiter, records.owesIdleMark());
                if (writes == null) {
                    return;
                }
                if (writes.isEmpty()) {
                    records.appendIdleMark();
                    queue.passTurn();
                    continue;
                }
                Batch taken = new Batch(writes);
                SegmentAppender.Batch unsynced = append(taken);
                queue.passTurn();
                if (unsynced != null) {
                    unsynced.write();
                    journal.sync();
                }
                confirm(taken);
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** With the turn: appends all of it. Returns what has to be written and synced to count. */
    private SegmentAppender.@Nullable Batch append(Batch taken) throws IOException {
        synchronized (unconfirmed) {
            unconfirmed.add(taken);
        }
        queue.checkNotFailed();
        batch = taken;
        for (Write write : taken.writes) {
            append(write, taken);
        }
        taken.noteWriteSequences();
        boolean sync = records.unsynced() && (syncWrites || taken.dropsSegments);
        SegmentAppender.Batch unsynced = null;
        if (!sync) {
            records.write();
        } else if (records.isSegmentNew()) {
            records.sync();
        } else {
            unsynced = records.takeToSync();
        }
        taken.lastRecord = records.lastSequence();
        batch = null;
        return unsynced;
    }

    private void append(Write write, Batch to) throws IOException {
        if (write instanceof Write.Append append) {
            writeAppend(append, to);
        } else if (write instanceof Write.Mark mark) {
            writeMark(mark);
        } else if (write instanceof Write.Control control) {
            writeControl(control);
        } else if (write instanceof Write.Rewrite rewrite) {
            writeMoves(rewrite.moves());
        } else if (write instanceof Write.Drop drop) {
            records.appendDropped(drop.segments());
            to.dropsSegments = true;
        } else {
            throw new AssertionError(write);
        }
    }

    /** With the turn: waits until all that was taken before is confirmed. */
    private void awaitOthers() throws IOException {
        synchronized (unconfirmed) {
            while (unconfirmed.peek() != batch) {
                queue.checkNotFailed();
                try {
                    unconfirmed.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }
    }

    private void writeAppend(Write.Append write, Batch to) throws IOException {
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
            to.handles.add(write.handle);
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

    /** After its sync: confirms the batch if it is the first, and those behind it that wait. */
    private void confirm(Batch synced) {
        synchronized (unconfirmed) {
            synced.ready = true;
            for (Batch first = unconfirmed.peek();
                    first != null && first.ready;
                    first = unconfirmed.peek()) {
                confirmFirst(first);
                unconfirmed.remove();
            }
            unconfirmed.notifyAll();
        }
    }

    private void confirmFirst(Batch first) {
        if (syncWrites || first.dropsSegments) {
            records.durable(first.lastRecord);
        }
        for (int i = 0; i < first.writeSequences.length; i++) {
            first.handles.get(i).listener.onPersisted(first.writeSequences[i]);
        }
        for (Write write : first.writes) {
            if (write instanceof Write.Append append) {
                remember(append);
            }
            CompletableFuture<@Nullable Void> done = write.done();
            if (done != null) {
                done.complete(null);
            }
        }
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
        StoreException failed = failed(cause);
        List<Write> left = new ArrayList<>();
        boolean first = queue.fail(failed, left);
        synchronized (unconfirmed) {
            unconfirmed.forEach(taken -> left.addAll(taken.writes));
            unconfirmed.clear();
            unconfirmed.notifyAll();
        }
        if (first) {
            LOG.log(Level.ERROR, message(failed), cause);
        }
        for (Write write : left) {
            CompletableFuture<@Nullable Void> done = write.done();
            if (done != null) {
                done.completeExceptionally(failed);
            }
        }
        if (first) {
            onFailure.accept(failed);
        }
    }

    private StoreException failed(Throwable cause) {
        return cause instanceof StoreException e
                ? e
                : new StoreException(
                        ("writing to %s failed (%s): this store accepts nothing more; see to the"
                                        + " disk and open it again")
                                .formatted(folder, cause),
                        cause);
    }
}
