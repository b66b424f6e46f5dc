package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Makes segments ahead of their use, has records put into them, and syncs. */
final class SegmentJournal implements Journal {
    static final int SEGMENT_BYTES_MIN = 64 << 10;

    /** Offsets in a mapped segment stay within an int, whatever the appender adds. */
    static final int SEGMENT_BYTES_MAX = 1 << 30;

    private final Path folder;
    private final Disk disk;
    private final int segmentBytes;
    private final SegmentAppender.Factory appenders;
    private final SegmentAppender appender;
    private final SegmentMaker maker;
    private int segment;

    /**
     * The current segment, opened once for each sync that may be under way, and not in use now: the
     * kernel tells a failure of writing once to each open file, and so to each of those syncs.
     */
    private final Deque<RandomAccessFile> files = new ConcurrentLinkedDeque<>();

    private volatile boolean nameSynced;

    /**
     * A journal in a folder without segments that are written.
     *
     * @param threadName for the thread that prepares segments
     */
    SegmentJournal(
            Path folder,
            String threadName,
            int segmentBytes,
            SegmentAppender.Factory appenders,
            Disk disk)
            throws IOException {
        this.folder = folder;
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.appenders = appenders;
        this.appender = appenders.open(folder, segmentBytes);
        this.maker = new SegmentMaker(folder, threadName, segmentBytes, appenders, disk);
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
        closeFiles();
        segment = next;
        nameSynced = false;
        appender.start(next);
    }

    @Override
    public boolean fits(int recordBytes, int reserveBytes) {
        return appender.fits(recordBytes, reserveBytes);
    }

    @Override
    public int append(byte[] record, int length) throws IOException {
        int offset = appender.append(record, length);
        if (offset + length > segmentBytes / 4) {
            // Not earlier: a quiet node never needs a second segment.
            maker.prepare(segment + 1);
        }
        return offset;
    }

    @Override
    public SegmentAppender.Batch take() {
        return appender.take();
    }

    @Override
    public void sync() throws IOException {
        RandomAccessFile file = files.poll();
        if (file == null) {
            file = disk.open(appenders.file(folder, segment));
        }
        try {
            disk.sync(file);
        } finally {
            files.push(file);
        }
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
        maker.close();
        try {
            appender.close();
            closeFiles();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void closeFiles() throws IOException {
        for (RandomAccessFile file = files.poll(); file != null; file = files.poll()) {
            file.close();
        }
    }
}
