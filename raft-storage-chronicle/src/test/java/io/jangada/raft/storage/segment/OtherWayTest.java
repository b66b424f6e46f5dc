package io.jangada.raft.storage.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jangada.raft.spi.LogEntry;
import io.jangada.raft.storage.chronicle.ChronicleLogStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder is opened by one store and by the other in turn, after a close and after a kill. */
class OtherWayTest {
    private static final int ENTRIES = 400;

    @TempDir(factory = InMemory.class)
    Path temp;

    private static SegmentLogStore.Builder builder(int opening) {
        SegmentLogStore.Builder builder =
                opening % 2 == 0 ? ChronicleLogStore.builder() : SegmentLogStore.builder();
        return builder.segmentBytes(TestLog.SEGMENT_BYTES);
    }

    @Test
    void eachReadsWhatTheOtherWrote() {
        Path folder = temp.resolve("0");
        long last = 0;
        for (int opening = 0; opening < 6; opening++) {
            Path killed = temp.resolve("" + (opening + 1));
            try (var store = builder(opening).open(folder, TestLog.IDENTITY);
                    var log = TestLog.open(store, "a")) {
                List<LogEntry> all = TestLog.entries(1, last, 1, 500);
                assertEquals(all, log.all(), "opening " + opening);
                log.write(null, TestLog.entries(last + 1, last + ENTRIES, 1, 500));
                last += ENTRIES;
                if (opening < 3) {
                    Folders.copy(folder, killed);
                }
            }
            folder = opening < 3 ? killed : folder;
        }
    }
}
