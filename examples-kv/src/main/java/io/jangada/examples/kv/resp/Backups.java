package io.jangada.examples.kv.resp;

import io.jangada.raft.api.RaftAdmin;
import io.jangada.raft.spi.SnapshotInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Copies of the state that clients fetch in pieces. Each is written to a file of this node first,
 * so that a slow client holds up nothing but its own copy; one that nobody asks for any more is
 * dropped. At most {@link #COPIES_MAX} at a time. Thread-safe.
 */
final class Backups implements AutoCloseable {
    /** How many copies this node makes or hands out at a time. */
    static final int COPIES_MAX = 2;

    /** The largest piece. */
    static final int PIECE_BYTES_MAX = 1 << 20;

    /** A copy is dropped when nobody has asked for it for so long. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** Room for all copies being written, and for reading meanwhile. */
    private static final int THREADS = 2 * COPIES_MAX;

    private static final System.Logger LOG = System.getLogger(Backups.class.getName());

    private final @Nullable Path folder;
    private final RaftAdmin admin;
    private final Map<String, Copy> copies = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;

    /**
     * A whole copy.
     *
     * @param index the last log entry that it holds
     * @param bytes the size of the file
     * @param hash the SHA-256 of the file in hexadecimal
     */
    record Whole(long index, long bytes, String hash) {}

    /** One copy, from its beginning to its end. */
    private static final class Copy {
        final Path file;
        final CompletableFuture<Whole> whole = new CompletableFuture<>();
        volatile long usedNanos = System.nanoTime();

        Copy(Path file) {
            this.file = file;
        }
    }

    Backups(@Nullable Path folder, RaftAdmin admin) {
        this.folder = folder;
        this.admin = admin;
        this.threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Backups::daemon);
        threads.allowCoreThreadTimeOut(true);
        empty();
    }

    /**
     * Begins a copy. Returns its name.
     *
     * @throws CommandException if there are too many, or no folder for them
     */
    String begin() {
        if (folder == null) {
            throw CommandException.error("this server has no folder for backups");
        }
        String id = UUID.randomUUID().toString();
        Copy copy = new Copy(folder.resolve(id + ".backup"));
        synchronized (copies) {
            if (copies.size() >= COPIES_MAX) {
                throw new CommandException(
                        "UNAVAILABLE "
                                + COPIES_MAX
                                + " backups are under way on this node: try again later, or at"
                                + " another one");
            }
            copies.put(id, copy);
        }
        try {
            threads.execute(() -> write(copy));
        } catch (RejectedExecutionException e) {
            copies.remove(id);
            throw new CommandException("UNAVAILABLE this server is closing");
        }
        watch(id, copy);
        return id;
    }

    /**
     * A copy, done once it is whole; fails as {@link RaftAdmin#backup}.
     *
     * @throws CommandException if there is no such copy
     */
    CompletableFuture<Whole> whole(String id) {
        return used(id).whole;
    }

    /**
     * A piece of a copy.
     *
     * @throws CommandException if there is no such copy, or it is not whole yet
     */
    CompletableFuture<byte[]> read(String id, long offset, int length) {
        Copy copy = used(id);
        if (!copy.whole.isDone() || copy.whole.isCompletedExceptionally()) {
            throw CommandException.error("backup '" + id + "' is not whole: ask STAT");
        }
        return CompletableFuture.supplyAsync(() -> piece(copy.file, offset, length), threads);
    }

    /** Drops a copy. */
    void end(String id) {
        used(id);
        drop(id);
    }

    @Override
    public void close() {
        copies.keySet().forEach(this::drop);
        threads.shutdownNow();
    }

    private Copy used(String id) {
        Copy copy = copies.get(id);
        if (copy == null) {
            throw CommandException.error(
                    "there is no backup '"
                            + id
                            + "': one that nobody asks for is dropped after "
                            + IDLE.toSeconds()
                            + " s");
        }
        copy.usedNanos = System.nanoTime();
        return copy;
    }

    private void write(Copy copy) {
        try {
            Files.createDirectories(copy.file.getParent());
            SnapshotInfo info = admin.backup(copy.file);
            copy.whole.complete(
                    new Whole(info.meta().index(), Files.size(copy.file), hash(copy.file)));
        } catch (IOException | RuntimeException e) {
            copy.whole.completeExceptionally(e);
        }
        if (!copies.containsValue(copy)) {
            // Dropped while it was written.
            delete(copy.file);
        }
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
        byte[] piece = new byte[PIECE_BYTES_MAX];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] piece(Path file, long offset, int length) {
        try (FileChannel channel = FileChannel.open(file)) {
            long rest = Math.max(0, channel.size() - offset);
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(length, rest));
            int count = 0;
            while (piece.hasRemaining() && count >= 0) {
                count = channel.read(piece, offset + piece.position());
            }
            return piece.array();
        } catch (NoSuchFileException e) {
            throw CommandException.error("the backup was dropped meanwhile");
        } catch (IOException e) {
            throw CommandException.error("the backup cannot be read: " + e.getMessage());
        }
    }

    private void watch(String id, Copy copy) {
        Executor later = CompletableFuture.delayedExecutor(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        later.execute(
                () -> {
                    if (System.nanoTime() - copy.usedNanos >= IDLE.toNanos()) {
                        drop(id);
                    } else if (copies.containsKey(id)) {
                        watch(id, copy);
                    }
                });
    }

    private void drop(String id) {
        Copy copy = copies.remove(id);
        if (copy != null) {
            delete(copy.file);
        }
    }

    /** A process that was killed may have left files. */
    private void empty() {
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(Backups::delete);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot empty " + folder, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete " + file, e);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "kv-backup");
        thread.setDaemon(true);
        return thread;
    }
}
