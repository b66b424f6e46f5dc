package io.jangada.raft.storage.chronicle;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * Makes a Chronicle cycle mean a segment: the "time" is our own counter, a second per segment, so
 * no wall clock ever decides when a file begins (rule Z31).
 */
final class SegmentRoll implements RollCycle, TimeProvider {
    private static final int MILLIS_PER_SEGMENT = 1000;
    private static final String FORMAT = "yyyyMMdd-HHmmss'R'";
    private static final String QUEUE_FILE = ".cq4";
    private static final DateTimeFormatter NAMES =
            DateTimeFormatter.ofPattern(FORMAT).withZone(ZoneOffset.UTC);

    /** Small index pages, since nothing is looked up by index: 4 KiB for every 131,072 records. */
    private static final RollCycleArithmetic ARITHMETIC = RollCycleArithmetic.of(512, 256);

    private volatile int segment;

    /** The segment that the next append goes to. */
    void segment(int next) {
        segment = next;
    }

    int segment() {
        return segment;
    }

    /** The file of a segment. */
    static Path file(Path folder, int segment) {
        return folder.resolve(name(segment) + QUEUE_FILE);
    }

    /** Where Chronicle looks for a prepared file before it makes one itself. */
    static Path preparedFile(Path folder, int segment) {
        return folder.resolve(name(segment) + ".precreated");
    }

    private static String name(int segment) {
        return NAMES.format(Instant.ofEpochSecond(segment));
    }

    @Override
    public long currentTimeMillis() {
        return (long) segment * MILLIS_PER_SEGMENT;
    }

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public int lengthInMillis() {
        return MILLIS_PER_SEGMENT;
    }

    @Override
    public int defaultIndexCount() {
        return ARITHMETIC.indexCount();
    }

    @Override
    public int defaultIndexSpacing() {
        return ARITHMETIC.indexSpacing();
    }

    @Override
    public long toIndex(int cycle, long sequenceNumber) {
        return ARITHMETIC.toIndex(cycle, sequenceNumber);
    }

    @Override
    public long toSequenceNumber(long index) {
        return ARITHMETIC.toSequenceNumber(index);
    }

    @Override
    public int toCycle(long index) {
        return ARITHMETIC.toCycle(index);
    }

    @Override
    public long maxMessagesPerCycle() {
        return ARITHMETIC.maxMessagesPerCycle();
    }
}
