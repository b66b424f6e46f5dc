package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Says that a recovery from a lost majority has begun in a folder and not ended. Between the two a
 * node must not run: it would show the new configuration to members of the old cluster.
 */
final class RecoveryMarker {
    private static final String NAME = "RECOVERING";
    private static final String DRAFT = "RECOVERING.tmp";
    private static final int LINES = 3;

    private final Path folder;
    private final Disk disk;

    RecoveryMarker(Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /**
     * What was begun.
     *
     * @param clusterId the cluster id to be
     * @param survivors the survivors named, as text
     */
    record Begun(String clusterId, String survivors) {}

    /** Throws if a recovery has begun and not ended: the folder is still of the old cluster. */
    void check(String clusterId) throws IOException {
        Begun begun = read();
        if (begun != null && !begun.clusterId().equals(clusterId)) {
            throw new StoreException(
                    "%s is in the middle of a recovery: run that again, with the survivors %s"
                            .formatted(folder, begun.survivors()),
                    null);
        }
    }

    @Nullable Begun read() throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        // Not readAllLines, which fails on damaged bytes before the checksum can say that they are.
        String content = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        List<String> lines = content.lines().toList();
        if (lines.size() != LINES || !lines.get(2).equals(checksum(lines.get(0), lines.get(1)))) {
            throw new StoreException(
                    "%s is damaged: leave this node out of the survivors".formatted(file), null);
        }
        return new Begun(lines.get(0), lines.get(1));
    }

    void write(Begun begun) throws IOException {
        String text =
                begun.clusterId()
                        + "\n"
                        + begun.survivors()
                        + "\n"
                        + checksum(begun.clusterId(), begun.survivors())
                        + "\n";
        disk.writeSynced(folder.resolve(DRAFT), text.getBytes(StandardCharsets.UTF_8));
        disk.renameSynced(folder, DRAFT, NAME);
    }

    void delete() throws IOException {
        disk.delete(folder.resolve(NAME));
        disk.syncFolder(folder);
    }

    private static String checksum(String first, String second) {
        CRC32C crc = new CRC32C();
        crc.update((first + "\n" + second).getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
