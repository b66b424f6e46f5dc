package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.SnapshotFile;
import io.jangada.raft.spi.SnapshotInfo;
import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A finished snapshot, open for reading. It keeps the chunk read last, since whoever loads a
 * snapshot reads it in small pieces and every piece is worth the checksum of its whole chunk.
 */
final class SnapshotFileReader implements SnapshotFile {
    private static final long NONE = -1;

    private final Path path;
    private final RandomAccessFile file;
    private final SnapshotFormat.Header header;
    private final SnapshotInfo info;
    private final byte[] chunk;
    private long chunkNumber = NONE;
    private int chunkLength;

    private SnapshotFileReader(Path path, RandomAccessFile file) throws IOException {
        this.path = path;
        this.file = file;
        header = SnapshotFormat.readHeader(path, file);
        info = SnapshotFormat.readTrailer(path, file, header);
        long bytes = Math.min(header.chunkBytes(), info.bytes());
        chunk = new byte[(int) bytes + SnapshotFormat.CHUNK_FRAME_BYTES];
    }

    /**
     * Opens a file and checks both its ends.
     *
     * @throws StoreException if it cannot be read or is damaged
     */
    static SnapshotFileReader open(Path path) {
        try {
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
            try {
                return new SnapshotFileReader(path, file);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static StoreException unreadable(Path path, IOException e) {
        return new StoreException("%s cannot be read: %s".formatted(path, e), e);
    }

    SnapshotFormat.Header header() {
        return header;
    }

    @Override
    public SnapshotInfo info() {
        return info;
    }

    /** Reads all of it once, for the checksums. */
    synchronized void verify() {
        long chunks = (info.bytes() + header.chunkBytes() - 1) / header.chunkBytes();
        for (long number = 0; number < chunks; number++) {
            load(number);
        }
    }

    @Override
    public synchronized int read(long position, ByteBuffer target) {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " is negative");
        }
        int done = 0;
        while (target.hasRemaining() && position + done < info.bytes()) {
            long at = position + done;
            load(at / header.chunkBytes());
            int from = (int) (at % header.chunkBytes());
            int count = Math.min(target.remaining(), chunkLength - from);
            target.put(chunk, Integer.BYTES + from, count);
            done += count;
        }
        return done;
    }

    private void load(long number) {
        if (number == chunkNumber) {
            return;
        }
        chunkNumber = NONE;
        int length =
                (int) Math.min(header.chunkBytes(), info.bytes() - number * header.chunkBytes());
        try {
            chunkLength = SnapshotFormat.readChunk(header, file, number, length, chunk);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        if (chunkLength < 0) {
            throw SnapshotFormat.damaged(
                    path,
                    "chunk %d, at byte %d, fails its checksum"
                            .formatted(number, header.chunkAt(number)));
        }
        chunkNumber = number;
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For messages. */
    @Override
    public String toString() {
        return path.toString();
    }
}
