package io.jangada.raft.storage.chronicle;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The operations that change what a power loss leaves of a snapshot, one method each, so that a
 * test can fail or stop any of them. Reading needs no such place.
 */
class SnapshotDisk {
    /** Opens a file for writing, creating it if need be. */
    RandomAccessFile open(Path file) throws IOException {
        // Not a channel: an interrupt would close it half-way.
        return new RandomAccessFile(file.toFile(), "rw");
    }

    /** Writes at the file's position; not durable yet. */
    void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
        file.write(bytes, 0, length);
    }

    /** Makes the content of a file durable; its name may need {@link #syncFolder}. */
    void sync(RandomAccessFile file) throws IOException {
        file.getFD().sync();
    }

    /** Replaces a file of the same folder, or none, at once. */
    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a file if it is there. Whoever has it open can read on. */
    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Makes the names in a folder durable. */
    void syncFolder(Path folder) throws IOException {
        DurableFiles.syncFolder(folder);
    }
}
