package io.jangada.raft.storage.chronicle;

import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * <p>Sync order, which recovery relies on:
 *
 * <ol>
 *   <li>A batch is confirmed after the sync of its segment.
 *   <li>A segment's footer is written after all before it is durable, and is durable before the
 *       next segment gets its first record. So a footer vouches for its segment.
 *   <li>The first sync of a new segment also syncs the folder, and then notes the segment's number
 *       in {@link CurrentFile}.
 *   <li>A record never names as durable what is not.
 * </ol>
 *
 * <p>Any failure, an {@code Error} out of the mapped file included, is final (rule Z28).
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = System.getLogger(LogWriter.class.getPackageName());
    private static final byte[] NO_PAYLOAD = {};

    /**
     * A pause after the last write before the idle mark; long enough not to fall between batches.
     */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Journal journal;
    private final SegmentFiles files;
    private final CurrentFile current;
    private final RecordEncoder encoder;
    private final boolean syncWrites;
    private final long recentBytesMax;
    private final Consumer<StoreException> onFailure;
    private final Thread thread;
    private final List<Checkpoint.Range> neededSegments;
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
    private final Map<GroupId, GroupMark> marks = new LinkedHashMap<>();
    private final Map<NodeId, StoreId> peers = new LinkedHashMap<>();
    private final boolean namesLost;
    private long peersSequence;
    private int checkpointBytes = Checkpoint.BYTES_PER_SEGMENT;
    private int segment;

    /** The segment that {@link #current} names. */
    private int noted;

    private long lastSequence;
    private long durableSequence;

    /** The durable sequence that the last record names; an idle mark is owed while it is behind. */
    private long namedDurableSequence;

    private boolean unsynced;
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
            boolean syncWrites,
            long recentBytesMax,
            Consumer<StoreException> onFailure) {}

    LogWriter(Setup setup, Recovery recovery) {
        journal = setup.journal();
        files = setup.files();
        current = new CurrentFile(files.folder());
        encoder = new RecordEncoder(setup.store());
        syncWrites = setup.syncWrites();
        recentBytesMax = setup.recentBytesMax();
        onFailure = setup.onFailure();
        thread = new Thread(this, setup.name());
        thread.setDaemon(true);

        Replay replay = recovery.replay();
        replay.groups.values().forEach(group -> addMark(group.state.mark));
        replay.peers.forEach(this::addPeer);
        peersSequence = replay.peersSequence;
        namesLost = replay.namesLost;
        lastSequence = recovery.lastSequence();
        durableSequence = lastSequence;
        segment = recovery.nextSegment();
        neededSegments = recovery.neededSegments();
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
                throw new StoreException("the store in %s is closed".formatted(folder()), null);
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
        await(write.done);
    }

    private static void await(CompletableFuture<@Nullable Void> done) {
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
            beginSegment(RecordType.RECOVERY, neededSegments);
            syncJournal();
            started.complete(null);
            while (awaitWrites()) {
                writeBatch();
            }
            writeFooter();
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
            if (namedDurableSequence == durableSequence) {
                LockSupport.park(this);
            } else if (System.nanoTime() - markAt < 0) {
                LockSupport.parkNanos(this, markAt - System.nanoTime());
            } else {
                writeIdleMark();
            }
        }
    }

    private void writeBatch() throws IOException {
        for (Write write : batch) {
            if (write instanceof Write.Append append) {
                writeAppend(append);
            } else if (write instanceof Write.Control control) {
                writeControl(control);
            } else {
                throw new AssertionError(write);
            }
        }
        if (unsynced && syncWrites) {
            syncJournal();
        }
        confirmBatch();
    }

    private void writeAppend(Write.Append write) throws IOException {
        GroupMark mark = write.handle.state.mark;
        if (write.hardState != null) {
            byte[] vote = Replay.voteBytes(write.hardState.votedFor());
            roomFor(mark.name.length, vote.length);
            mark.hardState = write.hardState;
            begin(RecordType.HARD_STATE, mark).term(write.hardState.currentTerm());
            append(vote);
        }
        if (write.truncatesFrom != 0) {
            roomFor(mark.name.length, 0);
            mark.lastIndex = write.truncatesFrom - 1;
            begin(RecordType.TRUNCATION, mark).index(write.truncatesFrom);
            append(NO_PAYLOAD);
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
            roomFor(mark.name.length, entry.payloadBytes());
            mark.lastIndex = entry.index();
            begin(RecordType.ENTRY, mark)
                    .index(entry.index())
                    .term(entry.term())
                    .entry(entry.type().code(), entry.clusterTimeMillis());
            positions[i] = append(entry.payload());
        }
        write.handle.state.written(write.entries, positions);
    }

    private void writeControl(Write.Control write) throws IOException {
        RecordType type = write.type;
        GroupMark mark = write.mark;
        if (type == null) {
            return;
        }
        roomFor(RecordFormat.GROUP_BYTES_MAX, write.payload.length);
        if (mark != null) {
            if (type == RecordType.GROUP_CREATED) {
                addMark(mark);
            } else if (type == RecordType.GROUP_DESTROYED) {
                mark.status = GroupMark.Status.DESTROYED;
                mark.lastIndex = 0;
            }
            begin(type, mark);
        } else {
            encoder.begin(type, ++lastSequence, durableSequence).group(NO_PAYLOAD, ++peersSequence);
            Replay.readPeer(write.payload, this::addPeer);
        }
        append(write.payload);
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
            } else if (write instanceof Write.Control control) {
                control.done.complete(null);
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

    private void writeIdleMark() throws IOException {
        namedDurableSequence = durableSequence;
        if (journal.fits(RecordFormat.BYTES_MIN, footerBytes())) {
            encoder.begin(RecordType.IDLE_MARK, ++lastSequence, durableSequence);
            // Not synced: if power fails now the mark may be lost, and with it only the mark.
            append(NO_PAYLOAD);
        }
    }

    // Segments.

    /** Rolls first if a record would not fit, so that no record is begun with the wrong segment. */
    private void roomFor(int groupBytes, int payloadBytes) throws IOException {
        int bytes = RecordFormat.padded(RecordFormat.bytes(groupBytes, payloadBytes));
        if (!journal.fits(bytes, footerBytes())) {
            writeFooter();
            segment++;
            beginSegment(RecordType.SEGMENT_HEAD, List.of());
        }
    }

    private void beginSegment(RecordType type, List<Checkpoint.Range> neededSegments)
            throws IOException {
        journal.startSegment(segment);
        encoder.segment(segment);
        encoder.begin(type, ++lastSequence, durableSequence);
        append(checkpoint(neededSegments));
        files.readable(segment, Long.MAX_VALUE);
    }

    /** Ends the segment: all before the footer is durable first, then the footer. */
    private void writeFooter() throws IOException {
        syncJournal();
        encoder.begin(RecordType.FOOTER, ++lastSequence, durableSequence);
        append(checkpoint(List.of()));
        syncJournal();
    }

    private byte[] checkpoint(List<Checkpoint.Range> neededSegments) {
        Checkpoint checkpoint = new Checkpoint();
        checkpoint.groups = marks.values();
        checkpoint.peers = peers;
        checkpoint.peersSequence = peersSequence;
        checkpoint.segments = neededSegments;
        checkpoint.namesLost = namesLost;
        return checkpoint.encode();
    }

    private int footerBytes() {
        return RecordFormat.padded(RecordFormat.bytes(0, checkpointBytes));
    }

    private void addMark(GroupMark mark) {
        if (marks.put(mark.group, mark) == null) {
            checkpointBytes += mark.checkpointBytes();
        }
    }

    private void addPeer(NodeId peer, StoreId store) {
        if (peers.put(peer, store) == null) {
            checkpointBytes += Checkpoint.BYTES_PER_PEER;
        }
    }

    // Records.

    private RecordEncoder begin(RecordType type, GroupMark mark) {
        return encoder.begin(type, ++lastSequence, durableSequence)
                .group(mark.name, ++mark.sequence);
    }

    private long append(byte[] payload) throws IOException {
        int length = encoder.finish(payload);
        namedDurableSequence = durableSequence;
        unsynced = true;
        return Position.of(segment, journal.append(encoder.buffer(), length));
    }

    private void syncJournal() throws IOException {
        journal.sync();
        if (noted != segment) {
            current.write(segment);
            noted = segment;
        }
        unsynced = false;
        durableSequence = lastSequence;
    }

    // The end.

    private void fail(Throwable cause) {
        StoreException failed =
                cause instanceof StoreException e
                        ? e
                        : new StoreException(
                                ("writing to %s failed (%s): this store accepts nothing more; see to"
                                                + " the disk and open it again")
                                        .formatted(folder(), cause),
                                cause);
        List<Write> waiting = new ArrayList<>(batch);
        synchronized (lock) {
            failure = failed;
            waiting.addAll(queued);
            queued.clear();
        }
        LOG.log(Level.ERROR, message(failed), cause);
        for (Write write : waiting) {
            if (write instanceof Write.Control control) {
                control.done.completeExceptionally(failed);
            }
        }
        if (!started.completeExceptionally(failed)) {
            onFailure.accept(failed);
        }
    }

    private String folder() {
        return files.folder().toString();
    }
}
