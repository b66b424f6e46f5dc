package io.jangada.raft.storage.chronicle;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Segments written by Chronicle Queue: one cycle file each, mapped once.
 *
 * <p>Chronicle never syncs here ({@code SyncMode.NONE}): its own sync covers the current mapped
 * chunk only and swallows errors. A segment stays within one mapped block, so that it never grows
 * beyond the blocks that were prepared for it.
 */
final class ChronicleJournal implements Journal {
    /** Chronicle's smallest block. */
    static final int SEGMENT_BYTES_MIN = 64 << 10;

    /** With Chronicle's overlap, offsets in a mapped segment stay within an int. */
    static final int SEGMENT_BYTES_MAX = 1 << 30;

    /** What an append may add besides the record and its header: an index page and the end mark. */
    private static final int OVERHEAD = 5 << 10;

    private static final int HEADER = 4;

    private final Path folder;
    private final Disk disk;
    private final int segmentBytes;
    private final SegmentRoll roll = new SegmentRoll();
    private final SegmentMaker maker;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private int segment;
    private int end;
    private byte[] wrapped = {};
    private Bytes<byte[]> bytes = Bytes.wrapForRead(wrapped);

    /** The current segment for syncing; null until it exists. */
    private @Nullable RandomAccessFile file;

    private boolean nameSynced;

    /**
     * A journal in a folder without queue files.
     *
     * @param threadName for the thread that prepares segments
     * @param segmentBytes Chronicle's block size
     */
    ChronicleJournal(Path folder, String threadName, int segmentBytes, Disk disk) {
        this.folder = folder;
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        maker = new SegmentMaker(folder, threadName, segmentBytes, fileBytes(segmentBytes), disk);
        queue =
                SingleChronicleQueueBuilder.binary(folder)
                        .rollCycle(roll)
                        .timeProvider(roll)
                        .blockSize(segmentBytes)
                        .syncMode(SyncMode.NONE)
                        .build();
        appender = queue.createAppender();
        // Opened by one thread and used by another ever after.
        appender.singleThreadedCheckDisabled(true);
    }

    /** Chronicle maps a quarter more than the block, or 64 KiB; nothing is ever written there. */
    private static long fileBytes(int segmentBytes) {
        return segmentBytes + Math.max(64 << 10, segmentBytes / 4L);
    }

    /** The largest record, with its filling, for a segment size: Chronicle's limit. */
    static int recordBytesMax(int segmentBytes) {
        return segmentBytes / 4 - 64;
    }

    @Override
    public int recordBytesMax() {
        return recordBytesMax(segmentBytes);
    }

    @Override
    public void startSegment(int next) throws IOException {
        maker.await(next);
        if (file != null) {
            file.close();
            file = null;
        }
        segment = next;
        roll.segment(next);
        end = 0;
        nameSynced = false;
    }

    @Override
    public boolean fits(int recordBytes, int reserveBytes) {
        return (long) end + recordBytes + reserveBytes + 2 * (HEADER + OVERHEAD) <= segmentBytes;
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        if (wrapped != record) {
            wrapped = record;
            bytes = Bytes.wrapForRead(record);
        }
        bytes.readPositionRemaining(0, length);
        appender.writeBytes(bytes);
        Wire wire = appender.wire();
        if (wire == null) {
            throw new IOException("Chronicle has no file for segment " + segment);
        }
        Bytes<?> mapped = wire.bytes();
        end = Math.toIntExact(mapped.writePosition());
        int offset = end - length;
        checkPlace(mapped, offset);
        if (end > segmentBytes / 4) {
            // Not earlier: a quiet node never needs a second segment.
            maker.prepare(segment + 1);
        }
        return offset;
    }

    /** What is written must be found again at this offset: everything else is built on it. */
    private void checkPlace(Bytes<?> mapped, int offset) throws IOException {
        if (end > segmentBytes
                || mapped.readInt(offset) != bytes.readInt(0)
                || mapped.readLong(offset + RecordFormat.STORE_SEQUENCE)
                        != bytes.readLong(RecordFormat.STORE_SEQUENCE)) {
            throw new IOException(
                    "a record is not at offset %d of segment %d".formatted(offset, segment));
        }
    }

    @Override
    public void sync() throws IOException {
        RandomAccessFile current = file;
        if (current == null) {
            current = disk.open(SegmentRoll.file(folder, segment));
            file = current;
        }
        // Covers all pages of the file, throws when one fails, and cannot be interrupted.
        disk.sync(current);
        if (!nameSynced) {
            disk.syncFolder(folder);
            nameSynced = true;
        }
    }

    @Override
    public void delete(Path segmentFile) throws IOException {
        disk.delete(segmentFile);
    }

    @Override
    public void close() {
        queue.close();
        maker.close();
        RandomAccessFile current = file;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
