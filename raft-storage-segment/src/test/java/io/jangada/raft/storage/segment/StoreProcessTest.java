package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jangada.raft.spi.StoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs a process of its own, on a real disk: kill -9, locks. */
@Tag("process")
@Tag("long")
class StoreProcessTest {
    private static final List<String> FLAGS = StoreUnderTest.get().jvmFlags();

    @TempDir Path folder;

    @Test
    void nothingConfirmedIsLostByKillMinus9() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long confirmed = 0;
        for (int kill = 1; kill <= 5; kill++) {
            try (StoreProcess writer =
                    StoreProcess.start(
                            StoreProcess.thisJava(), FLAGS, "write", folder.toString())) {
                confirmed = Math.max(confirmed, Long.parseLong(writer.line()));
                int lines = 50 + random.nextInt(500);
                for (int line = 0; line < lines; line++) {
                    confirmed = Long.parseLong(writer.line());
                }
                writer.kill();
            }
            try (var store = TestLog.openStore(folder);
                    var log = TestLog.open(store, "a")) {
                long last = log.log.lastIndex();
                assertTrue(last >= confirmed, "seed " + seed + ": " + last + " < " + confirmed);
                assertEquals(TestLog.entries(1, last, 1, StoreProcess.PAYLOAD), log.all());
            }
        }
    }

    @Test
    void secondProcessIsRefusedWithTheFirstOnesNumber() throws Exception {
        try (StoreProcess holder =
                StoreProcess.start(StoreProcess.thisJava(), FLAGS, "hold", folder.toString())) {
            assertEquals("holding n1", holder.line());
            StoreException e = assertThrows(StoreException.class, () -> TestLog.openStore(folder));
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("in use by process " + holder.pid()), message);
            assertTrue(message.contains(folder.toString()), message);
            holder.kill();
        }
        TestLog.openStore(folder).close();
    }

    @Test
    void failedSecondOpeningDoesNotGiveUpTheLockOfTheFirst() throws Exception {
        try (var store = TestLog.openStore(folder)) {
            assertThrows(StoreException.class, () -> TestLog.openStore(folder));
            try (StoreProcess other =
                    StoreProcess.start(StoreProcess.thisJava(), FLAGS, "hold", folder.toString())) {
                String line = other.line();
                assertTrue(line.contains("in use by process"), line);
            }
            assertEquals(TestLog.IDENTITY, store.identity());
        }
    }
}
