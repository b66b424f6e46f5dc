package io.jangada.benchmarks.micro;

import io.jangada.benchmarks.contender.Folders;
import io.jangada.raft.spi.GroupLog;
import io.jangada.raft.spi.LogStore;
import io.jangada.raft.storage.chronicle.ChronicleLogStore;
import io.jangada.raft.storage.segment.SegmentLogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An entry of 272 bytes into a durable store, until it is confirmed. */
@State(Scope.Thread)
public class RecordAppend {
    private static final int COMPACT_EVERY = 10_000;

    /** How the store writes. */
    @Param({"segment", "chronicle"})
    public String written = "segment";

    /** Whether each confirmation costs a sync. */
    @Param({"false", "true"})
    public boolean sync;

    private final Semaphore confirmed = new Semaphore(0);
    private @Nullable Path folder;
    private @Nullable LogStore store;
    private @Nullable GroupLog log;
    private long index;

    /** A state without a store. */
    public RecordAppend() {}

    /**
     * Makes an empty store.
     *
     * @throws IOException if there is no place for it
     */
    @Setup
    public void setUp() throws IOException {
        folder = Files.createTempDirectory("bench-append");
        SegmentLogStore.Builder builder =
                written.equals("segment") ? SegmentLogStore.builder() : ChronicleLogStore.builder();
        store = builder.syncWrites(sync).open(folder, Micro.IDENTITY);
        log = store.open(Micro.GROUP, Micro.onPersisted(sequence -> confirmed.release()));
        index = 0;
    }

    /**
     * One entry, one write.
     *
     * @throws InterruptedException if JMH gives up
     */
    @Benchmark
    public void append() throws InterruptedException {
        GroupLog open = log;
        if (open == null) {
            throw new IllegalStateException("not set up");
        }
        index++;
        open.append(index, null, List.of(Micro.entry(index, 1)));
        confirmed.acquire();
        if (index % COMPACT_EVERY == 0) {
            open.compact(index - 1);
        }
    }

    /**
     * Removes the store.
     *
     * @throws IOException if it cannot be removed
     */
    @TearDown
    public void tearDown() throws IOException {
        if (store == null || folder == null) {
            return;
        }
        store.close();
        Folders.delete(folder);
    }
}
