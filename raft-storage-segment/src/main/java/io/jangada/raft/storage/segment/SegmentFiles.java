package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a store as files: lists them at open, and reads records back through mappings of
 * its own, read-only and shared by all threads.
 *
 * <p>Reading does not go through whoever appends: a record whose checksum is good is readable here
 * whatever happened around it.
 */
final class SegmentFiles {
    private final Path folder;
    private final StoreId store;
    private final SegmentAppender.Factory names;
    private final Disk disk;
    private final Map<Integer, SegmentMapping> mapped = new ConcurrentHashMap<>();

    /**
     * The segments in a folder.
     *
     * @param names of those that are written now
     */
    SegmentFiles(Path folder, StoreId store, SegmentAppender.Factory names, Disk disk) {
        this.folder = folder;
        this.store = store;
        this.names = names;
        this.disk = disk;
    }

    Path folder() {
        return folder;
    }

    Disk disk() {
        return disk;
    }

    /** Whether there is any file that looks like a segment. */
    boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(file -> numberOf(file) == 0);
        }
    }

    /** All segments in order, mapped. */
    List<Segment> list() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> numberOf(file) != 0).forEach(found::add);
        }
        found.sort(Comparator.comparingInt(SegmentFiles::numberOf));
        List<Segment> segments = new ArrayList<>();
        for (Path file : found) {
            int number = numberOf(file);
            if (!segments.isEmpty() && segments.get(segments.size() - 1).number == number) {
                throw new StoreException(
                        "segment %d exists twice in %s: remove the file that was put there by hand"
                                .formatted(number, folder),
                        null);
            }
            segments.add(new Segment(number, file, map(file, Long.MAX_VALUE)));
        }
        return segments;
    }

    private static int numberOf(Path file) {
        return SegmentNames.segmentOf(file.getFileName().toString());
    }

    /**
     * Takes a segment of an earlier opening out of the appender's sight, which may look into every
     * file of its own in the folder, and write into it.
     */
    void close(Segment segment) throws IOException {
        if (!isClosed(segment)) {
            disk.rename(segment.file, closedFile(segment.number));
        }
    }

    /** Whether a segment has its closed name already: its cut is then durable, too. */
    boolean isClosed(Segment segment) {
        return segment.file.equals(closedFile(segment.number));
    }

    /** The name of a segment of an earlier opening. */
    Path closedFile(int segment) {
        return SegmentNames.closed(folder, segment);
    }

    /** From now on what was kept of a segment of an earlier opening can be read. */
    void readable(Segment segment) {
        mapped.put(
                segment.number,
                new SegmentMapping(segment.bytes, segment.bytes.slice(0, segment.usedBytes)));
    }

    /** From now on records of the segment that the journal writes can be read. */
    void readable(int segment) throws IOException {
        ByteBuffer bytes = map(names.file(folder, segment), Long.MAX_VALUE);
        mapped.put(segment, new SegmentMapping(bytes, bytes));
    }

    /**
     * The entry at a position.
     *
     * @return null if the segment was deleted: then the entry was moved, or dropped
     */
    @Nullable LogEntry read(String group, long index, long position) {
        return scan(Position.segment(position), reader -> entry(reader, group, index, position));
    }

    /**
     * Reads entries with consecutive indexes one after the other, as long as they are wanted and
     * stand in one segment; the first at least.
     *
     * @param positions where they stand
     * @param wanted takes an entry, and says whether to go on
     * @return false if the segment was deleted, and nothing was read
     */
    boolean readRun(String group, long first, long[] positions, Predicate<LogEntry> wanted) {
        int segment = Position.segment(positions[0]);
        Integer count =
                scan(
                        segment,
                        reader -> {
                            int i = 0;
                            while (i < positions.length
                                    && Position.segment(positions[i]) == segment
                                    && wanted.test(entry(reader, group, first + i, positions[i]))) {
                                i++;
                            }
                            return i;
                        });
        return count != null;
    }

    private LogEntry entry(RecordReader reader, String group, long index, long position) {
        if (reader.at(Position.offset(position))
                && reader.isEntry()
                && reader.index() == index
                && reader.group().equals(group)) {
            return reader.entry();
        }
        throw damaged(group, index, position);
    }

    private StoreException damaged(String group, long index, long position) {
        return new StoreException(
                ("entry %d of group '%s' fails its checksum in segment %d at offset %d of %s: stop"
                                + " this node and replace its disk")
                        .formatted(
                                index,
                                group,
                                Position.segment(position),
                                Position.offset(position),
                                folder),
                null);
    }

    /** A reader of a segment's records, from a place on; null if the segment was deleted. */
    <T> @Nullable T scan(int segment, Function<RecordReader, T> scanner) {
        SegmentMapping mapping = mapped.get(segment);
        return mapping == null
                ? null
                : mapping.read(
                        bytes -> {
                            RecordReader reader = new RecordReader(store);
                            reader.segment(segment, bytes);
                            return scanner.apply(reader);
                        });
    }

    /** From now on nothing of this segment can be read; the blocks of its file can be freed. */
    void unmap(int segment) {
        SegmentMapping mapping = mapped.remove(segment);
        if (mapping != null) {
            mapping.unmap();
        }
    }

    /** The file of a segment, whoever wrote it. */
    Path fileOf(int segment) {
        Path closed = closedFile(segment);
        return Files.exists(closed) ? closed : names.file(folder, segment);
    }

    private static ByteBuffer map(Path file, long bytesMax) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long length = Math.min(Math.min(in.length(), bytesMax), Integer.MAX_VALUE);
            return in.getChannel()
                    .map(FileChannel.MapMode.READ_ONLY, 0, length)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
