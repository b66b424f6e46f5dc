package io.jangada.raft.spi;

import java.nio.ByteBuffer;

/**
 * Takes the content of one snapshot in order. Not thread-safe; may block on the disk. Closing it
 * without {@link #commit} drops what is taken here and keeps what comes from elsewhere, for {@link
 * SnapshotStore#receive} to resume.
 */
public interface SnapshotSink extends AutoCloseable {
    /**
     * How much it has taken, in this life or an earlier one.
     *
     * @return bytes
     */
    long position();

    /**
     * Takes the next bytes.
     *
     * @param content from position to limit
     * @throws StoreException if the disk fails or is full
     */
    void write(ByteBuffer content);

    /**
     * Makes it the latest snapshot, durably; unless one of a higher index came in between, which
     * stays the latest, and this one is dropped.
     *
     * @return the latest snapshot, most likely what was written here
     * @throws StoreException if the disk fails, or if what was received is not what was announced;
     *     it is then forgotten, and the latest snapshot is the one before
     */
    SnapshotInfo commit();

    @Override
    void close();
}
