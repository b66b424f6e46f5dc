package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the file of a segment comes about (rules Z31 and Z37). */
class SegmentMakerTest {
    private static final int FILLED = 64 << 10;
    private static final SegmentAppender.Factory FILES = StoreUnderTest.get().files();
    private static final long LENGTH = FILES.fileBytes(FILLED);

    @TempDir(factory = InMemory.class)
    Path folder;

    /** Looks whether the name is there while the file is not whole, and can lose its power. */
    private final class Watch extends Disk {
        private final Path named = FILES.preparedFile(folder, 3);
        private int stepsLeft = Integer.MAX_VALUE;
        private int steps;
        private boolean synced;
        private boolean direct;

        private void step() throws IOException {
            assertFalse(Files.exists(named), "it has its name too early");
            if (steps++ >= stepsLeft) {
                throw new IOException("power loss");
            }
        }

        @Override
        @Nullable FileChannel openDirect(Path file) throws IOException {
            return direct ? super.openDirect(file) : null;
        }

        @Override
        void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
            step();
            synced = false;
            super.write(file, bytes, at);
        }

        @Override
        void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
            step();
            synced = false;
            super.write(file, bytes, length);
        }

        @Override
        void setLength(RandomAccessFile file, long bytes) throws IOException {
            step();
            synced = false;
            super.setLength(file, bytes);
        }

        @Override
        void sync(RandomAccessFile file) throws IOException {
            step();
            super.sync(file);
            synced = true;
        }
    }

    private void make(Disk disk) throws IOException {
        try (SegmentMaker maker = new SegmentMaker(folder, "maker", FILLED, FILES, disk)) {
            maker.await(3);
        }
    }

    @Test
    void z31_aSegmentGetsItsNameWhenItIsWhole() throws IOException {
        Watch disk = new Watch();
        make(disk);
        assertEquals(LENGTH, Files.size(disk.named));
        assertTrue(disk.synced);
        assertEquals(2 + FILLED / 4096 + 1, disk.steps);
    }

    @Test
    void z31_zerosThatPassTheCacheByAreTheSame() throws IOException {
        Watch disk = watch(true);
        make(disk);
        assertEquals(LENGTH, Files.size(disk.named));
        assertArrayEquals(new byte[(int) LENGTH], Files.readAllBytes(disk.named));
        assertTrue(disk.synced);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void z31_whatFailsOnTheWayLeavesNoName(boolean direct) throws IOException {
        Watch whole = watch(direct);
        make(whole);
        Files.delete(whole.named);
        for (int steps = 0; steps < whole.steps; steps++) {
            Watch disk = watch(direct);
            disk.stepsLeft = steps;
            assertThrows(IOException.class, () -> make(disk));
            assertFalse(Files.exists(disk.named));
        }
        make(watch(direct));
        assertEquals(LENGTH, Files.size(whole.named));
    }

    private Watch watch(boolean direct) {
        Watch disk = new Watch();
        disk.direct = direct;
        return disk;
    }
}
