package io.jangada.raft.storage.chronicle;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Operations on files that survive a power loss once they have returned. */
final class DurableFiles {
    private DurableFiles() {}

    /** Makes the names in a folder durable: what was created, renamed or deleted there. */
    static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes and syncs a file under a name that nobody takes seriously yet. */
    static void write(Path file, byte[] content) throws IOException {
        // Not a channel: an interrupt would close it half-way.
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(0);
            out.write(content);
            out.getFD().sync();
        }
    }

    /** Gives a synced file of a folder its name. */
    static void rename(Path folder, String from, String to) throws IOException {
        Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        syncFolder(folder);
    }

    /** Cuts a file and syncs it, whether or not there was something to cut. */
    static void cut(Path file, long bytes) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            if (out.length() > bytes) {
                out.setLength(bytes);
            }
            out.getFD().sync();
        }
    }
}
