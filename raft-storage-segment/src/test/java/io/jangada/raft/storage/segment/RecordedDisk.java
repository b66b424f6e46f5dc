package io.jangada.raft.storage.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A disk that notes, after each operation of a store, what a power loss at that moment could leave:
 * what was synced, what was written since, and which names were made, changed or dropped since
 * their folder was synced. {@link PowerLossImage} makes folders of that.
 *
 * <p>It finds out by looking, not by being told: before and after each operation it compares all
 * names and contents below its root with what it knew. So it also sees what Chronicle does by
 * itself, and what is written into mapped segments, and nothing that forgets to pass through {@link
 * Disk} escapes it.
 */
final class RecordedDisk extends Disk implements UnaryOperator<Journal> {
    /** So many versions of a file between two syncs are told apart. */
    private static final int VERSIONS_MAX = 8;

    /** A file or folder, whatever its name. */
    static final class Node {
        final boolean isFolder;

        Node(boolean isFolder) {
            this.isFolder = isFolder;
        }
    }

    /** A name in a folder. */
    record Name(Node folder, String name) {}

    /** A node gets a name, or loses it, or both. */
    record NameChange(@Nullable Name from, @Nullable Name to, Node node) {
        Node folder() {
            return Objects.requireNonNull(from == null ? to : from).folder();
        }
    }

    /**
     * What stands in a file: first as it was synced, then what was written, one after the other.
     */
    record Content(List<FilePages> versions) {
        FilePages last() {
            return versions.get(versions.size() - 1);
        }

        Content synced() {
            return versions.size() == 1 ? this : new Content(List.of(last()));
        }

        Content plus(FilePages next) {
            List<FilePages> more = new ArrayList<>(versions);
            if (more.size() == VERSIONS_MAX) {
                more.remove(1);
            }
            more.add(next);
            return new Content(List.copyOf(more));
        }
    }

    /** The state of the disk after an operation. */
    record Step(
            int number,
            String operation,
            Map<Name, Node> syncedNames,
            List<NameChange> changes,
            Map<Node, Content> contents,
            Map<String, Integer> confirmed) {
        @Override
        public String toString() {
            return "step " + number + ", after " + operation;
        }
    }

    /** Has a name by definition, which nothing can take away. */
    final Node root = new Node(true);

    private final Path rootPath;
    private final Supplier<Map<String, Integer>> confirmed;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Object, Node> nodes = new HashMap<>();
    private final IdentityHashMap<RandomAccessFile, Node> open = new IdentityHashMap<>();
    private final Set<Node> dirty = new HashSet<>();
    private Map<Name, Node> names = new HashMap<>();
    private Map<Node, Content> contents = new HashMap<>();
    private Map<Name, Node> syncedNames = new HashMap<>();
    private List<NameChange> changes = new ArrayList<>();

    /** Records that may wait for being written. */
    private final List<String> appended = new ArrayList<>();

    private boolean killed;
    private String killBefore = "nothing";

    /**
     * A disk.
     *
     * @param rootPath what is there now is durable
     * @param confirmed what was confirmed to the store's user so far; asked by any thread
     */
    RecordedDisk(Path rootPath, Supplier<Map<String, Integer>> confirmed) throws IOException {
        this.rootPath = rootPath;
        this.confirmed = confirmed;
        look();
        syncedNames = Map.copyOf(names);
        changes.clear();
        contents.replaceAll((node, content) -> content.synced());
        addStep("the beginning");
    }

    /** What is on the disk now. */
    synchronized Step now() throws IOException {
        look();
        addStep("now");
        return steps.get(steps.size() - 1);
    }

    synchronized List<Step> steps() {
        return List.copyOf(steps);
    }

    /** From now on every operation fails, as if the process were gone. */
    synchronized void kill() {
        killed = true;
    }

    /** The process is gone before the next operation that begins so. */
    synchronized void killBefore(String operation) {
        killBefore = operation;
    }

