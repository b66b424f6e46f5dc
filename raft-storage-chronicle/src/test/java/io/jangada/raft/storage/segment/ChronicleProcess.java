package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import io.jangada.raft.storage.chronicle.ChronicleLogStore;
import java.nio.file.Path;

/** Opens a store on Chronicle Queue in a process of its own. */
final class ChronicleProcess {
    private ChronicleProcess() {}

    /** Runs in the other process. */
    public static void main(String[] arguments) {
        boolean openPackages = !arguments[0].equals("smoke-closed");
        try {
            StoreProcess.smoke(
                    Path.of(arguments[1]),
                    () ->
                            ChronicleLogStore.builder(openPackages)
                                    .segmentBytes(TestLog.SEGMENT_BYTES));
        } catch (StoreException e) {
            StoreProcess.print("refused: " + e.getMessage());
        }
    }
}
