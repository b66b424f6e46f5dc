package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is appended and writes it at once, filled up with zeros to whole pages. So no page
 * is ever written twice: a write that power cuts off harms nothing that was durable before it, and
 * no page has to be read before it is changed. Where the system can do that, pages go past the page
 * cache: nobody reads them soon, since the store remembers what was written last.
 */
final class PageAppender implements SegmentAppender {
    static final int PAGE = 4096;

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

    /** What was appended and not written; it begins at a page, in memory too. */
    private ByteBuffer batch = pages(BATCH_BYTES);

    /** Where the batch begins in the segment. */
    private int batchAt;

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
        batchAt = 0;
    }

    @Override
    public boolean fits(int recordBytes, int reserveBytes) {
        return wholePages((long) batchAt + batch.position() + recordBytes) + reserveBytes
                <= segmentBytes;
    }

    private static ByteBuffer pages(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes + PAGE))
                .alignedSlice(PAGE)
                .limit(Math.toIntExact(bytes))
                .slice();
    }

    private static long wholePages(long bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        if (batch.remaining() < length) {
            writePages();
        }
        if (batch.remaining() < length) {
            ByteBuffer larger = pages(wholePages((long) batch.position() + length));
            batch = larger.put(batch.flip());
        }
        int offset = batchAt + batch.position();
        batch.put(record, 0, length);
        return offset;
    }

    @Override
    public void write() throws IOException {
        int filling = -batch.position() & (PAGE - 1);
        batch.put(ZEROS, 0, filling);
        writePages();
    }

    /** Writes the whole pages of the batch; what is left of it begins the next one. */
    private void writePages() throws IOException {
        int end = batch.position();
        int whole = end & -PAGE;
        RandomAccessFile to = file;
        if (whole > 0 && to != null) {
            ByteBuffer written = batch.slice(0, whole);
            if (direct == null) {
                disk.write(to, written);
            } else {
                disk.write(direct, written);
            }
            batchAt += whole;
            batch.limit(end).position(whole);
            batch.compact();
        }
    }

    @Override
    public void close() throws IOException {
        RandomAccessFile current = file;
        FileChannel past = direct;
        file = null;
        direct = null;
        batch.clear();
        if (past != null) {
            past.close();
        }
        if (current != null) {
            current.close();
        }
    }
}
