package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a segment is synced by several at once. */
class SegmentJournalTest {
    private static final int SEGMENT = 1 << 20;
    private static final SegmentAppender.Factory FILES = StoreUnderTest.get().files();

    @TempDir(factory = InMemory.class)
    Path folder;

    /** Lets syncs end when there are two of them. */
    private static final class PairingDisk extends Disk {
        final List<RandomAccessFile> synced = Collections.synchronizedList(new ArrayList<>());
        private final CyclicBarrier both = new CyclicBarrier(2);
        private volatile boolean pairs;

        @Override
        void sync(RandomAccessFile file) throws IOException {
            if (pairs) {
                synced.add(file);
                try {
                    both.await(30, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IOException("the other sync did not come", e);
                }
            }
            super.sync(file);
        }
    }

    private SegmentJournal journal(Disk disk) throws IOException {
        return new SegmentJournal(folder, "spare", SEGMENT, FILES, disk);
    }

    @Test
    void z28_eachSyncUnderWayHasTheFileOpenForItself() throws IOException {
        PairingDisk disk = new PairingDisk();
        try (SegmentJournal journal = journal(disk)) {
            journal.startSegment(1);
            journal.append(new byte[512], 512);
            journal.take().write();
            journal.sync();
            disk.pairs = true;
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Void> other = CompletableFuture.runAsync(() -> sync(journal));
                journal.sync();
                other.join();
            }
        }
        for (int i = 0; i < 6; i += 2) {
            assertNotSame(disk.synced.get(i), disk.synced.get(i + 1));
        }
        assertEquals(2, disk.synced.stream().distinct().count(), "and no more than it needs");
    }

    private static void sync(SegmentJournal journal) {
        try {
            journal.sync();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
