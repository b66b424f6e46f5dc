package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk below one folder of snapshots that fails for good at a chosen operation, remembers what
 * was synced, and makes the folder that a power loss at that moment could have left: of every block
 * not synced the old or the new content, and of every change of names not synced, in any order,
 * that it happened or not.
 */
final class CrashingSnapshotDisk extends Disk {
    private static final int BLOCK = 64;

    private final Path folder;
    private int operationsLeft;
    private final IdentityHashMap<RandomAccessFile, Content> open = new IdentityHashMap<>();
    private final Map<String, Content> names = new TreeMap<>();
    private final Map<String, Content> syncedNames = new TreeMap<>();
    private final List<NameChange> changes = new ArrayList<>();

    /** What stands in a file, whatever its name. */
    private static final class Content {
        byte[] synced = {};
        byte[] written = {};
    }

    /** A file gets a name, or loses it, or both. */
    private record NameChange(@Nullable String from, @Nullable String to, Content content) {}

    CrashingSnapshotDisk(Path folder, int operations) {
        this.folder = folder;
        operationsLeft = operations;
    }

    boolean hasCrashed() {
        return operationsLeft < 0;
    }

    /** The process was killed, the machine was not: another one goes on with what is there. */
    void nextLife(int operations) {
        operationsLeft = operations;
        open.clear();
    }

    private void spend() {
        if (--operationsLeft < 0) {
            operationsLeft = -1;
            throw new CrashingDisk.PowerLoss();
        }
    }

    @Override
    RandomAccessFile open(Path file) throws IOException {
        spend();
        RandomAccessFile opened = super.open(file);
        String name = name(file);
        Content content = names.get(name);
        if (content == null) {
            content = new Content();
            names.put(name, content);
            changes.add(new NameChange(null, name, content));
        }
        open.put(opened, content);
        return opened;
    }

    @Override
    void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
        if (operationsLeft == 0) {
            super.write(file, bytes, length / 2);
            note(file);
        }
        spend();
        super.write(file, bytes, length);
        note(file);
    }

    private Content note(RandomAccessFile file) throws IOException {
        Content content = open.get(file);
        if (content == null) {
            throw new AssertionError("a file that was not opened here");
        }
        byte[] bytes = new byte[(int) file.length()];
        long at = file.getFilePointer();
        file.seek(0);
        file.readFully(bytes);
        file.seek(at);
        content.written = bytes;
        return content;
    }

    @Override
    void sync(RandomAccessFile file) throws IOException {
        spend();
        Content content = note(file);
        content.synced = content.written;
    }

    @Override
    void rename(Path from, Path to) throws IOException {
        spend();
        super.rename(from, to);
        Content content = names.remove(name(from));
        if (content == null) {
            throw new AssertionError("no " + from);
        }
        names.put(name(to), content);
        changes.add(new NameChange(name(from), name(to), content));
    }

    @Override
    void delete(Path file) throws IOException {
        spend();
        super.delete(file);
        Content content = names.remove(name(file));
        if (content != null) {
            changes.add(new NameChange(name(file), null, content));
        }
    }

    @Override
    void syncFolder(Path synced) {
        spend();
        if (synced.equals(folder)) {
            syncedNames.clear();
            syncedNames.putAll(names);
            changes.clear();
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** Writes what a power loss left into another folder. */
    void tear(Path image, Random random) {
        Map<String, Content> left = new TreeMap<>(syncedNames);
        for (NameChange change : changes) {
            if (random.nextBoolean()) {
                if (change.from() != null) {
                    left.remove(change.from());
                }
                if (change.to() != null) {
                    left.put(change.to(), change.content());
                }
            }
        }
        try {
            Files.createDirectories(image);
            for (Map.Entry<String, Content> file : left.entrySet()) {
                Files.write(image.resolve(file.getKey()), torn(file.getValue(), random));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] torn(Content content, Random random) {
        int chance = random.nextInt(5);
        int length = chance == 0 ? content.synced.length : content.written.length;
        byte[] kept = Arrays.copyOf(content.synced, length);
        for (int at = 0; at < length; at += BLOCK) {
            if (random.nextInt(4) < chance) {
                int count = Math.min(BLOCK, length - at);
                System.arraycopy(content.written, at, kept, at, count);
            }
        }
        return kept;
    }
}
