package io.jangada.examples.kv.chaos;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small file system of its own in an image file, which can be filled to the last block without
 * harm to anybody else. Only root can have one.
 */
final class LoopDisk implements Closeable {
    /** Room for the five segments of 64 MiB that a store with little in it may take, and more. */
    private static final long BYTES = 512L << 20;

    private static final int[] PIECES = {1 << 20, 4 << 10};

    private final Path image;
    private final Path folder;
    private final Path ballast;

    private LoopDisk(Path image, Path folder) {
        this.image = image;
        this.folder = folder;
        this.ballast = folder.resolve("ballast");
    }

    /**
     * Makes and mounts one.
     *
     * @param image the image file, which must not exist
     * @param folder where it is to be seen
     * @throws IOException if this machine or this user cannot; says why
     */
    static LoopDisk mount(Path image, Path folder) throws IOException, InterruptedException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        Files.createDirectories(folder);
        // Nothing is reserved for root, who runs this.
        Shell.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        Shell.run("mount", "-o", "loop", image.toString(), folder.toString());
        return new LoopDisk(image, folder);
    }

    /** Where its files are. */
    Path folder() {
        return folder;
    }

    /** Takes all room that is left. */
    void fill() throws IOException {
        // The larger pieces leave a rest that the smaller ones take.
        for (int piece : PIECES) {
            append(new byte[piece]);
        }
    }

    private void append(byte[] piece) throws IOException {
        try (OutputStream out = new FileOutputStream(ballast.toFile(), true)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            if (folder.toFile().getUsableSpace() > PIECES[0]) {
                throw e;
            }
        }
    }

    /** Gives the room back. */
    void free() throws IOException {
        Files.deleteIfExists(ballast);
    }

    /** Unmounts it and deletes the image. No process may use it any more. */
    @Override
    public void close() throws IOException {
        try {
            Shell.run("umount", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unmounting " + folder, e);
        }
        Files.deleteIfExists(image);
    }
}
