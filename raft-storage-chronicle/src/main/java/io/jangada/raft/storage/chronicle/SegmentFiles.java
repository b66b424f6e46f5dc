package io.jangada.raft.storage.chronicle;

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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a store as files: lists them at open, and reads records back through mappings of
 * its own, read-only and shared by all threads.
 *
 * <p>Reading does not go through Chronicle. Its tailers find records through index pages that carry
 * no checksum, and they open old files for writing; a record whose checksum is good is readable
 * here whatever happened around it.
 */
final class SegmentFiles {
    private static final String CLOSED = ".segment";

    /** How a journal names the files it writes. */
    interface Names {
        Path file(int segment);

        /** The number in a file name, or 0 if it is not the name of a segment. */
        int segmentOf(String fileName);
    }

    private final Path folder;
    private final StoreId store;
    private final Names names;
    private final Disk disk;
    private final Map<Integer, SegmentMapping> mapped = new ConcurrentHashMap<>();

    SegmentFiles(Path folder, StoreId store, Names names, Disk disk) {
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
        found.sort(Comparator.comparingInt(this::numberOf));
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

    private int numberOf(Path file) {
        String name = file.getFileName().toString();
        if (name.endsWith(CLOSED) && name.length() == 8 + CLOSED.length()) {
            try {
                return Integer.parseInt(name, 0, 8, 10);
            } catch (NumberFormatException e) {
                return 0;
            }
        }
        return names.segmentOf(name);
    }

    /**
     * Takes a segment of an earlier opening out of the journal's sight: Chronicle looks into every
     * queue file of its folder and would write into them.
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
        return folder.resolve("%08d%s".formatted(segment, CLOSED));
    }

    /** From now on what was kept of a segment of an earlier opening can be read. */
    void readable(Segment segment) {
        mapped.put(
                segment.number,
                new SegmentMapping(segment.bytes, segment.bytes.slice(0, segment.usedBytes)));
    }

    /** From now on records of the segment that the journal writes can be read. */
    void readable(int segment) throws IOException {
        ByteBuffer bytes = map(names.file(segment), Long.MAX_VALUE);
        mapped.put(segment, new SegmentMapping(bytes, bytes));
    }

    /**
     * The entry at a position.
     *
     * @return null if the segment was deleted: then the entry was moved, or dropped
     */
    @Nullable LogEntry read(String group, long index, long position) {
        int segment = Position.segment(position);
        SegmentMapping mapping = mapped.get(segment);
        if (mapping == null) {
            return null;
        }
        return mapping.read(
                bytes -> {
                    RecordReader reader = new RecordReader(store);
                    reader.segment(segment, bytes);
                    if (reader.at(Position.offset(position))
                            && reader.isEntry()
                            && reader.index() == index
                            && reader.group().equals(group)) {
                        return reader.entry();
                    }
                    throw damaged(group, index, position);
                });
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
        return Files.exists(closed) ? closed : names.file(segment);
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
