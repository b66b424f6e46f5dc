package io.jangada.raft.storage.segment;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A segment that existed when the store was opened, and what a pass of {@link Replay} found in it.
 */
final class Segment {
    final int number;
    final Path file;

    /** The mapped file; owned by {@link SegmentFiles} once the segment is readable. */
    final ByteBuffer bytes;

    /** Store sequences of the first and last record kept; 0 if none was found. */
    long firstSequence;

    long lastSequence;

    int recordCount;

    private int checkpointBytes;

    /** Where the last record kept ends. */
    int usedBytes;

    Segment(int number, Path file, ByteBuffer bytes) {
        this.number = number;
        this.file = file;
        this.bytes = bytes;
    }

    /** What a store needs to know of it while others are written. */
    SegmentLedger.Closed closed() {
        return new SegmentLedger.Closed(
                number, firstSequence, lastSequence, usedBytes - checkpointBytes);
    }

    void reset() {
        firstSequence = 0;
        lastSequence = 0;
        recordCount = 0;
        usedBytes = 0;
        checkpointBytes = 0;
    }

    /** Notes a record that is kept. */
    void add(RecordReader record) {
        lastSequence = record.storeSequence();
        if (recordCount++ == 0) {
            firstSequence = lastSequence;
        }
        usedBytes = record.end();
        switch (record.type()) {
            case RECOVERY, SEGMENT_HEAD, FOOTER -> checkpointBytes += usedBytes - record.offset();
            default -> {}
        }
    }
}
