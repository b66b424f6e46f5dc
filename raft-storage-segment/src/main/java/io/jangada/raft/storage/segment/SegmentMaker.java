package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes segment files ahead of their use, with real blocks under every byte: a full disk is then
 * noticed here, and not by a write into a hole of a mapped file, where the fault comes late or
 * never (rule Z37).
 *
 * <p>Zeros are written past the page cache, where nobody maps the file and the system can do that:
 * it takes the processor far less, and leaves the cache to those who read. Otherwise they are
 * written in pieces of 4 KiB. Larger ones would leave large folios in the page cache, and a sync of
 * one changed page then writes the whole folio.
 */
final class SegmentMaker implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SegmentMaker.class.getPackageName());
    private static final int PAGE = 4096;
    private static final int DIRECT_BYTES = 256 << 10;

    /** Synced in steps, so that a sync of the log never waits for a whole new segment. */
    private static final long SYNC_STEP = 4 << 20;

    private final Path folder;
    private final Disk disk;
    private final SegmentAppender.Factory names;
    private final long filledBytes;
    private final long fileBytes;
    private final ExecutorService background;
    private int spareSegment;
    private @Nullable CompletableFuture<@Nullable Void> spare;
    private volatile boolean closed;

    /**
     * A maker for one folder. Its methods are for one thread.
     *
     * @param segmentBytes bytes from the start that get blocks; the file may be longer
     * @param names says where the files are expected, and their length
     */
    SegmentMaker(
            Path folder,
            String threadName,
            int segmentBytes,
            SegmentAppender.Factory names,
            Disk disk) {
        this.folder = folder;
        this.disk = disk;
        this.names = names;
        this.filledBytes = segmentBytes;
        this.fileBytes = names.fileBytes(segmentBytes);
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        1,
                        1,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, threadName);
                            thread.setDaemon(true);
                            return thread;
                        });
        pool.allowCoreThreadTimeOut(true);
        background = pool;
    }

    /** Begins to make the file of a segment in the background, unless that was begun before. */
    void prepare(int segment) {
        if (spareSegment == segment) {
            return;
        }
        spareSegment = segment;
        spare =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                make(segment);
                            } catch (IOException e) {
                                warn(e);
                            }
                        },
                        background);
    }

    private void warn(IOException e) {
        if (!closed) {
            LOG.log(
                    Level.WARNING,
                    "cannot prepare the next segment in {0}: {1}; writing stops when the current one"
                            + " is full",
                    folder,
                    e.getMessage());
        }
    }

    /** Returns when the file of a segment is there, prepared before or made now. */
    void await(int segment) throws IOException {
        CompletableFuture<@Nullable Void> begun = spare;
        if (spareSegment == segment && begun != null) {
            try {
                begun.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                throw new IOException("preparing a segment failed", e.getCause());
            }
        }
        spareSegment = 0;
        spare = null;
        if (!Files.exists(names.preparedFile(folder, segment))) {
            make(segment);
        }
    }

    private void make(int segment) throws IOException {
        Path prepared = names.preparedFile(folder, segment);
        Path making = folder.resolve("making.tmp");
        try {
            fill(making);
        } catch (IOException e) {
            disk.delete(making);
            throw e;
        }
        // Only a file that is whole gets the name under which it is found.
        disk.rename(making, prepared);
    }

    private void fill(Path file) throws IOException {
        try (RandomAccessFile out = disk.open(file)) {
            disk.setLength(out, 0);
            try (FileChannel direct = names.mapsFiles() ? null : disk.openDirect(file)) {
                if (direct == null) {
                    fillPages(out);
                } else {
                    fillBlocks(direct, file);
                }
            }
            disk.setLength(out, fileBytes);
            disk.sync(out);
        }
    }

    private void fillPages(RandomAccessFile out) throws IOException {
        byte[] zeros = new byte[PAGE];
        for (long at = 0; at < filledBytes; at += PAGE) {
            checkOpen();
            disk.write(out, zeros, PAGE);
            if ((at + PAGE) % SYNC_STEP == 0) {
                disk.sync(out);
            }
        }
    }

    private void fillBlocks(FileChannel out, Path file) throws IOException {
        int block = Math.toIntExact(Files.getFileStore(file).getBlockSize());
        ByteBuffer zeros = ByteBuffer.allocateDirect(DIRECT_BYTES + block).alignedSlice(block);
        for (long at = 0; at < filledBytes; at += zeros.limit()) {
            checkOpen();
            zeros.position(0).limit((int) Math.min(DIRECT_BYTES, filledBytes - at));
            disk.write(out, zeros, at);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the store was closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        background.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (background.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