    /** Another process goes on with what is there. */
    synchronized void revive() {
        killed = false;
        killBefore = "nothing";
        open.clear();
    }

    // ---- operations ----------------------------------------------------------------------------

    private interface Operation {
        void run() throws IOException;
    }

    private synchronized void run(String what, Operation operation) throws IOException {
        killed |= what.startsWith(killBefore);
        if (killed) {
            throw new CrashingDisk.PowerLoss();
        }
        if (look()) {
            addStep("something before " + what);
        }
        operation.run();
        boolean changed = look();
        if (changed || what.startsWith("sync")) {
            addStep(what);
        }
    }

    private void addStep(String what) {
        steps.add(
                new Step(
                        steps.size(),
                        what,
                        syncedNames,
                        List.copyOf(changes),
                        Map.copyOf(contents),
                        confirmed.get()));
    }

    @Override
    synchronized RandomAccessFile open(Path file) throws IOException {
        RandomAccessFile[] opened = new RandomAccessFile[1];
        run("open " + told(file), () -> opened[0] = super.open(file));
        open.put(opened[0], nodeOf(file));
        return opened[0];
    }

    @Override
    @Nullable FileChannel openDirect(Path file) {
        return null; // Pages are smaller steps, and so there are more of them.
    }

    @Override
    synchronized void write(RandomAccessFile file, byte[] bytes, int length) throws IOException {
        dirty.add(node(file));
        run("write", () -> super.write(file, bytes, length));
    }

    @Override
    synchronized void write(RandomAccessFile file, ByteBuffer bytes, long at) throws IOException {
        dirty.add(node(file));
        run(String.join(", ", appended), () -> super.write(file, bytes, at));
        appended.clear();
    }

    @Override
    synchronized void setLength(RandomAccessFile file, long bytes) throws IOException {
        dirty.add(node(file));
        run("set length", () -> super.setLength(file, bytes));
    }

    @Override
    synchronized void sync(RandomAccessFile file) throws IOException {
        Node node = node(file);
        dirty.add(node);
        run(
                "sync of " + nameOf(node),
                () -> {
                    super.sync(file);
                    contents.computeIfPresent(node, (unused, content) -> content.synced());
                });
    }

    @Override
    synchronized void rename(Path from, Path to) throws IOException {
        run("rename " + told(from) + " to " + told(to), () -> super.rename(from, to));
    }

    @Override
    synchronized void delete(Path file) throws IOException {
        run("delete " + told(file), () -> super.delete(file));
    }

    @Override
    synchronized void makeFolder(Path folder) throws IOException {
        run("make folder " + told(folder), () -> super.makeFolder(folder));
    }

    @Override
    synchronized void syncFolder(Path folder) throws IOException {
        run(
                "sync of folder " + told(folder),
                () -> {
                    super.syncFolder(folder);
                    Node node = folder.equals(rootPath) ? root : nodeOf(folder);
                    Map<Name, Node> synced = new HashMap<>(syncedNames);
                    synced.keySet().removeIf(name -> name.folder() == node);
                    names.forEach(
                            (name, named) -> {
                                if (name.folder() == node) {
                                    synced.put(name, named);
                                }
                            });
                    syncedNames = Map.copyOf(synced);
                    changes.removeIf(change -> change.folder() == node);
                });
    }

    /**
     * Appends are steps of their own. A segment is started outside of the lock, since that may wait
     * for the thread that makes segments.
     */
    @Override
    public Journal apply(Journal journal) {
        return new ForwardingJournal(journal) {
            @Override
            public int append(byte[] record, int length) throws IOException {
                int[] at = new int[1];
                RecordType type = RecordType.of(record[RecordFormat.TYPE]);
                appended.add("append " + type);
                run("append " + type, () -> at[0] = journal.append(record, length));
                return at[0];
            }
        };
    }

    private String told(Path file) {
        return rootPath.relativize(file).toString();
    }

