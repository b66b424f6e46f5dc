package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How records get into segment files. A store comes with one that writes whole pages; another one
 * may write through a library of its own. Made for the stores of this project: it may change in any
 * release.
 *
 * <p>For one thread at a time, except for batches. A failure of any method is final: what the files
 * then hold is unknown, and only opening the store anew finds out. Whatever stands between the
 * records, they are found again by their own checksums.
 */
public interface SegmentAppender extends AutoCloseable {
    /** What was appended, on its way into the file. For one thread. */
    interface Batch {
        /**
         * Hands it over to the operating system: readers see it, and it outlives the process. Once.
         *
         * @throws IOException if it cannot be written
         */
        void write() throws IOException;
    }

    /** Makes appenders, and names their files. */
    interface Factory {
        /**
         * Sees to it that this JVM lets the appender work, before anything is written.
         *
         * @throws io.jangada.raft.spi.StoreException if it does not, with what to do
         */
        void prepareJvm();

        /**
         * The file of a segment while it is written.
         *
         * @param folder of the log
         * @param segment its number, from 1 on
         * @return its place
         */
        Path file(Path folder, int segment);

        /**
         * Where the appender finds the file of a segment that it is to write: whole, of {@link
         * #fileBytes}, and zero. It takes the file from there, and gives it its name.
         *
         * @param folder of the log
         * @param segment its number, from 1 on
         * @return its place
         */
        Path preparedFile(Path folder, int segment);

        /**
         * How long a file has to be.
         *
         * @param segmentBytes what records may take of it, from the beginning on
         * @return at least {@code segmentBytes}
         */
        long fileBytes(int segmentBytes);

        /**
         * Whether the appender changes files in mapped memory. Their pages are then left in the
         * page cache when a file is prepared, for it would read each from the disk otherwise.
         *
         * @return whether it does
         */
        boolean mapsFiles();

        /**
         * Makes an appender.
         *
         * @param folder of the log, without files that were being written
         * @param segmentBytes what records may take of a file
         * @return a new appender
         * @throws IOException if it cannot be made
         */
        SegmentAppender open(Path folder, int segmentBytes) throws IOException;
    }

    /**
     * Later appends go to this segment, whose file was prepared.
     *
     * @param segment its number
     * @throws IOException if the file cannot be used
     */
    void start(int segment) throws IOException;

    /**
     * Whether a record fits into the segment.
     *
     * @param recordBytes its length
     * @param reserveBytes what must be left for another record, which comes after a {@link #take}
     * @return whether both fit
     */
    boolean fits(int recordBytes, int reserveBytes);

    /**
     * Appends a record.
     *
     * @param record holds it from 0 on; not kept
     * @param length in bytes, a multiple of 4
     * @return its offset in the segment, a multiple of 4
     * @throws IOException if it cannot be written
     */
    int append(byte[] record, int length) throws IOException;

    /**
     * Ends a batch, which whoever took it writes, in any thread and beside other batches.
     *
     * @return what was appended since the batch before
     */
    Batch take();

    @Override
    void close() throws IOException;
}
