package io.jangada.raft.storage.segment;

import io.jangada.raft.api.NodeId;
import io.jangada.raft.spi.StoreException;
import io.jangada.raft.spi.StoreId;
import io.jangada.raft.spi.StoreIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Whose folder this is, as text that a person can read.
 *
 * <p>A new store writes it under a draft name first and gives it its own name after the first
 * segment is durable. So a draft says that the folder was never in use, and a file without segments
 * says that the log was lost: such a node must not pass for a new one (rule Z33).
 */
final class IdentityFile {
    private static final String NAME = "IDENTITY";
    private static final String DRAFT = "IDENTITY.draft";
    private static final String CHANGED = "IDENTITY.changed";

    /** Format 1 had no compaction: this version reads it, and writes format 2 over it. */
    private static final String FORMAT = "2";

    private static final String FORMAT_WITHOUT_COMPACTION = "1";

    private final Path folder;
    private final Disk disk;
    private boolean isCurrent;

    IdentityFile(Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    boolean hasDraft() {
        return Files.exists(folder.resolve(DRAFT));
    }

    void writeDraft(StoreIdentity identity) throws IOException {
        write(DRAFT, identity);
    }

    /**
     * Writes the file of an existing store anew, in one step: a crash leaves the old or the new.
     */
    void replace(StoreIdentity identity) throws IOException {
        write(CHANGED, identity);
        disk.renameSynced(folder, CHANGED, NAME);
    }

    private void write(String name, StoreIdentity identity) throws IOException {
        String lines =
                "format=%s\ncluster=%s\nnode=%s\nstore=%s\n"
                        .formatted(FORMAT, identity.clusterId(), identity.node(), identity.store());
        String content = lines + "crc32c=" + checksum(lines) + "\n";
        disk.writeSynced(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
        disk.syncFolder(folder);
    }

    void publishDraft() throws IOException {
        disk.renameSynced(folder, DRAFT, NAME);
    }

    /** What the file says, or null if there is none. */
    @Nullable StoreIdentity read() throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        // Not readString, which fails on damaged bytes before the checksum can say that they are.
        String content = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        int crcAt = content.indexOf("crc32c=");
        if (crcAt < 0
                || !content.substring(crcAt)
                        .strip()
                        .equals("crc32c=" + checksum(content.substring(0, crcAt)))) {
            throw damaged(file, null);
        }
        Map<String, String> values = new HashMap<>();
        content.lines()
                .filter(line -> line.contains("="))
                .forEach(line -> values.put(key(line), line.substring(key(line).length() + 1)));
        String format = values.getOrDefault("format", "");
        isCurrent = format.equals(FORMAT);
        if (!isCurrent && !format.equals(FORMAT_WITHOUT_COMPACTION)) {
            throw new StoreException(
                    "%s says format '%s', this version reads %s: use the version that wrote it"
                            .formatted(file, format, FORMAT),
                    null);
        }
        try {
            return new StoreIdentity(
                    values.getOrDefault("cluster", ""),
                    NodeId.of(values.getOrDefault("node", "")),
                    new StoreId(values.getOrDefault("store", "")));
        } catch (IllegalArgumentException e) {
            throw damaged(file, e);
        }
    }

    /** Whether the file that was read is of the format that is written. */
    boolean isCurrent() {
        return isCurrent;
    }

    private static String key(String line) {
        return line.substring(0, line.indexOf('='));
    }

    private static StoreException damaged(Path file, @Nullable Throwable cause) {
        return new StoreException(
                "%s is damaged: put this very file back, or start this node under a new id with an empty folder"
                        .formatted(file),
                cause);
    }

    private static String checksum(String lines) {
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
