package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How records get into whole pages, past the page cache and through it. */
class PageAppenderTest {
    private static final int PAGE = PageAppender.PAGE;
    private static final int SEGMENT = 4 << 20;

    /** Where it is most likely that the cache can be passed by. */
    @TempDir Path folder;

    /** Counts what goes which way. */
    private static final class Ways extends Disk {
        private final boolean mayBeDirect;
        private final List<Integer> direct = new ArrayList<>();
        private final List<Integer> cached = new ArrayList<>();

        Ways(boolean mayBeDirect) {
            this.mayBeDirect = mayBeDirect;
        }

        @Override
        @Nullable FileChannel openDirect(Path file) throws IOException {
            return mayBeDirect ? super.openDirect(file) : null;
        }

        @Override
        void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
            direct.add(bytes.remaining());
            super.write(file, bytes, at);
        }

        @Override
        void write(RandomAccessFile file, ByteBuffer bytes, long at) throws IOException {
            cached.add(bytes.remaining());
            super.write(file, bytes, at);
        }
    }

    private Path segment(int number) {
        return SegmentNames.written(folder, number);
    }

    private SegmentAppender started(Disk disk, int number) throws IOException {
        PageAppender.Factory factory = new PageAppender.Factory(disk);
        try (RandomAccessFile made = disk.open(factory.preparedFile(folder, number))) {
            made.setLength(SEGMENT);
        }
        SegmentAppender appender = factory.open(folder, SEGMENT);
        appender.start(number);
        return appender;
    }

    private static byte[] record(Random random, int length) {
        byte[] record = new byte[length];
        random.nextBytes(record);
        return record;
    }

    private byte[] read(int number, int offset, int length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment(number).toFile(), "r")) {
            byte[] bytes = new byte[length];
            file.seek(offset);
            file.readFully(bytes);
            return bytes;
        }
    }

    /**
     * Small ones, some that end with a page, and some that are larger than all that is gathered.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recordsAreWhereTheyWereSaidToBe(boolean direct) throws IOException {
        Random random = new Random(7);
        int[] lengths = {300, PAGE, 4, 600_000, PAGE - 4, 256 << 10, 60, 300_000};
        try (SegmentAppender appender = started(new Ways(direct), 1)) {
            for (int round = 0; round < 2; round++) {
                List<byte[]> records = new ArrayList<>();
                List<Integer> offsets = new ArrayList<>();
                for (int length : lengths) {
                    records.add(record(random, length));
                    offsets.add(appender.append(records.get(records.size() - 1), length));
                }
                appender.take().write();
                for (int i = 0; i < lengths.length; i++) {
                    assertArrayEquals(records.get(i), read(1, offsets.get(i), lengths[i]));
                }
                assertEquals(0, offsets.get(0) % PAGE, "a batch begins with a page");
            }
        }
    }

    @Test
    void bothWaysLeaveTheSame() throws IOException {
        for (int number = 1; number <= 2; number++) {
            Random random = new Random(11);
            try (SegmentAppender appender = started(new Ways(number == 1), number)) {
                for (int i = 0; i < 200; i++) {
                    int length = 4 * (1 + random.nextInt(i % 10 == 0 ? 20_000 : 200));
                    appender.append(record(random, length), length);
                    if (random.nextInt(4) == 0) {
                        appender.take().write();
                    }
                }
                appender.take().write();
            }
        }
        assertArrayEquals(Files.readAllBytes(segment(1)), Files.readAllBytes(segment(2)));
    }

    @Test
    void pagesGoPastTheCacheWhereTheyCan() throws IOException {
        Ways disk = new Ways(true);
        try (SegmentAppender appender = started(disk, 1);
                FileChannel possible = disk.openDirect(segment(1))) {
            assumeTrue(possible != null, "this folder's disk cannot be written directly");
            appender.append(new byte[300], 300);
            appender.take().write();
        }
        assertEquals(List.of(PAGE), disk.direct);
        assertEquals(List.of(), disk.cached);
    }

    /** Who reads ahead has zeros of pages that are written later, and must not go by them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readersSeeWhatIsWrittenBehindWhatTheyHaveRead(boolean direct) throws IOException {
        Random random = new Random(13);
        try (SegmentAppender appender = started(new Ways(direct), 1)) {
            for (int i = 0; i < 50; i++) {
                byte[] record = record(random, 5000);
                int offset = appender.append(record, record.length);
                assertArrayEquals(new byte[5000], read(1, offset, 5000), "nothing is there yet");
                read(1, offset, 100_000);
                appender.take().write();
                assertArrayEquals(record, read(1, offset, 5000));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void batchesAreWrittenInAnyOrder(boolean direct) throws IOException {
        Random random = new Random(17);
        try (SegmentAppender appender = started(new Ways(direct), 1)) {
            byte[] first = record(random, 5000);
            byte[] second = record(random, 300_000);
            int firstAt = appender.append(first, first.length);
            SegmentAppender.Batch firstBatch = appender.take();
            int secondAt = appender.append(second, second.length);
            appender.take().write();
            assertArrayEquals(second, read(1, secondAt, second.length));
            assertArrayEquals(new byte[5000], read(1, firstAt, 5000), "not written yet");
            firstBatch.write();
            assertArrayEquals(first, read(1, firstAt, first.length));
            assertArrayEquals(second, read(1, secondAt, second.length));
        }
    }

    /** Of a batch that is larger than what is gathered the beginning is written at once. */
    @Test
    void largeBatchesTakeNoMoreMemoryThanOthers() throws IOException {
        Ways disk = new Ways(false);
        try (SegmentAppender appender = started(disk, 1)) {
            for (int i = 0; i < 30; i++) {
                appender.append(new byte[100_000], 100_000);
            }
            assertEquals(Collections.nCopies(11, 256 << 10), disk.cached, "as they are full");
            appender.take().write();
        }
        assertEquals(3_002_368, disk.cached.stream().mapToInt(bytes -> bytes).sum());
    }

    @Test
    void anotherSegmentGoesOnFromItsBeginning() throws IOException {
        Ways disk = new Ways(true);
        try (SegmentAppender appender = started(disk, 1)) {
            appender.append(new byte[300], 300);
            appender.take().write();
            assertTrue(appender.fits(SEGMENT - 2 * PAGE, PAGE));
            Files.copy(segment(1), new PageAppender.Factory(disk).preparedFile(folder, 2));
            appender.start(2);
            assertEquals(0, appender.append(new byte[] {1, 2, 3, 4}, 4));
            appender.take().write();
        }
        assertArrayEquals(new byte[] {1, 2, 3, 4}, read(2, 0, 4));
    }
}
