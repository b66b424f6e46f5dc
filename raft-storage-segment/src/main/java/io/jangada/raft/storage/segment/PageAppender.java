package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is appended and writes it at once, filled up with zeros to whole pages. So no page
 * is ever written twice: a write that power cuts off harms nothing that was durable before it, and
 * no page has to be read before it is changed. Where the system can do that, pages go past the page
 * cache: nobody reads them soon, since the store remembers what was written last.
 */
final class PageAppender implements SegmentAppender {
    static final int PAGE = 4096;

    /** Of a larger batch, so much is written as soon as it is there. */
    private static final int BATCH_BYTES = 256 << 10;

    private static final byte[] ZEROS = new byte[PAGE];

    /** Makes them on a disk. */
    static final class Factory implements SegmentAppender.Factory {
        private final Disk disk;

        Factory(Disk disk) {
            this.disk = disk;
        }

        @Override
        public void prepareJvm() {
            // Plain files need nothing.
        }

        @Override
        public Path file(Path folder, int segment) {
            return SegmentNames.written(folder, segment);
        }

        @Override
        public Path preparedFile(Path folder, int segment) {
            return SegmentNames.prepared(folder, segment);
        }

        @Override
        public long fileBytes(int segmentBytes) {
            return segmentBytes;
        }

        @Override
        public boolean mapsFiles() {
            return false;
        }

        @Override
        public SegmentAppender open(Path folder, int segmentBytes) {
            return new PageAppender(this, folder, segmentBytes);
        }
    }

    private final Factory names;
    private final Disk disk;
    private final Path folder;
    private final int segmentBytes;
    private @Nullable RandomAccessFile file;

    /** The same file past the page cache, where that is possible. */
    private @Nullable FileChannel direct;

    /** What was appended, and neither taken nor written; it begins at a page, in memory too. */
    private ByteBuffer batch = pages();

    /** Where the batch begins in the segment. */
    private int batchAt;

    /** Batches that were written, for the next ones: as many as were ever under way at once. */
    private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

    private PageAppender(Factory names, Path folder, int segmentBytes) {
        this.names = names;
        this.disk = names.disk;
        this.folder = folder;
        this.segmentBytes = segmentBytes;
    }

    @Override
    public void start(int segment) throws IOException {
        close();
        Path path = names.file(folder, segment);
        disk.rename(names.preparedFile(folder, segment), path);
        file = disk.open(path);
        direct = Files.getFileStore(path).getBlockSize() <= PAGE ? disk.openDirect(path) : null;
    }

    @Override
    public boolean fits(int recordBytes, int reserveBytes) {
        return wholePages((long) batchAt + batch.position() + recordBytes) + reserveBytes
                <= segmentBytes;
    }

    private static ByteBuffer pages() {
        return ByteBuffer.allocateDirect(BATCH_BYTES + PAGE).alignedSlice(PAGE).limit(BATCH_BYTES);
    }

    private static long wholePages(long bytes) {
        return (bytes + PAGE - 1) & -PAGE;
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        int offset = batchAt + batch.position();
        int done = 0;
        while (done < length) {
            if (!batch.hasRemaining()) {
                takeBatch().write();
            }
            int part = Math.min(length - done, batch.remaining());
            batch.put(record, done, part);
            done += part;
        }
        return offset;
    }

    @Override
    public Batch take() {
        batch.put(ZEROS, 0, -batch.position() & (PAGE - 1));
        return takeBatch();
    }

    private Batch takeBatch() {
        RandomAccessFile to = file;
        FileChannel past = direct;
        ByteBuffer bytes = batch.flip();
        int at = batchAt;
        ByteBuffer next = free.poll();
        batch = next == null ? pages() : next;
        batchAt += bytes.limit();
        return () -> {
            if (past != null) {
                disk.write(past, bytes, at);
            } else if (to != null) {
                disk.write(to, bytes, at);
            }
            free.add(bytes.clear().limit(BATCH_BYTES));
        };
    }

    @Override
    public void close() throws IOException {
        RandomAccessFile current = file;
        FileChannel past = direct;
        file = null;
        direct = null;
        batch.clear().limit(BATCH_BYTES);
        batchAt = 0;
        if (past != null) {
            past.close();
        }
        if (current != null) {
            current.close();
        }
    }
}
