package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The files to which the writer appends: all that a store needs of the library below it. Records
 * are read back without it, see {@link SegmentFiles}.
 *
 * <p>For one thread at a time, except where said. A failure of any method is final: what the files
 * then hold is unknown (rule Z28), and only opening the store anew finds out.
 */
interface Journal extends AutoCloseable {
    /** The largest record, with its filling. */
    int recordBytesMax();

    /** Later appends go to this new segment. The one before must be synced. */
    void startSegment(int segment) throws IOException;

    /** Whether a record fits into the segment and leaves room for another one. */
    boolean fits(int recordBytes, int reserveBytes);

    /**
     * Appends a record; not durable yet.
     *
     * @param record holds it from 0 on
     * @param length with the filling
     * @return its offset in the segment
     */
    int append(byte[] record, int length) throws IOException;

    /**
     * Ends a batch: what was appended since the last one, which cannot be read and dies with the
     * process until it is written. Any thread may write it, while another one appends or writes a
     * later batch, but none while a new segment is started.
     */
    SegmentAppender.Batch take();

    /**
     * Makes durable what was written before, and the name of the segment if it is new. Several
     * threads may do that at the same time, while one of them or another one appends and writes,
     * but none while the first sync of a segment is under way or a new one is started.
     */
    void sync() throws IOException;

    /**
     * Deletes a segment that was left for good. Any thread; the name may come back when power fails
     * before the folder is synced.
     */
    void delete(Path segmentFile) throws IOException;

    @Override
    void close();
}
