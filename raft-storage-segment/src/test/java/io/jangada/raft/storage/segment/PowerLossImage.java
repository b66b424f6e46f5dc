package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What a power loss at a step of a {@link RecordedDisk} left: of every page that was not synced the
 * content of any moment since, torn at 512 bytes now and then; of every name that was not synced
 * either the change or not, but never a change of what was not there.
 */
final class PowerLossImage {
    private static final int SECTOR = 512;

    /** How much of what was not synced is there. */
    enum Kind {
        SYNCED_ONLY,
        EVERYTHING,
        RANDOM;

        /** The kind of the first image of a step, of the second, and of all others. */
        static Kind ofImage(int number) {
            return number == 0 ? SYNCED_ONLY : number == 1 ? EVERYTHING : RANDOM;
        }
    }

    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> folders = new ArrayList<>();

    private PowerLossImage() {}

    static PowerLossImage of(
            RecordedDisk.Step step, RecordedDisk.Node root, Kind kind, Random random) {
        PowerLossImage image = new PowerLossImage();
        image.add("", root, names(step, kind, random), step, kind, random);
        return image;
    }

    private static Map<RecordedDisk.Name, RecordedDisk.Node> names(
            RecordedDisk.Step step, Kind kind, Random random) {
        Map<RecordedDisk.Name, RecordedDisk.Node> left = new HashMap<>(step.syncedNames());
        int chance = kind == Kind.EVERYTHING ? 4 : kind == Kind.SYNCED_ONLY ? 0 : chance(random);
        for (RecordedDisk.NameChange change : step.changes()) {
            if (random.nextInt(4) < chance
                    && (change.from() == null || left.get(change.from()) == change.node())) {
                if (change.from() != null) {
                    left.remove(change.from());
                }
                if (change.to() != null) {
                    left.put(change.to(), change.node());
                }
            }
        }
        return left;
    }

    private static int chance(Random random) {
        return random.nextInt(5);
    }

    private void add(
            String path,
            RecordedDisk.Node folder,
            Map<RecordedDisk.Name, RecordedDisk.Node> names,
            RecordedDisk.Step step,
            Kind kind,
            Random random) {
        Map<String, RecordedDisk.Node> children = new TreeMap<>();
        names.forEach(
                (name, node) -> {
                    if (name.folder() == folder) {
                        children.put(name.name(), node);
                    }
                });
        children.forEach(
                (name, node) -> {
                    String child = path.isEmpty() ? name : path + "/" + name;
                    if (node.isFolder) {
                        folders.add(child);
                        add(child, node, names, step, kind, random);
                    } else {
                        files.put(child, content(step.contents().get(node), kind, random));
                    }
                });
    }

    private static byte[] content(RecordedDisk.Content content, Kind kind, Random random) {
        List<FilePages> versions = content.versions();
        int way =
                switch (kind) {
                    case SYNCED_ONLY -> 0;
                    case EVERYTHING -> 1;
                    case RANDOM -> random.nextInt(4);
                };
        if (versions.size() == 1 || way == 0) {
            return whole(versions.get(0));
        }
        if (way == 1) {
            return whole(content.last());
        }
        byte[] torn = new byte[any(versions, random).length()];
        for (int at = 0; at < torn.length; at += FilePages.PAGE) {
            int page = at / FilePages.PAGE;
            int step = way == 3 && random.nextInt(4) == 0 ? SECTOR : FilePages.PAGE;
            for (int from = 0; from < FilePages.PAGE && at + from < torn.length; from += step) {
                int length = Math.min(step, torn.length - at - from);
                System.arraycopy(any(versions, random).page(page), from, torn, at + from, length);
            }
        }
        return torn;
    }

    private static FilePages any(List<FilePages> versions, Random random) {
        return versions.get(random.nextInt(versions.size()));
    }

    private static byte[] whole(FilePages pages) {
        byte[] all = new byte[pages.length()];
        for (int i = 0; i < pages.count(); i++) {
            int from = i * FilePages.PAGE;
            System.arraycopy(
                    pages.page(i), 0, all, from, Math.min(FilePages.PAGE, all.length - from));
        }
        return all;
    }

    /** Equal images have equal keys. What is in drafts is never read, so it makes no difference. */
    String key() {
        StringBuilder key = new StringBuilder(folders.toString());
        CRC32C crc = new CRC32C();
        files.forEach(
                (path, content) -> {
                    crc.reset();
                    crc.update(content);
                    key.append(path);
                    if (!path.endsWith(".tmp")) {
                        key.append(' ').append(content.length).append(' ').append(crc.getValue());
                    }
                    key.append('\n');
                });
        return key.toString();
    }

    void write(Path into) throws IOException {
        Files.createDirectories(into);
        for (String folder : folders) {
            Files.createDirectories(into.resolve(folder));
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(into.resolve(file.getKey()), file.getValue());
        }
    }
}
