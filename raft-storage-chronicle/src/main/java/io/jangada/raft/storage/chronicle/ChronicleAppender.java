package io.jangada.raft.storage.chronicle;

import io.jangada.raft.storage.segment.SegmentAppender;
import java.io.IOException;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.Wire;

/**
 * Segments written by Chronicle Queue: one cycle file each, mapped once.
 *
 * <p>Chronicle never syncs here ({@code SyncMode.NONE}): its own sync covers the current mapped
 * chunk only and swallows errors. A segment stays within one mapped block, so that it never grows
 * beyond the blocks that were prepared for it.
 */
final class ChronicleAppender implements SegmentAppender {
    /** What an append may add besides the record and its header: an index page and the end mark. */
    private static final int OVERHEAD = 5 << 10;

    private static final int HEADER = 4;

    private static final Batch WRITTEN =
            () -> {
                // It is written when it is appended.
            };

    /** Makes them. */
    record Factory(boolean openJdkPackages) implements SegmentAppender.Factory {
        @Override
        public void prepareJvm() {
            JvmAccess.prepare(openJdkPackages);
        }

        @Override
        public Path file(Path folder, int segment) {
            return SegmentRoll.file(folder, segment);
        }

        @Override
        public Path preparedFile(Path folder, int segment) {
            return SegmentRoll.preparedFile(folder, segment);
        }

        /** Chronicle maps a quarter more than the block, or 64 KiB; nothing is written there. */
        @Override
        public long fileBytes(int segmentBytes) {
            return segmentBytes + Math.max(64 << 10, segmentBytes / 4L);
        }

        @Override
        public boolean mapsFiles() {
            return true;
        }

        @Override
        public SegmentAppender open(Path folder, int segmentBytes) {
            return new ChronicleAppender(folder, segmentBytes);
        }
    }

    private final int segmentBytes;
    private final SegmentRoll roll = new SegmentRoll();
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private int end;
    private byte[] wrapped = {};
    private Bytes<byte[]> bytes = wrap(wrapped);

    private ChronicleAppender(Path folder, int segmentBytes) {
        this.segmentBytes = segmentBytes;
        queue =
                SingleChronicleQueueBuilder.binary(folder)
                        .rollCycle(roll)
                        .timeProvider(roll)
                        .blockSize(segmentBytes)
                        .syncMode(SyncMode.NONE)
                        .build();
        appender = queue.createAppender();
        // For one thread at a time, but not for the same one.
        appender.singleThreadedCheckDisabled(true);
    }

    private static Bytes<byte[]> wrap(byte[] record) {
        Bytes<byte[]> bytes = Bytes.wrapForRead(record);
        bytes.singleThreadedCheckDisabled(true);
        return bytes;
    }

    @Override
    public void start(int segment) {
        roll.segment(segment);
        end = 0;
    }

    @Override
    public boolean fits(int recordBytes, int reserveBytes) {
        return (long) end + recordBytes + reserveBytes + 2 * (HEADER + OVERHEAD) <= segmentBytes;
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        if (wrapped != record) {
            wrapped = record;
            bytes = wrap(record);
        }
        bytes.readPositionRemaining(0, length);
        appender.writeBytes(bytes);
        Wire wire = appender.wire();
        if (wire == null) {
            throw new IOException("Chronicle has no file for segment " + roll.segment());
        }
        Bytes<?> mapped = wire.bytes();
        end = Math.toIntExact(mapped.writePosition());
        int offset = end - length;
        checkPlace(mapped, offset);
        return offset;
    }

    /** What is written must be found again at this offset: everything else is built on it. */
    private void checkPlace(Bytes<?> mapped, int offset) throws IOException {
        if (end > segmentBytes
                || mapped.readLong(offset) != bytes.readLong(0)
                || mapped.readLong(offset + Long.BYTES) != bytes.readLong(Long.BYTES)) {
            throw new IOException(
                    "a record is not at offset %d of segment %d".formatted(offset, roll.segment()));
        }
    }

    @Override
    public Batch take() {
        return WRITTEN;
    }

    @Override
    public void close() {
        queue.close();
    }
}
