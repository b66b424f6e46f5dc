package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A disk that is full from a chosen operation on, or at that one alone. Taking space fails, half
 * done; giving it back does not. A sync may fail, too: some file systems look for blocks only then.
 */
final class FullDisk extends Disk {
    static final String FULL = "No space left on device";

    private int fullAt;
    private final boolean onlyOnce;

    /** The operations that took space, or tried to. */
    private final List<String> operations = new ArrayList<>();

    /** The threads that met the full disk, each as often as it did. */
    private final List<String> refused = new ArrayList<>();

    private boolean spaceIsBack;
    private boolean killed;

    FullDisk(int fullAt, boolean onlyOnce) {
        this.fullAt = fullAt;
        this.onlyOnce = onlyOnce;
    }

    synchronized List<String> operations() {
        return List.copyOf(operations);
    }

    synchronized List<String> refused() {
        return List.copyOf(refused);
    }

    synchronized boolean wasFull() {
        return operations.size() > fullAt;
    }

    /** Full from now on. */
    synchronized void takeSpace() {
        fullAt = operations.size();
    }

    synchronized void giveSpace() {
        spaceIsBack = true;
    }

    synchronized void kill() {
        killed = true;
    }

    synchronized void revive() {
        killed = false;
    }

    private synchronized boolean isFullFor(String what) {
        if (killed) {
            throw new CrashingDisk.PowerLoss();
        }
        int number = operations.size();
        operations.add(what);
        boolean full = !spaceIsBack && (onlyOnce ? number == fullAt : number >= fullAt);
        if (full) {
            refused.add(Thread.currentThread().getName());
        }
        return full;
    }

    private void spend(String what) throws IOException {
        if (isFullFor(what)) {
            throw new IOException(FULL);
        }
    }

    @Override
    RandomAccessFile open(Path file) throws IOException {
        if (!Files.exists(file)) {
            spend("create " + file.getFileName());
        }
        return super.open(file);
    }

    @Override
    @Nullable FileChannel openDirect(Path file) {
        return null; // Pages are smaller steps, and so there are more of them.
    }

    @Override
    void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
        if (isFullFor("write")) {
            super.write(file, bytes, length / 2);
            throw new IOException(FULL);
        }
        super.write(file, bytes, length);
    }

    @Override
    void setLength(RandomAccessFile file, long bytes) throws IOException {
        if (bytes > file.length()) {
            spend("grow");
        }
        super.setLength(file, bytes);
    }

    @Override
    void sync(RandomAccessFile file) throws IOException {
        spend("sync");
        super.sync(file);
    }

    @Override
    void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            spend("make folder " + folder.getFileName());
        }
        super.makeFolder(folder);
    }
}
