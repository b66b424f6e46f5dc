package io.jangada.raft.storage.segment;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The operations that change what a power loss leaves of a store, one method each, so that a test
 * can fail, stop or record any of them. Reading needs no such place; what an appender writes into
 * mapped memory passes through {@link Journal}.
 *
 * <p>The methods at the end are sequences of the others, and durable once they have returned.
 */
class Disk {
    private static final Logger LOG = System.getLogger(Disk.class.getPackageName());

    /** The disk itself. */
    static final Disk SYSTEM = new Disk();

    /** Opens a file for writing, creating it if need be. */
    RandomAccessFile open(Path file) throws IOException {
        // Not a channel: an interrupt would close it half-way.
        return new RandomAccessFile(file.toFile(), "rw");
    }

    /**
     * Opens a file for writing past the page cache, in whole blocks; null where the system does not
     * offer that.
     */
    @Nullable FileChannel openDirect(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
        } catch (UnsupportedOperationException | FileSystemException e) {
            LOG.log(Level.DEBUG, "no direct writing here", e);
            return null;
        }
    }

    /** Writes at the file's position; not durable yet. */
    void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
        file.write(bytes, 0, length);
    }

    /** Writes all of it at a place in the file; not durable yet. */
    void write(RandomAccessFile file, ByteBuffer bytes, long at) throws IOException {
        writeAll(file.getChannel(), bytes, at);
    }

    /** Writes all of it at a place in a file that was opened to be written directly. */
    void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        writeAll(file, bytes, at);
    }

    private static void writeAll(FileChannel file, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    /** Cuts a file, or makes it longer without giving it blocks; not durable yet. */
    void setLength(RandomAccessFile file, long bytes) throws IOException {
        file.setLength(bytes);
    }

    /**
     * Makes the content and the length of a file durable, and not when it was changed, which would
     * be another write; its name may need {@link #syncFolder}. Throws when any of its pages fails.
     */
    void sync(RandomAccessFile file) throws IOException {
        file.getChannel().force(false);
    }

    /** Replaces a file of the same folder, or none, at once. */
    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a file if it is there. Whoever has it open can read on. */
    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Makes a folder in one that is there, unless it is there already. */
    void makeFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    /** Makes the names in a folder durable: what was created, renamed or deleted there. */
    void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Makes a folder, and those above it that are missing. The name of the folder itself becomes
     * durable even if it was there: whoever made it may have been killed before that.
     */
    final void createFolder(Path folder) throws IOException {
        Path above = above(folder);
        if (!Files.isDirectory(above)) {
            createFolder(above);
        }
        makeFolder(folder);
        try {
            syncFolder(above);
        } catch (AccessDeniedException e) {
            // Not ours to read: then who owns it made this one, and long ago.
            LOG.log(Level.DEBUG, "cannot sync the name of a folder", e);
        }
    }

    /** The folder that holds the name of a folder. */
    static Path above(Path folder) {
        return Objects.requireNonNull(folder.toAbsolutePath().getParent(), "a folder has a parent");
    }

    /** Writes and syncs a file under a name that nobody takes seriously yet. */
    final void writeSynced(Path file, byte[] content) throws IOException {
        try (RandomAccessFile out = open(file)) {
            setLength(out, 0);
            write(out, content, content.length);
            sync(out);
        }
    }

    /** Gives a synced file of a folder its name. */
    final void renameSynced(Path folder, String from, String to) throws IOException {
        rename(folder.resolve(from), folder.resolve(to));
        syncFolder(folder);
    }

    /** Cuts a file and syncs it, whether or not there was something to cut. */
    final void cut(Path file, long bytes) throws IOException {
        try (RandomAccessFile out = open(file)) {
            if (out.length() > bytes) {
                setLength(out, bytes);
            }
            sync(out);
        }
    }
}
