package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A segment file taken apart: where its records are, and means to damage them. */
final class SegmentImage {
    /** A record as it stands in the file. */
    record Found(
            RecordType type, String group, long index, long storeSequence, int offset, int end) {}

    final Path file;
    final int number;
    final byte[] bytes;
    final List<Found> records = new ArrayList<>();

    private SegmentImage(Path file, int number) {
        this.file = file;
        this.number = number;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RecordReader reader = new RecordReader(TestLog.IDENTITY.store());
        reader.segment(number, buffer());
        for (int at = 0; at < bytes.length; ) {
            if (!reader.at(at)) {
                at += 4;
                continue;
            }
            records.add(
                    new Found(
                            reader.type(),
                            reader.group(),
                            reader.index(),
                            reader.storeSequence(),
                            reader.offset(),
                            reader.end()));
            at = reader.end();
        }
    }

    /** All segments of a store's folder in order. */
    static List<SegmentImage> of(Path storeFolder) {
        List<SegmentImage> images = new ArrayList<>();
        try (Stream<Path> files = Files.list(storeFolder.resolve("log"))) {
            files.filter(file -> number(file) != 0)
                    .sorted(Comparator.comparingInt(SegmentImage::number))
                    .forEach(file -> images.add(new SegmentImage(file, number(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return images;
    }

    private static int number(Path file) {
        return SegmentNames.segmentOf(file.getFileName().toString());
    }

    ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    Found first(RecordType type) {
        return records.stream().filter(r -> r.type() == type).findFirst().orElseThrow();
    }

    long count(RecordType type) {
        return records.stream().filter(r -> r.type() == type).count();
    }

    Found entry(String group, long index) {
        return records.stream()
                .filter(r -> r.type() == RecordType.ENTRY)
                .filter(r -> r.group().equals(group) && r.index() == index)
                .findFirst()
                .orElseThrow();
    }

    boolean hasEntry(String group, long index) {
        return records.stream()
                .anyMatch(
                        r ->
                                r.type() == RecordType.ENTRY
                                        && r.group().equals(group)
                                        && r.index() == index);
    }

    void zero(int from, int to) {
        Arrays.fill(bytes, from, to, (byte) 0);
        save();
    }

    void putInt(int offset, int value) {
        buffer().putInt(offset, value);
        save();
    }

    void flip(int offset) {
        bytes[offset] ^= 4;
        save();
    }

    private void save() {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
