package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Names the newest segment that has a durable record. Without it a store that lost that segment as
 * a whole would look as if power had failed before the segment was ever written.
 */
final class CurrentFile {
    private static final Logger LOG = System.getLogger(CurrentFile.class.getPackageName());
    private static final String NAME = "CURRENT";
    private static final String DRAFT = "CURRENT.tmp";

    private final Path folder;
    private final Disk disk;

    CurrentFile(Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    void write(int segment) throws IOException {
        disk.writeSynced(folder.resolve(DRAFT), line(segment).getBytes(StandardCharsets.US_ASCII));
        disk.renameSynced(folder, DRAFT, NAME);
    }

    /** The segment, or 0 if the file is missing or damaged: then it proves nothing. */
    int read() throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return 0;
        }
        String line = Files.readString(file, StandardCharsets.ISO_8859_1);
        try {
            int segment = Integer.parseInt(line.strip().split(" ", 2)[0]);
            if (line.equals(line(segment))) {
                return segment;
            }
        } catch (NumberFormatException e) {
            LOG.log(Level.DEBUG, "not a number", e);
        }
        LOG.log(Level.WARNING, "{0} is damaged; it is not needed and will be written anew", file);
        return 0;
    }

    private static String line(int segment) {
        CRC32C crc = new CRC32C();
        crc.update(Integer.toString(segment).getBytes(StandardCharsets.US_ASCII));
        return "%d %08x\n".formatted(segment, crc.getValue());
    }
}
