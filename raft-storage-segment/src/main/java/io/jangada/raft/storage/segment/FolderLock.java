package io.jangada.raft.storage.segment;

import io.jangada.raft.spi.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The operating system's lock on a folder: it goes with the process, however that ends. */
final class FolderLock implements AutoCloseable {
    private static final String FILE = "LOCK";

    /**
     * Folders locked by this process. Asked before the file is touched, because closing any channel
     * to a file gives up all locks that the process holds on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    /** From then on nobody else can have used the folder. */
    private final long sinceNanos = System.nanoTime();

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws StoreException if it is taken or the folder cannot be written
     */
    static FolderLock acquire(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (!HELD.add(real)) {
            throw taken(folder, "this process");
        }
        FileChannel channel = null;
        try {
            channel = open(folder);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(folder, holder(channel));
            }
            channel.truncate(0);
            byte[] pid =
                    Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
            channel.write(ByteBuffer.wrap(pid), 0);
            return new FolderLock(real, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            HELD.remove(real);
            throw e;
        }
    }

    /** What is done in a folder that nobody else may use meanwhile. */
    interface Work<T> {
        T run() throws IOException;
    }

    /**
     * Does something in the folder of a store that must not be in use.
     *
     * @throws StoreException if it is, or if it is no such folder
     */
    static <T> T holding(Path folder, Work<T> work) throws IOException {
        StoreLook.identity(folder); // Before a lock file is left in a folder of something else.
        FolderLock lock = acquire(folder);
        try {
            return work.run();
        } finally {
            lock.close();
        }
    }

    /** A moment at which it was taken already, on the clock of {@link System#nanoTime()}. */
    long sinceNanos() {
        return sinceNanos;
    }

    private static FileChannel open(Path folder) {
        try {
            return FileChannel.open(
                    folder.resolve(FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StoreException(
                    "%s cannot be written (%s): a store needs a folder of its own with read and write permission"
                            .formatted(folder, e),
                    e);
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(32);
        channel.read(pid, 0);
        String text = new String(pid.array(), 0, pid.position(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "another process" : "process " + text;
    }

    private static StoreException taken(Path folder, @Nullable String holder) {
        return new StoreException(
                "%s is in use by %s: stop that one, or give this node a folder of its own"
                        .formatted(folder, holder),
                null);
    }

    /** Whether somebody has the folder locked. Takes no lock, but for a moment a shared one. */
    static boolean isHeld(Path folder) throws IOException {
        if (HELD.contains(folder.toRealPath())) {
            return true;
        }
        Path file = folder.resolve(FILE);
        if (!Files.isReadable(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        }
    }

    /**
     * Whether a folder holds nothing but, possibly, this file, and a backup that was put there to
     * begin with.
     */
    static boolean isAloneIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .allMatch(name -> name.equals(FILE) || name.equals("restore.backup"));
        }
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD.remove(folder);
        }
    }
}
