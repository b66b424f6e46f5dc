package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.HardState;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Chronicle does to the files, where the store depends on it. */
class ChronicleFilesTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    /**
     * 131,072 records fill an index page; the offset of the record after it must still be right.
     */
    @Test
    void recordsAreFoundWhenASegmentNeedsMoreIndexPages() {
        int count = 300_000;
        try (var store =
                        StoreUnderTest.get()
                                .builder()
                                .segmentBytes(64 << 20)
                                .open(folder, TestLog.IDENTITY);
                var log = TestLog.open(store, "a")) {
            for (int i = 1; i <= count; i += 1000) {
                log.write(null, TestLog.entries(i, i + 999, 1, 1));
            }
        }
        assertEquals(1, SegmentImage.of(folder).size());
        try (var store = TestLog.openStore(folder);
                var log = TestLog.open(store, "a")) {
            assertEquals(count, log.log.lastIndex());
            for (int i = 1; i <= count; i += 9_973) {
                assertEquals(List.of(TestLog.entry(i, 1, 1)), log.log.entries(i, i, 1));
            }
        }
    }

    @Test
    void segmentsNeverGrowAndUseNothingBehindTheirBlock() throws Exception {
        try (var store = TestLog.openStore(folder);
                var log = TestLog.open(store, "a")) {
            for (int i = 1; i <= 600; i++) {
                int bytes = i % 50 == 0 ? store.entryBytesMax() : i * 7 % 3000;
                log.write(new HardState(i, null), List.of(TestLog.entry(i, 1, bytes)));
            }
            List<Path> files = new ArrayList<>();
            try (Stream<Path> found = Files.list(folder.resolve("log"))) {
                found.filter(f -> f.toString().endsWith(".cq4")).forEach(files::add);
            }
            assertTrue(files.size() > 5);
            byte[] overlap = new byte[64 << 10];
            for (Path file : files) {
                try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
                    assertEquals(TestLog.SEGMENT_BYTES + overlap.length, in.length());
                    in.seek(TestLog.SEGMENT_BYTES);
                    in.readFully(overlap);
                }
                for (byte b : overlap) {
                    assertEquals(0, b, file.toString());
                }
            }
        }
    }

    @Test
    void nextSegmentIsPreparedAheadButNotByAQuietStore() throws Exception {
        try (var store = TestLog.openStore(folder);
                var log = TestLog.open(store, "a")) {
            log.write(null, TestLog.entries(1, 3, 1, 100));
            assertEquals(0, spares());
            log.write(null, TestLog.entries(4, 40, 1, 1000));
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (spares() == 0) {
                assertTrue(System.nanoTime() < deadline, "no spare came");
                Thread.yield();
            }
        }
    }

    private long spares() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            return files.filter(f -> f.toString().endsWith(".precreated")).count();
        }
    }

    @Test
    void namesOfSegmentsAreReadBack() {
        SegmentAppender.Factory files = new ChronicleStore().files();
        for (int segment : new int[] {1, 59, 60, 86_400, 1_700_000_000, Integer.MAX_VALUE}) {
            Path file = files.file(folder, segment);
            assertEquals(segment, SegmentNames.segmentOf(file.getFileName().toString()));
        }
        for (String other : List.of("metadata.cq4t", "x.cq4", "19700101-000001R.precreated")) {
            assertEquals(0, SegmentNames.segmentOf(other));
        }
    }
}
