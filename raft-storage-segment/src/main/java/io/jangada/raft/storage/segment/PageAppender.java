package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    private static final int CHUNK_BYTES = 256 << 10;

    /** What a larger batch has more is written at once. */
    private static final int CHUNKS_MAX = 8;

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

    /** What was appended and not taken; it begins at a page, and only the last one is not full. */
    private List<Chunk> chunks = new ArrayList<>();

    /** Where the next record begins in the segment. */
    private int end;

    /**
     * Chunks that were written; there are never more than batches that are written at once need.
     */
    private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

    /** Whole pages in memory too, and where they begin in the segment. */
    private record Chunk(ByteBuffer bytes, int at) {}

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
        return wholePages((long) end + recordBytes) + reserveBytes <= segmentBytes;
    }

    private static long wholePages(long bytes) {
        return (bytes + PAGE - 1) & -PAGE;
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        int offset = end;
        int recordEnd = offset + length;
        while (end < recordEnd) {
            ByteBuffer to = chunk();
            int part = Math.min(recordEnd - end, to.remaining());
            to.put(record, end - offset, part);
            end += part;
        }
        return offset;
    }

    /** The last chunk, with room for something. */
    private ByteBuffer chunk() throws IOException {
        if (!chunks.isEmpty()) {
            ByteBuffer last = chunks.get(chunks.size() - 1).bytes;
            if (last.hasRemaining()) {
                return last;
            }
        }
        if (chunks.size() == CHUNKS_MAX) {
            takeChunks().write();
        }
        ByteBuffer next = free.poll();
        if (next == null) {
            next = ByteBuffer.allocateDirect(CHUNK_BYTES + PAGE).alignedSlice(PAGE);
        }
        chunks.add(new Chunk(next.clear().limit(CHUNK_BYTES), end));
        return next;
    }

    @Override
    public Batch take() {
        int filling = -end & (PAGE - 1);
        if (filling > 0) {
            chunks.get(chunks.size() - 1).bytes.put(ZEROS, 0, filling);
            end += filling;
        }
        return takeChunks();
    }

    private Batch takeChunks() {
        List<Chunk> taken = chunks;
        chunks = new ArrayList<>();
        RandomAccessFile to = file;
        FileChannel past = direct;
        return () -> {
            for (Chunk chunk : taken) {
                ByteBuffer bytes = chunk.bytes.flip();
                if (past != null) {
                    disk.write(past, bytes, chunk.at);
                } else if (to != null) {
                    disk.write(to, bytes, chunk.at);
                }
                free.add(bytes);
            }
        };
    }

    @Override
    public void close() throws IOException {
        RandomAccessFile current = file;
        FileChannel past = direct;
        file = null;
        direct = null;
        chunks.forEach(chunk -> free.add(chunk.bytes));
        chunks.clear();
        end = 0;
        if (past != null) {
            past.close();
        }
        if (current != null) {
            current.close();
        }
    }
}
