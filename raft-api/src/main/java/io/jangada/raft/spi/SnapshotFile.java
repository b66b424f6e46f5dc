package io.jangada.raft.spi;

import java.nio.ByteBuffer;

/** An open snapshot, readable at any position. Several threads may read at once. May block. */
public interface SnapshotFile extends AutoCloseable {
    /**
     * What it is.
     *
     * @return meta data, size and hash
     */
    SnapshotInfo info();

    /**
     * Reads content, checked against the checksum of its chunk.
     *
     * @param position from 0
     * @param target filled as far as content lasts
     * @return bytes read, 0 at the end
     * @throws StoreException if the file cannot be read or is damaged; the message names it
     */
    int read(long position, ByteBuffer target);

    @Override
    void close();
}