    private Node node(RandomAccessFile file) {
        Node node = open.get(file);
        if (node == null) {
            throw new CrashingDisk.PowerLoss(); // Opened by a process that was killed since.
        }
        return node;
    }

    private Node nodeOf(Path file) throws IOException {
        return Objects.requireNonNull(
                nodes.get(Files.readAttributes(file, BasicFileAttributes.class).fileKey()));
    }

    private String nameOf(Node node) {
        return names.entrySet().stream()
                .filter(e -> e.getValue() == node)
                .map(e -> e.getKey().name())
                .findFirst()
                .orElse("a deleted file");
    }

    // ---- looking -------------------------------------------------------------------------------

    /** Takes in what changed; false if nothing did. */
    private boolean look() throws IOException {
        Map<Name, Node> found = new HashMap<>();
        Map<Node, Content> foundContents = new HashMap<>(contents);
        look(rootPath, root, found, foundContents);
        List<NameChange> found2 = changes(found);
        boolean changed = !found2.isEmpty() || !foundContents.equals(contents);
        if (changed) {
            changes.addAll(found2);
            names = found;
            contents = foundContents;
            Set<Node> named = new HashSet<>(found.values());
            nodes.values().retainAll(named);
            named.addAll(syncedNames.values());
            changes.forEach(change -> named.add(change.node()));
            contents.keySet().retainAll(named);
        }
        dirty.clear();
        return changed;
    }

    private void look(
            Path folder, Node node, Map<Name, Node> found, Map<Node, Content> foundContents)
            throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.sorted().toList();
        }
        Set<String> written = segmentsBeingWritten(files);
        for (Path file : files) {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Object key = Objects.requireNonNull(attributes.fileKey(), "a file system with inodes");
            Node child = nodes.computeIfAbsent(key, k -> new Node(attributes.isDirectory()));
            String name = file.getFileName().toString();
            found.put(new Name(node, name), child);
            if (child.isFolder) {
                look(file, child, found, foundContents);
            } else {
                Content known = foundContents.get(child);
                if (known == null
                        || dirty.contains(child)
                        || written.contains(name)
                        || known.last().length() != attributes.size()) {
                    foundContents.put(child, read(file, known));
                }
            }
        }
    }

    /** Mapped files do not tell that they were written to: the newest two may be. */
    private static Set<String> segmentsBeingWritten(List<Path> files) {
        TreeMap<Integer, String> segments = new TreeMap<>();
        Set<String> names = new HashSet<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (StoreUnderTest.get().isWritten(file)) {
                segments.put(SegmentNames.segmentOf(name), name);
            } else if (name.endsWith(".cq4t")) {
                names.add(name);
            }
        }
        segments.descendingMap().values().stream().limit(2).forEach(names::add);
        return names;
    }

    private static Content read(Path file, @Nullable Content known) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (known == null) {
            // Made just now: if its name survives, it may be empty.
            Content created = new Content(List.of(FilePages.EMPTY));
            return bytes.length == 0 ? created : created.plus(FilePages.EMPTY.with(bytes));
        }
        FilePages now = known.last().with(bytes);
        return now == known.last() ? known : known.plus(now);
    }

    private List<NameChange> changes(Map<Name, Node> found) {
        Map<Node, Name> lost = new HashMap<>();
        names.forEach(
                (name, node) -> {
                    if (found.get(name) != node) {
                        lost.put(node, name);
                    }
                });
        List<NameChange> all = new ArrayList<>();
        found.forEach(
                (name, node) -> {
                    if (names.get(name) != node) {
                        all.add(new NameChange(lost.remove(node), name, node));
                    }
                });
        lost.forEach(
                (node, name) -> {
                    // Else it was replaced by another, which the other's change says.
                    if (!found.containsKey(name)) {
                        all.add(0, new NameChange(name, null, node));
                    }
                });
        return all;
    }
}
