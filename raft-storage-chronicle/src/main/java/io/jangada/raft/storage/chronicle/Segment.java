package io.jangada.raft.storage.chronicle;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A segment that existed when the store was opened, and what a pass of {@link Replay} found in it.
 */
final class Segment {
    final int number;
    final Path file;
    final ByteBuffer bytes;

    /** Store sequences of the first and last record kept; 0 if none was found. */
    long firstSequence;

    long lastSequence;

    int recordCount;

    /** Where the last record kept ends. */
    int usedBytes;

    Segment(int number, Path file, ByteBuffer bytes) {
        this.number = number;
        this.file = file;
        this.bytes = bytes;
    }

    void reset() {
        firstSequence = 0;
        lastSequence = 0;
        recordCount = 0;
        usedBytes = 0;
    }

    /** Notes a record that is kept. */
    void add(RecordReader record) {
        lastSequence = record.storeSequence();
        if (recordCount++ == 0) {
            firstSequence = lastSequence;
        }
        usedBytes = record.end();
    }
}
