package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

        private void step() throws IOException {
            assertFalse(Files.exists(named), "it has its name too early");
            if (steps++ >= stepsLeft) {
                throw new IOException("power loss");
            }
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
    void z31_whatFailsOnTheWayLeavesNoName() throws IOException {
        Watch whole = new Watch();
        make(whole);
        Files.delete(whole.named);
        for (int steps = 0; steps < whole.steps; steps++) {
            Watch disk = new Watch();
            disk.stepsLeft = steps;
            assertThrows(IOException.class, () -> make(disk));
            assertFalse(Files.exists(disk.named));
        }
        make(new Watch());
        assertEquals(LENGTH, Files.size(whole.named));
    }
}
